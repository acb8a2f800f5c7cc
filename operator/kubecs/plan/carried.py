"""What a revision says of members that do not carry over, said again of the services and tasks that run from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kubecs.ecs.values import short_name
from kubecs.plan import conditions
from kubecs.plan.conditions import Condition
from kubecs.plan.references import family_of, number_of
from kubecs.translate.finding import Finding, by_condition

_TRIPLE = (conditions.READY, conditions.RECONCILING, conditions.STALLED)


def said_of(revision: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The conditions in a revision's status that name members, as findings about the task definition."""
    member = f"taskDefinition {family_of(revision)}:{number_of(revision)}"
    return tuple(
        Finding(member, each["type"], each["reason"], each.get("message", ""))
        for each in conditions.stored(revision)
        if each["type"] not in _TRIPLE and each["status"] == "True"
    )


def carried(revisions: Iterable[Mapping[str, Any]], arn: str | None) -> tuple[Finding, ...]:
    """What the revision with an ARN says; nothing where it is not among these."""
    name = short_name(arn or "")
    found = (each for each in revisions if f"{family_of(each)}:{number_of(each)}" == name)
    return next((said_of(each) for each in found), ())


def with_carried(own: Sequence[Condition], found: Iterable[Finding]) -> tuple[Condition, ...]:
    """An object's own conditions and those of its task definition, each type once: what both say is one message.

    The revision's Events have told of the latter; they are not told again.
    """
    merged = {each.type: each for each in own}
    for kind, (reason, message) in by_condition(found).items():
        mine = merged.get(kind)
        said = replace(mine, message=f"{mine.message}; {message}") if mine else Condition(kind, "True", reason, message)
        merged[kind] = said
    return tuple(merged.values())
