"""The same resource in several documents: written once, and refused where the documents disagree."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from kubecs.convert.found import NOTE, REFUSED, Remark
from kubecs.convert.items import Item, TaskDefinition
from kubecs.ecs.base import Shape

Model = TypeVar("Model", bound=Shape)


@dataclass(frozen=True, slots=True)
class Settled:
    """Task definitions, after it is decided which are written.

    Attributes:
        written: Those that are, in their order.
        left_out: Those that are not, each with a remark that says why.
    """

    written: tuple[TaskDefinition, ...]
    left_out: tuple[TaskDefinition, ...]


def unique(
    items: Iterable[Item[Model]], key: Callable[[Item[Model]], Hashable]
) -> tuple[list[Item[Model]], list[Item[Model]]]:
    """Items by key: the first of each that is not refused, and the others, with what is wrong about them."""
    kept: dict[Hashable, Item[Model]] = {}
    others = []
    for item in items:
        first = kept.get(key(item))
        if item.refused:
            others.append(item)
        elif first is None:
            kept[key(item)] = item
        elif first.members == item.members:
            others.append(item.remarked(Remark(NOTE, "", "Duplicate", f"the same as in {first.origin}; written once")))
        else:
            message = f"{first.origin} has it too, and differs; convert them apart"
            others.append(item.remarked(Remark(REFUSED, "", "Duplicate", message)))
    return list(kept.values()), others


def settled(definitions: Iterable[TaskDefinition], *, keep_revisions: bool) -> Settled:
    """Which task definitions are written: all revisions, or the newest of each family."""
    if keep_revisions:
        kept, others = unique(definitions, lambda each: each.name)
        return Settled(tuple(kept), tuple(others))
    left_out: list[TaskDefinition] = []
    candidates: list[TaskDefinition] = []
    newest = _newest_numbers(definitions := tuple(definitions))
    for each in definitions:
        number = each.registered.number if each.registered else None
        family = str(each.members.get("family"))
        if number is not None and not each.refused and number < newest[family]:
            message = f"revision {newest[family]} is newer; --keep-revisions keeps all"
            left_out.append(each.remarked(Remark(NOTE, "", "OlderRevision", message)))
        else:
            candidates.append(each)
    kept, others = unique(candidates, lambda each: str(each.members.get("family")))
    return Settled(tuple(kept), (*left_out, *others))


def _newest_numbers(definitions: Iterable[TaskDefinition]) -> dict[str, int]:
    newest: dict[str, int] = defaultdict(int)
    for each in definitions:
        if each.registered and not each.refused:
            family = str(each.members.get("family"))
            newest[family] = max(newest[family], each.registered.number)
    return newest
