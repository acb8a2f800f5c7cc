"""ECSTaskDefinition and its revisions: gathers what plan.family decides on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache
from kubecs.controllers.facts import HeldService
from kubecs.controllers.keys import Key
from kubecs.controllers.listener import Listener
from kubecs.ecs.errors import EcsError
from kubecs.kube.errors import ApiError, NamespaceEnding
from kubecs.plan.actions import Plan
from kubecs.plan.containerimages import learned, without_resolved
from kubecs.plan.definition import definition
from kubecs.plan.family import (
    FamilySnapshot,
    plan_family,
    plan_revision,
    plan_revision_deleted,
    refused_family,
)
from kubecs.plan.settings import Settings
from kubecs.translate.finding import Finding
from kubecs.translate.verdicts import findings

INVALID = "InvalidTaskDefinition"


class FamilyReconciler:
    """See engine.Reconciler. The key's name is that of the family's object, whether there is one or not."""

    kind = "ECSTaskDefinition"

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self._cache = cache
        self._settings = settings

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Register, deregister or describe."""
        cache = self._cache
        snapshot = FamilySnapshot(
            family_object=cache.get("ECSTaskDefinition", key.namespace, key.name),
            revisions=cache.by_index("ECSTaskDefinitionRevision", "family", key.namespace, key.name),
            account=account(cache, self._settings, key.namespace),
            floor=max(cache.numbers_in_use(key.namespace, key.name), default=0),
            followers=tuple(map(_as_service, cache.followers(key.namespace, key.name))),
        )
        return plan_family(snapshot, now)

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The API server refused the revision: say so on the family."""
        family_object = self._cache.get("ECSTaskDefinition", key.namespace, key.name)
        if family_object is None:
            return None
        return refused_family(family_object, f"Kubernetes{error.reason}", error.report, now)


def _as_service(held: HeldService) -> Mapping[str, Any]:
    """The little of an ECSService that a family needs to know of it, from the facts: there may be many."""
    facts = held.facts
    return {
        "metadata": {"name": held.name, "generation": facts.generation},
        "status": {
            "observedGeneration": facts.observed_generation,
            "taskDefinition": held.task_definition_arn,
            "conditions": [{"type": kind, "status": status} for kind, status in facts.conditions.items()],
        },
    }


class RevisionReconciler:
    """See engine.Reconciler: says on a revision what does not carry over; keeps the number of a deleted one taken."""

    kind = "ECSTaskDefinitionRevision"

    def __init__(self, cache: Cache, settings: Settings, listener: Listener) -> None:
        self._cache = cache
        self._settings = settings
        self._listener = listener

    def plan(self, key: Key, now: datetime) -> Plan | None:
        """Describe the revision, or put its tombstone back."""
        revision = self._cache.get("ECSTaskDefinitionRevision", key.namespace, key.name)
        if revision is None:
            return self._deleted(key, now)
        try:
            maps = account(self._cache, self._settings, key.namespace).maps
            document = definition(revision["spec"]["taskDefinition"])
        except EcsError as error:
            found = Finding(error.path or "taskDefinition", INVALID, INVALID, f"{error.code}: {error.message}")
            return plan_revision(revision, (found,), now)
        images = learned(revision, document, self._cache.telling_task(revision))
        return plan_revision(revision, without_resolved(findings(document, maps), images), now, images)

    def _deleted(self, key: Key, now: datetime) -> Plan | None:
        gone = self._listener.deleted_revisions.get((key.namespace, key.name))
        if gone is None:
            return None
        family = key.name.rpartition(".")[0]
        others = self._cache.by_index("ECSTaskDefinitionRevision", "family", key.namespace, family)
        plan = plan_revision_deleted(gone, others, self._cache.numbers_in_use(key.namespace, family), now)
        if not plan.steps:
            self._listener.deleted_revisions.pop((key.namespace, key.name), None)
        return plan

    def refused(self, key: Key, error: ApiError, now: datetime) -> Plan | None:
        """The log has said it; in a namespace that goes, no number has to stay taken."""
        del now
        if isinstance(error, NamespaceEnding):
            self._listener.deleted_revisions.pop((key.namespace, key.name), None)
        return None
