"""`kubectl ecs diff -f`: what an apply would change in the objects and in what the operator makes of them.

The API server tells what the objects would be (a dry run of a server-side apply, so its schema and policies have their
say), and the operator's own planning what would follow. Nothing is written.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kubecs.cli import session
from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.cli.session import Object, Session
from kubecs.console import changes
from kubecs.console.changes import Change
from kubecs.kube import resources
from kubecs.kube.direct import together
from kubecs.kube.errors import ApiError
from kubecs.plan import references
from kubecs.plan.account import Account, account_of
from kubecs.plan.family import FamilySnapshot
from kubecs.plan.settings import Settings
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.summary import summarise
from kubecs.translate import labels, names, podwords
from kubecs.translate.delivery import Shim

# Those that others refer to come first, whatever the order in the files.
KINDS = {
    "ECSAccount": resources.ECS_ACCOUNTS,
    "ECSCluster": resources.ECS_CLUSTERS,
    "ECSTaskDefinition": resources.ECS_TASK_DEFINITIONS,
    "ECSService": resources.ECS_SERVICES,
    "ECSTask": resources.ECS_TASKS,
}
_SUFFIXES = (".yaml", ".yml", ".json")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `diff`."""
    parser.add_argument(
        "-f",
        "--filename",
        action="append",
        required=True,
        metavar="FILE",
        help="file, directory, or - ; may be repeated",
    )
    parser.add_argument("--region", default=Settings().region, help="the operator's --region, if it has another")
    session.add_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the changes; 0 when there are none."""
    here = session.opened(arguments)
    documents = [each for name in arguments.filename for each in _documents(name)]
    ordered = sorted(documents, key=lambda each: list(KINDS).index(each["kind"]))
    trial = _Trial(here, arguments.region)
    found = [change for document in ordered for change in trial.apply(document)]
    for change in found:
        _print(change)
    rolled = sum(change.tasks for change in found)
    changed = [change for change in found if not change.empty]
    print(f"{len(changed)} of {len(found)} objects would change; rolls {rolled} tasks")
    if any(change.refused for change in found):
        return ExitCode.REFUSED
    return ExitCode.NEGATIVE if changed else ExitCode.OK


def _print(change: Change) -> None:
    if change.empty:
        return
    print("\n".join([*change.lines, *(f"{change.title}: {sentence}" for sentence in change.says), ""]))


def _documents(name: str) -> Iterator[Object]:
    """The documents of kubecs in a file or directory.

    Raises:
        CommandError: A file cannot be read.
    """
    try:
        texts = [sys.stdin.read()] if name == "-" else [path.read_text(encoding="utf-8") for path in _files(Path(name))]
        read = [each for text in texts for each in yaml.load_all(text, _LOADER) if each]
    except (OSError, yaml.YAMLError) as error:
        raise CommandError(ExitCode.USAGE, f"{name}: {error}") from error
    for document in read:
        if document.get("apiVersion") == labels.API_VERSION and document.get("kind") in KINDS:
            yield document
        else:
            print(f"{document.get('kind')}: not of kubecs, see kubectl diff", file=sys.stderr)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES)


@dataclass
class _Trial:
    """An apply that is only thought through; what one document changes, the next one sees."""

    here: Session
    region: str
    after: dict[tuple[str, str, str], Object] = field(default_factory=dict)
    revisions: dict[tuple[str, str], list[Object]] = field(default_factory=dict)

    def apply(self, document: Object) -> list[Change]:
        """One document; an ECSTaskDefinition's change comes with those of the services that follow it."""
        metadata = document["metadata"]
        namespace, kind, name = metadata.get("namespace") or self.here.home, document["kind"], metadata["name"]
        live, made = together(
            [lambda: self.here.api.find(KINDS[kind], namespace, name), lambda: self._tried(namespace, document)]
        )
        if isinstance(made, ApiError):
            return [Change(changes.title_of(document), (), (f"would be refused: {made.message}",), refused=True)]
        self.after[namespace, kind, name] = made
        if kind == "ECSTaskDefinition":
            return self._family(namespace, made, live)
        if kind == "ECSService":
            return [self._service(namespace, made, live)]
        return [Change(changes.title_of(made), changes.of_spec(live, made))]

    def _tried(self, namespace: str, document: Object) -> Any:
        """The object that an apply would make, or why the server refuses it."""
        try:
            return self.here.api.dry_apply(KINDS[document["kind"]], namespace, document)
        except ApiError as error:
            return error

    def _found(self, namespace: str, kind: str, name: str) -> Object | None:
        known = self.after.get((namespace, kind, name))
        return known or self.here.api.find(KINDS[kind], namespace, name)

    def _account(self, namespace: str) -> Account:
        return account_of(self._found(namespace, "ECSAccount", "default"), namespace, self.region)

    def _cluster_known(self, namespace: str, cluster: str) -> bool:
        if cluster == names.DEFAULT_CLUSTER:
            return True
        return self._found(namespace, "ECSCluster", names.object_name(cluster)) is not None

    def _family(self, namespace: str, made: Object, live: Object | None) -> list[Change]:
        family = made["spec"]["family"]
        calls: list[Callable[[], Any]] = [
            lambda: self._account(namespace),
            lambda: self._revisions_of(namespace, family),
            lambda: self.here.api.list(resources.ECS_SERVICES, namespace),
        ]
        account, known, services = together(calls)
        found = changes.of_family(FamilySnapshot(made, tuple(known), account), live, account, self.here.now)
        self.after[namespace, "ECSTaskDefinition", made["metadata"]["name"]] = dict(found.family_object)
        if found.revision is None:
            return [found.change]
        self.revisions[namespace, family] = [*known, dict(found.revision)]
        following = [each for each in services if _follows(each, family)]
        return [found.change, *(self._service(namespace, service, service) for service in following)]

    def _revisions_of(self, namespace: str, family: str) -> list[Object]:
        known = self.revisions.get((namespace, family))
        if known is not None:
            return known
        selector = f"{labels.FAMILY}={names.label_value(family)}"
        found = self.here.api.list(resources.ECS_TASK_DEFINITION_REVISIONS, namespace, labels=selector)
        return [each for each in found if references.family_of(each) == family]

    def _service(self, namespace: str, service: Object, live: Object | None) -> Change:
        return changes.of_service(self._snapshot(namespace, service), live, self.here.now)

    def _snapshot(self, namespace: str, service: Object) -> ServiceSnapshot:
        """What the operator would see, gathered with calls beside each other."""
        spec, api = service["spec"], self.here.api
        cluster = names.cluster_name(spec.get("cluster"))
        family = references.family_referred_to(spec.get("taskDefinition") or "")
        calls: list[Callable[[], Any]] = [
            lambda: self._account(namespace),
            lambda: self._found(namespace, "ECSTaskDefinition", names.object_name(family)) if family else None,
            lambda: self._cluster_known(namespace, cluster),
            lambda: self.here.children(resources.CONTROLLER_REVISIONS, service),
            lambda: self.here.children(resources.REPLICA_SETS, service),
            lambda: self.here.children(resources.PODS, service),
            lambda: self.here.workloads(service),
            lambda: self.here.children(resources.POD_DISRUPTION_BUDGETS, service),
            lambda: self._revisions_of(namespace, family) if family else [],
            lambda: api.list(resources.SERVICE_ACCOUNTS, namespace, labels=session.OURS),
            lambda: api.list(resources.ROLE_BINDINGS, namespace, labels=session.OURS),
        ]
        account, family_object, named, kept, replica_sets, pods, deployments, *others = together(calls)
        budgets, revisions, accounts, bindings = others
        deployment = next(iter(deployments), None)
        return ServiceSnapshot(
            service=service,
            account=account,
            cluster_known=named,
            family_object=family_object,
            revisions=tuple(revisions),
            deployment=deployment,
            service_revisions=tuple(kept),
            replica_sets=tuple(replica_sets),
            tasks=tuple(summarise(pod) for pod in pods),
            disruption_budget=next(iter(budgets), None),
            identities={(each["kind"], each["metadata"]["name"]): each for each in (*accounts, *bindings)},
            settings=_settings(self.region, deployment),
        )


def _follows(service: Object, family: str) -> bool:
    reference = service["spec"].get("taskDefinition") or ""
    return references.follows(reference) and references.family_referred_to(reference) == family


def _settings(region: str, deployment: Mapping[str, Any] | None) -> Settings:
    """The operator's settings as far as its work shows them: where tasks get the shim from."""
    spec = (((deployment or {}).get("spec") or {}).get("template") or {}).get("spec") or {}
    copied = next((each["image"] for each in spec.get("initContainers") or () if each["name"] == podwords.SHIM), None)
    return Settings(region=region, shim=Shim(copied) if copied else Shim())
