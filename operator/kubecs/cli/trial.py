"""An apply that is only thought through: what it would change, and what the operator's own planning makes of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kubecs.cli import reads
from kubecs.cli.difference import Asked
from kubecs.cli.reads import ACCOUNT, Reads
from kubecs.cli.session import Object
from kubecs.console import changes
from kubecs.console.changes import Change
from kubecs.kube import resources
from kubecs.kube.errors import ApiError
from kubecs.plan import drain, references
from kubecs.plan.account import Account, account_of
from kubecs.plan.family import FamilySnapshot
from kubecs.plan.settings import Settings
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.summary import summarise
from kubecs.translate import names, podwords
from kubecs.translate.delivery import Shim


@dataclass
class Trial:
    """What one document changes, the next one sees.

    Attributes:
        reads: What the API server has.
        now: The clock.
        region: The operator's.
        after: The objects as the documents up to now would leave them.
        revisions: By namespace and family, what there would be by now.
    """

    reads: Reads
    now: datetime
    region: str
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

    def _account(self, namespace: str, live: Object | None) -> Account:
        return account_of(self.after.get((namespace, "ECSAccount", ACCOUNT), live), namespace, self.region)

    def _family(self, namespace: str, made: Object, live: Object | None) -> list[Change]:
        family = made["spec"]["family"]
        account = self._account(namespace, self.reads.account(namespace))
        known = self._revisions(namespace, family, self.reads.revisions(namespace, family))
        found = changes.of_family(FamilySnapshot(made, tuple(known), account), live, account, self.now)
        self.after[namespace, "ECSTaskDefinition", made["metadata"]["name"]] = dict(found.family_object)
        if found.revision is None:
            return [found.change]
        self.revisions[namespace, family] = [*known, dict(found.revision)]
        services = self.reads.matching(resources.ECS_SERVICES, namespace)
        following = [each for each in services if _follows(each, family)]
        return [found.change, *(self._service(namespace, service, service) for service in following)]

    def _revisions(self, namespace: str, family: str, live: list[Object]) -> list[Object]:
        """Those of the very family, whose label others may have too."""
        known = self.revisions.get((namespace, family))
        return [each for each in live if references.family_of(each) == family] if known is None else known

    def _service(self, namespace: str, service: Object, live: Object | None) -> Change:
        return changes.of_service(self._snapshot(namespace, service), live, self.now)

    def _snapshot(self, namespace: str, service: Object) -> ServiceSnapshot:
        """What the operator would see, after the documents up to now."""
        spec, seen = service["spec"], reads.around(self.reads, service, namespace)
        cluster, family = (
            names.cluster_name(spec.get("cluster")),
            references.family_referred_to(spec.get("taskDefinition") or ""),
        )
        deployment = next(iter(seen.workloads), None)
        tasks = tuple(summarise(pod) for pod in seen.pods)
        return ServiceSnapshot(
            service=service,
            account=self._account(namespace, seen.account),
            cluster_known=cluster == names.DEFAULT_CLUSTER or self._there(namespace, cluster, seen.cluster),
            family_object=self._family_object(namespace, family, seen.family_object) if family else None,
            revisions=tuple(self._revisions(namespace, family, seen.revisions)) if family else (),
            deployment=deployment,
            service_revisions=tuple(seen.kept),
            replica_sets=tuple(seen.replica_sets),
            tasks=tasks,
            draining_nodes=drain.marked_nodes(tasks),  # who asks need not have the right to read nodes
            disruption_budget=next(iter(seen.budgets), None),
            identities={(each["kind"], each["metadata"]["name"]): each for each in (*seen.accounts, *seen.bindings)},
            settings=_settings(self.region, deployment),
        )

    def _there(self, namespace: str, cluster: str, live: Object | None) -> bool:
        return (live or self.after.get((namespace, "ECSCluster", names.object_name(cluster)))) is not None

    def _family_object(self, namespace: str, family: str, live: Object | None) -> Object | None:
        return self.after.get((namespace, "ECSTaskDefinition", names.object_name(family)), live)


def _follows(service: Object, family: str) -> bool:
    reference = service["spec"].get("taskDefinition") or ""
    return references.follows(reference) and references.family_referred_to(reference) == family


def _settings(region: str, deployment: Mapping[str, Any] | None) -> Settings:
    """The operator's settings as far as its work shows them: where tasks get the shim from."""
    spec = (((deployment or {}).get("spec") or {}).get("template") or {}).get("spec") or {}
    copied = next((each["image"] for each in spec.get("initContainers") or () if each["name"] == podwords.SHIM), None)
    return Settings(region=region, shim=Shim(copied) if copied else Shim())
