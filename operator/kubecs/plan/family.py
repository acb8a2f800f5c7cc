"""Task definition families: an ECSTaskDefinition makes a revision of each content that it takes on.

Numbers are taken by creating the object of that name, one after the highest that was ever known: two who try the same
number meet AlreadyExists, and one of them decides again. Revisions belong to nobody and are never changed but in their
tags and lifecycle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.ecs.validation import validate_task_definition
from kubecs.ecs.values import short_name, task_definition_arn
from kubecs.plan import conditions
from kubecs.plan.account import Account
from kubecs.plan.actions import Action, Create, Event, Patch, Plan, Ref
from kubecs.plan.conditions import Condition
from kubecs.plan.references import ACTIVE, DELETED, INACTIVE_LIFECYCLE, family_of, lifecycle_of, number_of
from kubecs.plan.timestamps import parse, rfc3339
from kubecs.translate import labels, names
from kubecs.translate.finding import Finding, by_condition
from kubecs.translate.unsupported import refuse_unsupported

KIND = "ECSTaskDefinitionRevision"
_NOTHING: Mapping[str, Any] = {}
NOT_REGISTERED = ("tags", "kubernetes")  # members of the spec that are not in the registered document
FROM_OBJECT = "Object"

INVALID = "InvalidTaskDefinition"
NAME_MISMATCH = "NameMismatch"
DIVERGED = "Diverged"

RESTORED_AFTER = timedelta(seconds=60)  # a revision older than its object by more came out of a backup
RESTORE_GRACE = timedelta(minutes=10)  # for so long its ECSTaskDefinition may still be on its way out of there


@dataclass(frozen=True, slots=True)
class FamilySnapshot:
    """Everything that a decision about one ECSTaskDefinition depends on.

    Attributes:
        family_object: The ECSTaskDefinition; None when it was deleted.
        revisions: All ECSTaskDefinitionRevisions of its family.
        account: The account that the namespace is.
        floor: The highest number of the family that anything else knows, such as a service that runs it; else 0.
        followers: The ECSServices whose reference follows the family.
    """

    family_object: Mapping[str, Any] | None
    revisions: tuple[Mapping[str, Any], ...]
    account: Account
    floor: int = 0
    followers: tuple[Mapping[str, Any], ...] = ()


def plan_family(snapshot: FamilySnapshot, now: datetime) -> Plan:
    """Register what is new, deregister what has lost its object, and say how the family stands."""
    family_object = snapshot.family_object
    if family_object is None:
        return _deregistered(snapshot.revisions, now)
    if family_object["metadata"].get("deletionTimestamp"):
        return Plan()
    own = _registered(snapshot.revisions, family_object)
    if own is not None:
        return _described(snapshot, family_object, own, now)
    refusal = _refusal(family_object)
    if refusal is not None:
        return refused_family(family_object, *refusal, now)
    return _register(snapshot, family_object, now)


def document_of(family_object: Mapping[str, Any]) -> dict[str, Any]:
    """What an ECSTaskDefinition registers: its spec without tags, which may change, and without what is not AWS's."""
    return {name: value for name, value in family_object["spec"].items() if name not in NOT_REGISTERED}


def _refusal(family_object: Mapping[str, Any]) -> tuple[str, str] | None:
    """(reason, message) of a document that cannot be registered."""
    spec, name = family_object["spec"], family_object["metadata"]["name"]
    expected = names.object_name(spec["family"])
    if name != expected:
        return NAME_MISMATCH, f"metadata.name: the family {spec['family']} must be named {expected}, not {name}"
    try:
        document = validate_task_definition({name: value for name, value in spec.items() if name != "kubernetes"})
        refuse_unsupported(document)
    except EcsError as error:
        where = f"{error.path}: " if error.path else ""
        return INVALID, f"{error.code}: {where}{error.message}"
    return None


def refused_family(family_object: Mapping[str, Any], reason: str, message: str, now: datetime) -> Plan:
    """The status of an ECSTaskDefinition that is not registered as it is now; what it made before stays."""
    stored = conditions.stored(family_object)
    triple = conditions.stalled(reason, message)
    before = family_object.get("status") or {}
    fields = {name: before.get(name) for name in ("latestRevision", "taskDefinitionArn", "status")}
    return Plan(
        status=fields | _common(family_object, triple, now),
        events=conditions.announced(stored, triple),
    )


def _common(family_object: Mapping[str, Any], wanted: Sequence[Condition], now: datetime) -> dict[str, Any]:
    generation = family_object["metadata"].get("generation", 1)
    stored = conditions.stored(family_object)
    return {
        "observedGeneration": generation,
        "conditions": conditions.set_conditions(stored, wanted, generation, now),
        "conditionTypes": conditions.types(wanted),
    }


def _from_object(revision: Mapping[str, Any]) -> bool:
    return bool((revision["spec"].get("origin") or {}).get("kind") == FROM_OBJECT)


