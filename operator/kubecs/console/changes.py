"""What an apply would do: the operator's own decisions about objects as they would be, against what is there now."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import yaml

from kubecs.ecs.errors import EcsError
from kubecs.plan import conditions, rest
from kubecs.plan.account import Account
from kubecs.plan.actions import Apply, Create, Plan
from kubecs.plan.definition import definition
from kubecs.plan.family import FamilySnapshot, plan_family
from kubecs.plan.refusal import described
from kubecs.plan.service import plan_service
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.translate.finding import by_condition
from kubecs.translate.verdicts import findings

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_ALWAYS = frozenset({conditions.READY, conditions.RECONCILING, conditions.STALLED, "Available"})

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What would come of one object.

    Attributes:
        title: `ecsservice/web`.
        lines: Unified diffs, the object's own spec first, then its children's.
        says: What it means: revisions, tasks that are replaced, conditions that would be raised.
        tasks: How many tasks are replaced.
        refused: It would not be carried out; `says` tells why.
    """

    title: str
    lines: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    tasks: int = 0
    refused: bool = False

    @property
    def empty(self) -> bool:
        """Nothing would change."""
        return not self.lines and not self.says


def title_of(manifest: Object) -> str:
    """`ecsservice/web`."""
    return f"{manifest['kind'].lower()}/{manifest['metadata']['name']}"


def of_spec(live: Object | None, after: Object) -> tuple[str, ...]:
    """The diff of an object's own spec."""
    before = dict(live["spec"]) if live else {}
    return tuple(_unified(title_of(after), before, dict(after.get("spec") or {})))


def of_service(snapshot: ServiceSnapshot, live: Object | None, now: datetime) -> Change:
    """What the operator would do about an ECSService.

    Args:
        snapshot: What it would see: the service, its family and its account as they would be after the apply.
        live: The ECSService as it is.
        now: The clock.
    """
    title, own = title_of(snapshot.service), of_spec(live, snapshot.service)
    try:
        # what waits for the Deployment's controller to come to rest follows all the same
        plan = plan_service(replace(snapshot, put_off_since=now - rest.LONGEST_WAIT), now)
    except EcsError as error:
        return Change(title, own, (f"would be refused: {described(error)}",), refused=True)
    children = [line for action in _writes(plan) for line in _child(snapshot, action)]
    says, tasks = _rolls(snapshot, plan)
    raised = _raised(conditions.stored(live), (plan.status or {}).get("conditions") or ())
    return Change(title, (*own, *children), (*says, *raised), tasks, refused=_stalls(plan))


def _writes(plan: Plan) -> Iterator[Apply | Create]:
    for step in plan.steps:
        yield from (action for action in step if isinstance(action, Apply | Create))


def _child(snapshot: ServiceSnapshot, action: Apply | Create) -> Iterator[str]:
    manifest = action.manifest
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    if kind == "ControllerRevision":
        yield f"+ {kind.lower()}/{name}"
        return
    yield from _unified(f"{kind.lower()}/{name}", projected(_live(snapshot, kind, name) or {}, manifest), manifest)


def _live(snapshot: ServiceSnapshot, kind: str, name: str) -> Object | None:
    if kind == "PodDisruptionBudget":
        return snapshot.disruption_budget
    return snapshot.deployment if kind in ("DaemonSet", "Deployment") else snapshot.identities.get((kind, name))


