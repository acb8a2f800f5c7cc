"""One run of a command against a cluster: who asks, where, when, and the objects that a word stands for."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.console import target
from kubecs.console.target import Target
from kubecs.kube import kubeconfig, resources
from kubecs.kube.direct import TIMEOUT_SECONDS, Direct, together
from kubecs.plan import runs
from kubecs.translate import labels, names

Object = dict[str, Any]

OURS = f"{labels.MANAGED_BY}={labels.MANAGER}"


@dataclass(frozen=True, slots=True)
class Session:
    """An opened cluster.

    Attributes:
        api: The client.
        namespace: Namespace to look into; None with --all-namespaces.
        now: The moment of the run.
    """

    api: Direct
    namespace: str | None
    now: datetime

    @property
    def home(self) -> str:
        """The one namespace of a command that needs one."""
        return self.namespace or self.api.access.namespace

    def service(self, wanted: Target) -> Object | None:
        """The ECSService, by its object's name or by ECS's."""
        given = [] if wanted.cluster else [wanted.name]
        tries = [*given, names.service_object_name(wanted.cluster or names.DEFAULT_CLUSTER, wanted.name)]
        for name in dict.fromkeys(tries):
            found = self.api.find(resources.ECS_SERVICES, self.home, name.lower())
            if found is not None:
                return found
        return None

    def need_service(self, text: str, cluster: str | None) -> Object:
        """The same from a word of the command line.

        Raises:
            CommandError: It is no service, or there is none of that name.
        """
        wanted = understood(text, cluster)
        found = self.service(wanted) if wanted.sort != "task" else None
        if found is None:
            where = f" in the ECS cluster {wanted.cluster}" if wanted.cluster else ""
            message = f"there is no ECSService {wanted.name}{where} in the namespace {self.home}"
            raise CommandError(ExitCode.NOT_FOUND, message)
        return found

    def task(self, wanted: Target) -> tuple[Object | None, Object | None, Object | None]:
        """The ECSTask, the record and the Pod of a task, each None where it is not there."""
        if wanted.sort == "service":
            return None, None, None
        request, record = together(
            [
                lambda: self.api.find(resources.ECS_TASKS, self.home, wanted.name),
                lambda: self._record(wanted.name),
            ]
        )
        status = (request or {}).get("status") or {}
        if status.get("taskArn"):
            record = self._record(str(status["taskArn"]).rpartition("/")[2])
        if status.get("podName"):
            return request, record, self._pod_named(status["podName"])
        return request, record, self._pod_of(record) if record else self._pod(wanted)

    def _record(self, task_id: str) -> Object | None:
        if len(task_id) != runs.TASK_ID_LENGTH:
            return None
        return self.api.find(resources.ECS_TASK_RECORDS, self.home, task_id)

    def _pod_of(self, record: Object) -> Object | None:
        """The Pod of a stopped task, if it is still there and no other task's; its name is in the record."""
        name = (record["spec"].get("kubernetes") or {}).get("podName")
        found = self._pod_named(name) if name else None
        return found if found and runs.task_id(found) == record["metadata"]["name"] else None

    def _pod(self, wanted: Target) -> Object | None:
        """The Pod of a live task: by its own name, else by the task's id, which the server cannot look for."""
        if wanted.sort == "any":
            return self._pod_named(wanted.name)
        heads = self.api.list(resources.PODS, self.home, labels=OURS, heads=True)
        name = next((pod["metadata"]["name"] for pod in heads if runs.task_id(pod) == wanted.name), None)
        return self._pod_named(name) if name else None

    def _pod_named(self, name: str) -> Object | None:
        found = self.api.find(resources.PODS, self.home, name)
        return found if found and labels.FAMILY in runs.labels_of(found) else None

    def children(self, resource: resources.Resource, service: Object) -> list[Object]:
        """Objects of a kind that carry the service's labels."""
        return self.api.list(resource, service["metadata"]["namespace"], labels=selector_of(service))

    def workloads(self, service: Object) -> list[Object]:
        """What runs the service's tasks: its Deployment, or its DaemonSet."""
        return self.children(workload_of(service), service)


def workload_of(service: Object) -> resources.Resource:
    """The kind that runs the service's tasks."""
    daemon = service["spec"].get("schedulingStrategy") == "DAEMON"
    return resources.DAEMON_SETS if daemon else resources.DEPLOYMENTS


def selector_of(service: Object) -> str:
    """The label selector of what belongs to a service."""
    spec = service["spec"]
    pairs = {labels.CLUSTER: names.cluster_name(spec.get("cluster")), labels.SERVICE: spec["serviceName"]}
    return ",".join(f"{label}={names.label_value(value)}" for label, value in pairs.items())


def add_flags(parser: argparse.ArgumentParser, *, everywhere: bool = False) -> None:
    """Add the flags that say where to ask, with kubectl's names.

    Args:
        parser: Of one command.
        everywhere: The command can look into all namespaces.
    """
    group = parser.add_argument_group("cluster and namespace, as in kubectl")
    group.add_argument("-n", "--namespace", metavar="NAME", help="namespace; absent: the context's")
    if everywhere:
        group.add_argument("-A", "--all-namespaces", action="store_true", help="all namespaces")
    group.add_argument("--kubeconfig", metavar="FILE", help="absent: KUBECONFIG, then ~/.kube/config")
    group.add_argument("--context", metavar="NAME", help="context of the kubeconfig")
    group.add_argument("--user", metavar="NAME", help="user of the kubeconfig")
    group.add_argument("--as", dest="impersonate", metavar="USER", help="act as another user")
    group.add_argument("--request-timeout", type=float, default=TIMEOUT_SECONDS, metavar="SECONDS", help="for one call")


def opened(arguments: argparse.Namespace) -> Session:
    """The session that the flags of `add_flags` ask for.

    Raises:
        KubeconfigError: They lead nowhere.
    """
    choice = kubeconfig.Choice(arguments.kubeconfig, arguments.context, arguments.user, arguments.namespace)
    access = kubeconfig.load(choice)
    api = Direct(access, arguments.impersonate, arguments.request_timeout)
    everywhere = getattr(arguments, "all_namespaces", False)
    return Session(api, None if everywhere else access.namespace, datetime.now(UTC))  # noqa: TID251 - the clock's place


def understood(text: str, cluster: str | None) -> Target:
    """A word of the command line.

    Raises:
        CommandError: It cannot be meant.
    """
    try:
        return target.parse(text, cluster)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, str(error)) from error


def show(document: Any, form: str) -> None:
    """Print for a program: `json` or `yaml`."""
    if form == "json":
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    import yaml  # noqa: PLC0415 - only this form needs it

    yaml.safe_dump(document, sys.stdout, sort_keys=False, allow_unicode=True)


def add_output(parser: argparse.ArgumentParser, forms: Sequence[str] = ("json", "yaml")) -> None:
    """Add -o."""
    parser.add_argument("-o", "--output", choices=forms, help="for a program, instead of a table")