def _registered(revisions: Sequence[Mapping[str, Any]], family_object: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The revision that holds the object's content as it is: its newest, if that is still ACTIVE and equal.

    Found again by content, so that a crash after the creation, or a restored backup, makes no second one.
    """
    own = [revision for revision in revisions if _from_object(revision)]
    newest = max(own, key=number_of, default=None)
    if newest is None or lifecycle_of(newest) != ACTIVE:
        return None
    latest = (family_object.get("status") or {}).get("latestRevision") or 0
    same = number_of(newest) >= latest and newest["spec"]["taskDefinition"] == document_of(family_object)
    return newest if same else None


def next_number(snapshot: FamilySnapshot) -> int:
    """One after the highest number that the family ever had, as far as anything still knows."""
    known = [number_of(revision) for revision in snapshot.revisions]
    latest = ((snapshot.family_object or {}).get("status") or {}).get("latestRevision") or 0
    return max([*known, snapshot.floor, latest], default=0) + 1


def _register(snapshot: FamilySnapshot, family_object: Mapping[str, Any], now: datetime) -> Plan:
    spec, metadata, number = family_object["spec"], family_object["metadata"], next_number(snapshot)
    content = {
        "taskDefinition": document_of(family_object),
        "revision": number,
        "lifecycle": ACTIVE,
        "registeredAt": rfc3339(now),
        **({"tags": spec["tags"]} if spec.get("tags") else {}),
        "origin": {"kind": FROM_OBJECT, "uid": metadata["uid"]},
    }
    name = f"{spec['family']}:{number}"
    create = Create(_manifest(metadata["namespace"], spec["family"], number, content), f"register {name}")
    return Plan(
        steps=((create,),),  # the revision, once seen, has it described: one status write, not two
        confirm=_untold(snapshot.revisions, family_object),
    )


def _untold(revisions: Sequence[Mapping[str, Any]], family_object: Mapping[str, Any]) -> bool:
    """There is a newer revision than the object's status tells: of an edit, perhaps, that this cache has yet to see."""
    latest = (family_object.get("status") or {}).get("latestRevision") or 0
    return any(number_of(revision) > latest for revision in revisions)


def _announced(family_object: Mapping[str, Any], number: int) -> tuple[Event, ...]:
    """The registration is said with the first status that shows it, however that comes to be written."""
    if (family_object.get("status") or {}).get("latestRevision") == number:
        return ()
    return (Event("Normal", "Registered", f"registered {family_object['spec']['family']}:{number}"),)


def _manifest(namespace: str, family: str, number: int, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": labels.API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": names.revision_object_name(family, number),
            "namespace": namespace,
            "labels": {
                labels.MANAGED_BY: labels.MANAGER,
                labels.FAMILY: names.label_value(family),
                labels.REVISION: str(number),
            },
        },
        "spec": dict(spec),
    }


def _fields(snapshot: FamilySnapshot, family: str, number: int) -> dict[str, Any]:
    arn = task_definition_arn(snapshot.account.id, family, number)
    return {"latestRevision": number, "taskDefinitionArn": arn, "status": ACTIVE}


def _described(
    snapshot: FamilySnapshot, family_object: Mapping[str, Any], own: Mapping[str, Any], now: datetime
) -> Plan:
    family, number = family_of(own), number_of(own)
    fields = _fields(snapshot, family, number)
    triple = _progress(snapshot.followers, f"{family}:{number}")
    diverged = _diverged(snapshot.revisions, number)
    tagging = _tagging(own, family_object)
    return Plan(
        steps=(tagging,) if tagging else (),
        status=fields | _common(family_object, (*triple, *diverged), now),
        events=(
            *_announced(family_object, number),
            *conditions.begun(conditions.stored(family_object), diverged),
        ),
    )


def _tagging(own: Mapping[str, Any], family_object: Mapping[str, Any]) -> tuple[Action, ...]:
    """Tags are no part of the registered document: an edit of them alone makes no revision."""
    wanted = family_object["spec"].get("tags") or None
    if (own["spec"].get("tags") or None) == wanted:
        return ()
    return (Patch(_ref(own), {"spec": {"tags": wanted}}, "the tags were edited"),)


def _diverged(revisions: Sequence[Mapping[str, Any]], number: int) -> tuple[Condition, ...]:
    newest = max(
        (number_of(each) for each in revisions if lifecycle_of(each) == ACTIVE and not _from_object(each)), default=0
    )
    if newest <= number:
        return ()
    message = f"revision {newest} was registered by somebody else after revision {number} of this object"
    return (Condition(DIVERGED, "True", "NewerRegistration", message),)


def _progress(followers: Sequence[Mapping[str, Any]], name: str) -> tuple[Condition, ...]:
    """Ready once every service that follows the family runs the revision and is Ready; Stalled when one failed."""
    failed = [each for each in followers if _failed(each)]
    if failed:
        return conditions.stalled("ServiceFailed", f"{name}: {_listed(failed)} failed to run it")
    waiting = [each for each in followers if not _runs(each, name)]
    if waiting:
        return conditions.reconciling("ServicesUpdating", f"{name}: waiting for {_listed(waiting)}")
    return conditions.ready("Registered", f"{name} is registered and runs in {len(followers)} following services")