def projected(live: Any, wanted: Any) -> Any:
    """The part of a live object that a manifest speaks of, so that the server's defaults are no difference."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        return {name: projected(live[name], value) for name, value in wanted.items() if name in live}
    if isinstance(wanted, list | tuple) and isinstance(live, list | tuple) and len(wanted) == len(live):
        return [projected(one, other) for one, other in zip(live, wanted, strict=True)]
    return live


def _unified(title: str, before: Any, after: Any) -> Iterator[str]:
    old, new = _yaml(before), _yaml(after)
    if old != new:
        yield from difflib.unified_diff(old, new, f"{title} (live)", f"{title} (after)", lineterm="")


def _yaml(value: Any) -> list[str]:
    text: str = yaml.dump(_plain(value), Dumper=_DUMPER, sort_keys=True) if value else ""
    return text.splitlines()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _rolls(snapshot: ServiceSnapshot, plan: Plan) -> tuple[list[str], int]:
    new = next((a for a in _writes(plan) if isinstance(a, Create) and a.manifest["kind"] == "ControllerRevision"), None)
    if new is not None:
        definition_name = new.manifest["data"]["taskDefinition"].rpartition("/")[2]
        if snapshot.newest_revision is None:
            many = f"{snapshot.desired} tasks of {definition_name}"
            return [f"starts {f'{definition_name} on each node' if snapshot.daemon else many}"], 0
        return [f"rolls {snapshot.desired} tasks to {definition_name}"], snapshot.desired
    replicas = ((snapshot.deployment or {}).get("spec") or {}).get("replicas")
    written = [a.manifest["spec"]["replicas"] for a in _writes(plan) if a.manifest["kind"] == "Deployment"]
    if replicas is not None and written and replicas != written[0]:
        return [f"scales from {replicas} to {written[0]} tasks, replaces none"], 0
    return [], 0


def _stalls(plan: Plan) -> bool:
    return conditions.is_true((plan.status or {}).get("conditions") or (), conditions.STALLED)


def _raised(before: Any, after: Any) -> Iterator[str]:
    """Conditions that hold afterwards and did not before; of the triple only that it gets no further."""
    for each in after:
        if each["status"] == "True" and each["type"] not in _ALWAYS and not _same(before, each):
            yield f"condition {each['type']}=True {each.get('reason', '')}: {each.get('message', '')}"
    ready, waits = conditions.find(after, conditions.READY), conditions.find(after, "ReferencesResolved")
    stalled = conditions.is_true(after, conditions.STALLED)
    if ready is not None and (stalled or waits) and not _same(before, ready):
        state = "Stalled" if stalled else "Reconciling"
        yield f"would be {state}, {ready.get('reason', '')}: {ready.get('message', '')}"


def _same(before: Any, condition: Object) -> bool:
    known = conditions.find(before, condition["type"]) or {}
    return all(known.get(name) == condition.get(name) for name in ("status", "reason", "message"))


@dataclass(frozen=True, slots=True)
class FamilyChange:
    """What would come of an ECSTaskDefinition.

    Attributes:
        change: Of the object itself.
        family_object: As it would be, its latest revision told in the status.
        revision: The ECSTaskDefinitionRevision that would be made, or None.
    """

    change: Change
    family_object: Object
    revision: Object | None


def of_family(snapshot: FamilySnapshot, live: Object | None, account: Account, now: datetime) -> FamilyChange:
    """What the operator would do about an ECSTaskDefinition, which `snapshot` has as it would be."""
    after = snapshot.family_object
    if after is None:
        raise ValueError("the snapshot has no ECSTaskDefinition")
    own, plan = of_spec(live, after), plan_family(snapshot, now)
    made = next((action.manifest for action in _writes(plan) if isinstance(action, Create)), None)
    if made is None:
        raised = tuple(_raised(conditions.stored(live), (plan.status or {}).get("conditions") or ()))
        said = raised if _stalls(plan) else ()
        return FamilyChange(Change(title_of(after), own, said, refused=_stalls(plan)), after, None)
    found = by_condition(findings(definition(made["spec"]["taskDefinition"]), account.maps))
    says = [f"registers revision {made['spec']['revision']}"]
    says += [f"condition {condition}=True {reason}: {message}" for condition, (reason, message) in found.items()]
    seen = {"latestRevision": made["spec"]["revision"], "observedGeneration": after["metadata"].get("generation", 1)}
    status = {**(after.get("status") or {}), **seen}
    return FamilyChange(Change(title_of(after), own, tuple(says)), {**after, "status": status}, made)
