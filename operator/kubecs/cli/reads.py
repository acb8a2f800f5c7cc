"""The reads of a command that thinks an apply through: each object and each list is asked for once.

What stands around a service is needed only when the operator's planning is imported, and many services share some of
it. So it is asked for while that goes on, and the planning finds the answers there.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from kubecs.cli import session
from kubecs.cli.session import Object, Session
from kubecs.kube import resources
from kubecs.kube.direct import together
from kubecs.kube.errors import ApiError
from kubecs.kube.resources import Resource
from kubecs.plan.references import family_referred_to
from kubecs.translate import labels, names

ACCOUNT = "default"  # the one name of an ECSAccount

T = TypeVar("T")


class Reads:
    """Asks the API server, and remembers. Calls may run beside each other."""

    def __init__(self, here: Session) -> None:
        """Nothing is asked yet."""
        self._here = here
        self._lock = Lock()
        self._gates: dict[Hashable, Lock] = {}
        self._answers: dict[Hashable, Any] = {}

    def find(self, resource: Resource, namespace: str, name: str) -> Object | None:
        """One object, or None."""
        return self._once((resource, namespace, name), lambda: self._here.api.find(resource, namespace, name))

    def matching(self, resource: Resource, namespace: str, selector: str = "") -> list[Object]:
        """The objects of a namespace that have the labels."""
        key = (resource, namespace, "labels", selector)
        return self._once(key, lambda: self._here.api.list(resource, namespace, labels=selector))

    def revisions(self, namespace: str, family: str) -> list[Object]:
        """The ECSTaskDefinitionRevisions whose label is a family's: its own, and of one that is abbreviated alike."""
        selector = f"{labels.FAMILY}={names.label_value(family)}"
        return self.matching(resources.ECS_TASK_DEFINITION_REVISIONS, namespace, selector)

    def account(self, namespace: str) -> Object | None:
        """The ECSAccount of a namespace."""
        return self.find(resources.ECS_ACCOUNTS, namespace, ACCOUNT)

    def _once(self, key: Hashable, call: Callable[[], T]) -> T:
        with self._lock:
            gate = self._gates.setdefault(key, Lock())
        with gate:
            if key not in self._answers:
                self._answers[key] = call()
            answer: T = self._answers[key]
        return answer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the operator would look at to decide about a service, as the API server has it now.

    Attributes:
        account: The ECSAccount of its namespace.
        family_object: The ECSTaskDefinition that its reference names.
        cluster: The ECSCluster object that it names; None too for the one called `default`.
        kept: Its ControllerRevisions.
        replica_sets: Those of its Deployment.
        pods: Its tasks.
        workloads: Its Deployment, or its DaemonSet.
        budgets: Its PodDisruptionBudget.
        revisions: Those of its family.
        accounts: ServiceAccounts of roles, of the whole namespace.
        bindings: Their RoleBindings.
    """

    account: Object | None
    family_object: Object | None
    cluster: Object | None
    kept: list[Object]
    replica_sets: list[Object]
    pods: list[Object]
    workloads: list[Object]
    budgets: list[Object]
    revisions: list[Object]
    accounts: list[Object]
    bindings: list[Object]


def around(reads: Reads, service: Object, namespace: str) -> Surroundings:
    """Ask for all of it with calls beside each other."""
    spec = service.get("spec") or {}
    cluster, family = names.cluster_name(spec.get("cluster")), family_referred_to(spec.get("taskDefinition") or "")
    selector = session.selector_of(service)

    def children(resource: Resource) -> Callable[[], list[Object]]:
        return lambda: reads.matching(resource, namespace, selector)

    def found(resource: Resource, name: str | None) -> Callable[[], Object | None]:
        return lambda: reads.find(resource, namespace, names.object_name(name)) if name else None

    calls: list[Callable[[], Any]] = [
        lambda: reads.account(namespace),
        found(resources.ECS_TASK_DEFINITIONS, family),
        found(resources.ECS_CLUSTERS, cluster if cluster != names.DEFAULT_CLUSTER else None),
        children(resources.CONTROLLER_REVISIONS),
        children(resources.REPLICA_SETS),
        children(resources.PODS),
        children(session.workload_of(service)),
        children(resources.POD_DISRUPTION_BUDGETS),
        lambda: reads.revisions(namespace, family) if family else [],
        lambda: reads.matching(resources.SERVICE_ACCOUNTS, namespace, session.OURS),
        lambda: reads.matching(resources.ROLE_BINDINGS, namespace, session.OURS),
    ]
    return Surroundings(*together(calls))


def ahead(reads: Reads, document: Object, namespace: str) -> None:
    """Ask for what will be wanted about a document of any kind, if the API server takes it."""
    spec = document.get("spec") or {}
    try:
        if document["kind"] == "ECSService" and spec.get("serviceName"):
            around(reads, document, namespace)
        elif document["kind"] == "ECSTaskDefinition" and spec.get("family"):
            _around_family(reads, str(spec["family"]), namespace)
    except ApiError:
        return  # who wants the answer asks again, and tells


def _around_family(reads: Reads, family: str, namespace: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: reads.account(namespace),
        lambda: reads.revisions(namespace, family),
        lambda: reads.matching(resources.ECS_SERVICES, namespace),  # those that may follow it
    ]
    together(calls)
