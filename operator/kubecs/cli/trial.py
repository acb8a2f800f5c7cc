"""An apply that is only thought through: what it would change, and what the operator's own planning makes of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubecs.cli import session
from kubecs.cli.difference import KINDS, Asked
from kubecs.cli.session import Object, Session
from kubecs.console import changes
from kubecs.console.changes import Change
from kubecs.kube import resources
from kubecs.kube.direct import together
from kubecs.kube.errors import ApiError
from kubecs.plan import drain, references
from kubecs.plan.account import Account, account_of
from kubecs.plan.family import FamilySnapshot
from kubecs.plan.settings import Settings
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.summary import summarise
from kubecs.translate import labels, names, podwords
from kubecs.translate.delivery import Shim


@dataclass
class Trial:
    """What one document changes, the next one sees.

    Attributes:
        here: The session.
        region: The operator's.
        services: By namespace, for the families among the documents.
        after: The objects as the documents up to now would leave them.
        revisions: By namespace and family, what there would be by now.
    """

    here: Session
    region: str
    services: Mapping[str, list[Object]]
    after: dict[tuple[str, str, str], Object] = field(default_factory=dict)
    revisions: dict[tuple[str, str], list[Object]] = field(default_factory=dict)

    def apply(self, asked: Asked) -> list[Change]:
        """One document; an ECSTaskDefinition's change comes with those of the services that follow it."""
        document, namespace, live, made = asked.document, asked.namespace, asked.live, asked.made
        if isinstance(made, ApiError):
            return [Change(changes.title_of(document), (), (f"would be refused: {made.message}",), refused=True)]
        kind = document["kind"]
        self.after[namespace, kind, document["metadata"]["name"]] = made
        if kind == "ECSTaskDefinition":
            return self._family(namespace, made, live)
        if kind == "ECSService":
            return [self._service(namespace, made, live)]
        return [Change(changes.title_of(made), changes.of_spec(live, made))]

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
        ]
        account, known = together(calls)
        found = changes.of_family(FamilySnapshot(made, tuple(known), account), live, account, self.here.now)
        self.after[namespace, "ECSTaskDefinition", made["metadata"]["name"]] = dict(found.family_object)
        if found.revision is None:
            return [found.change]
        self.revisions[namespace, family] = [*known, dict(found.revision)]
        following = [each for each in self.services[namespace] if _follows(each, family)]
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
        tasks = tuple(summarise(pod) for pod in pods)
        return ServiceSnapshot(
            service=service,
            account=account,
            cluster_known=named,
            family_object=family_object,
            revisions=tuple(revisions),
            deployment=deployment,
            service_revisions=tuple(kept),
            replica_sets=tuple(replica_sets),
            tasks=tasks,
            draining_nodes=drain.marked_nodes(tasks),  # who asks need not have the right to read nodes
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