def _listed(services: Sequence[Mapping[str, Any]], limit: int = 5) -> str:
    shown = ", ".join(sorted(each["metadata"]["name"] for each in services)[:limit])
    return f"ECSService {shown}" + (f" and {len(services) - limit} more" if len(services) > limit else "")


def _observed(service: Mapping[str, Any]) -> bool:
    seen = (service.get("status") or {}).get("observedGeneration", -1)
    return bool(seen >= service["metadata"].get("generation", 1))


def _failed(service: Mapping[str, Any]) -> bool:
    return _observed(service) and conditions.is_true(conditions.stored(service), conditions.STALLED)


def _runs(service: Mapping[str, Any], name: str) -> bool:
    """What runs keeps the ARN that it was started with, though the account's id may be another by now."""
    ready = conditions.is_true(conditions.stored(service), conditions.READY)
    return (
        _observed(service) and ready and short_name((service.get("status") or {}).get("taskDefinition") or "") == name
    )


def _deregistered(revisions: Sequence[Mapping[str, Any]], now: datetime) -> Plan:
    """The object is gone: its revisions become INACTIVE; whatever runs them goes on.

    Another replica may have registered them for an object that this cache has yet to see, so that is asked first.
    """
    own = [each for each in revisions if _from_object(each) and lifecycle_of(each) == ACTIVE]
    spared = [remaining for each in own if (remaining := _restore_grace(each, now)) > 0]
    change = {"spec": {"lifecycle": INACTIVE_LIFECYCLE, "deregisteredAt": rfc3339(now)}}
    actions = tuple(
        Patch(_ref(each), change, "its ECSTaskDefinition was deleted") for each in own if _restore_grace(each, now) <= 0
    )
    steps = (actions,) if actions else ()
    return Plan(steps=steps, confirm=bool(steps), requeue_after=min(spared, default=None))


def _restore_grace(revision: Mapping[str, Any], now: datetime) -> float:
    """Seconds for which a revision out of a backup waits for its ECSTaskDefinition; 0 for any other revision.

    One whose object is much younger than the registration was not made by that registration.
    """
    created = parse(revision["metadata"]["creationTimestamp"])
    registered = revision["spec"].get("registeredAt")
    if registered is None or created - parse(registered) <= RESTORED_AFTER:
        return 0.0
    return max((created + RESTORE_GRACE - now).total_seconds(), 0.0)


def plan_revision_deleted(
    revision: Mapping[str, Any], others: Sequence[Mapping[str, Any]], in_use: Iterable[int], now: datetime
) -> Plan:
    """Put a tombstone in the place of a revision, where one is needed.

    That of a family's newest keeps its number from being taken again; that of one which a service runs lets the
    service go on with it (ECS keeps such a revision in DELETE_IN_PROGRESS).

    Args:
        revision: The revision that somebody deleted, as it was last seen.
        others: The revisions that its family still has.
        in_use: The numbers of the family's revisions that services run.
        now: The clock.
    """
    number, left = number_of(revision), [number_of(other) for other in others]
    if number in left or (max(left, default=0) > number and number not in in_use):
        return Plan()
    ended = revision["spec"].get("deregisteredAt") or rfc3339(now)
    spec = {**revision["spec"], "lifecycle": DELETED, "deregisteredAt": ended}
    manifest = _manifest(revision["metadata"]["namespace"], family_of(revision), number, spec)
    name = f"{family_of(revision)}:{number}"
    create = Create(manifest, f"{name} was deleted; keep its number taken", exists_ok=True)
    return Plan(steps=((create,),))


def plan_revision(
    revision: Mapping[str, Any], findings: Sequence[Finding], now: datetime, images: Mapping[str, Any] = _NOTHING
) -> Plan:
    """The status of a revision: one condition for each sort of member that does not carry over.

    Args:
        revision: The ECSTaskDefinitionRevision.
        findings: translate.verdicts.findings of its document.
        now: The clock.
        images: What its status says of its images (containerimages.learned).
    """
    generation, stored = revision["metadata"].get("generation", 1), conditions.stored(revision)
    found = tuple(
        Condition(kind, "True", reason, message) for kind, (reason, message) in by_condition(findings).items()
    )
    name = f"{family_of(revision)}:{number_of(revision)}"
    wanted = (*conditions.ready("Registered", f"{name} is registered"), *found)
    return Plan(
        status={
            "observedGeneration": generation,
            **images,
            "conditions": conditions.set_conditions(stored, wanted, generation, now),
            "conditionTypes": conditions.types(found),
        },
        events=conditions.begun(stored, found),
    )


def _ref(revision: Mapping[str, Any]) -> Ref:
    metadata = revision["metadata"]
    return Ref(labels.API_VERSION, KIND, metadata["namespace"], metadata["name"], metadata.get("uid"))
