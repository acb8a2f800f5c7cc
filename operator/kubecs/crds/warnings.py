"""Verdicts of translate/verdicts.py as warnings: in CEL, for which containers or volumes a member does not carry over.

Compiled are the rows that are not applied or refused wherever the member is given; of the others
crds/documentwarnings.py has those about which the document alone decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kubecs.crds.documentwarnings import DOCUMENT_WARNINGS
from kubecs.ecs.base import Shape
from kubecs.ecs.members import Kind, Member, members
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest, Volume
from kubecs.translate.verdict import Verdict
from kubecs.translate.verdicts import VERDICTS

# The lists whose items are named by name in a path, and what is in them.
LISTS: Mapping[str, type[Shape]] = {"containerDefinitions": ContainerDefinition, "volumes": Volume}
LOST = ("not applied", "refused")


@dataclass(frozen=True, slots=True)
class ApplyWarning:
    """A member that does not carry over.

    Attributes:
        within: The list in whose items the member lies, one of LISTS; "" for a member of the task definition itself.
        member: The member's path below that, without names.
        holds: CEL, true of an item of the list, or of the task definition, called x, whose member does not carry over.
        message: What happens instead.
    """

    within: str
    member: str
    holds: str
    message: str


def apply_warnings() -> tuple[ApplyWarning, ...]:
    """All warnings, in the order of the verdicts."""
    lost = {path: verdict for path, verdict in VERDICTS.items() if verdict.effect in LOST}
    whole = {path: verdict for path, verdict in lost.items() if not _is_below(path, lost)}
    return (
        *(_compiled(path, verdict) for path, verdict in whole.items()),
        *(
            ApplyWarning(*_split(each.path), each.holds, each.message)
            for each in DOCUMENT_WARNINGS
            if each.path not in lost and not _is_below(each.path, lost)
        ),
    )


def _is_below(path: str, lost: Mapping[str, Verdict]) -> bool:
    """A member that is lost speaks for all that is below it."""
    return any(path.startswith((f"{other}.", f"{other}[")) for other in lost)


def _split(pattern: str) -> tuple[str, str]:
    """(list, path in its items), or ("", path)."""
    within, separator, member = pattern.partition("[].")
    return (within, member) if separator and within in LISTS else ("", pattern)


def _compiled(path: str, verdict: Verdict) -> ApplyWarning:
    pattern, _, value = path.partition("=")
    within, member = _split(pattern)
    says = f" == '{value}'" if value else _other_than(pattern)
    holds = _given("x", LISTS.get(within, RegisterTaskDefinitionRequest), member.split("."), says)
    message = f"it is not run: {verdict.message}" if verdict.effect == "refused" else verdict.message
    return ApplyWarning(within, member, holds, message)


def _other_than(pattern: str) -> str:
    """CEL after a member: none of the values that have verdicts of their own; nothing where there are none."""
    values = [path.partition("=")[2] for path in VERDICTS if path.startswith(f"{pattern}=")]
    return f" in {values} == false" if values else ""


def _given(holder: str, shape: type[Shape], steps: list[str], says: str) -> str:
    """CEL: the member at a path is there and says something."""
    member = next(each for each in members(shape) if each.name == steps[0].removesuffix("[]"))
    here = f"{holder}.{member.name}"
    if steps[0].endswith("[]") and member.type.item and member.type.item.shape:
        item = f"{holder.rpartition('.')[2]}_"
        return f"has({here}) && {here}.exists({item}, {_given(item, member.type.item.shape, steps[1:], says)})"
    if len(steps) > 1 and member.type.shape:
        return f"has({here}) && {_given(here, member.type.shape, steps[1:], says)}"
    return f"has({here}){_meant(here, member)}" + (f" && {here}{says}" if says else "")


def _meant(here: str, member: Member) -> str:
    """CEL: what is given is not what an absent member stands for: empty or false."""
    return {kind: f" && {test.format(here)}" for kind, test in _TESTS.items()}.get(member.type.kind, "")


_TESTS: Mapping[Kind, str] = {
    "boolean": "{}",
    "string": "{} != ''",
    "list": "{}.size() > 0",
    "map": "{}.size() > 0",
}
