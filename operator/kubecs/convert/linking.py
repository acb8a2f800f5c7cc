"""Which of the task definitions a service runs, and how it names it from now on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from kubecs.convert.found import CONDITION, NOTE, REFUSED, Found, Remark, not_among
from kubecs.convert.items import Service, TaskDefinition
from kubecs.convert.uniqueness import Settled
from kubecs.ecs.errors import EcsError
from kubecs.ecs.values import TaskDefinitionReference, parse_task_definition_reference


@dataclass(frozen=True, slots=True)
class Linked:
    """A service and the task definition that it runs; None: that is not among the documents, or refused."""

    service: Service
    definition: TaskDefinition | None


@dataclass(frozen=True, slots=True)
class Families:
    """The task definitions, by what services call them.

    Attributes:
        newest: The newest of each family.
        numbered: Those with a revision, by family and number.
        refused: Why, by families of which a document was refused and none is written.
        keep_revisions: Whether references keep their number.
    """

    newest: Mapping[str, TaskDefinition]
    numbered: Mapping[tuple[str, int], TaskDefinition]
    refused: Mapping[str, str]
    keep_revisions: bool

    @classmethod
    def of(cls, settled: Settled, *, keep_revisions: bool) -> "Families":
        """Sort them."""
        newest: dict[str, TaskDefinition] = {}
        numbered = {}
        for each in settled.written:
            family = str(each.members["family"])
            if _number(each) >= _number(newest.get(family)):
                newest[family] = each
            if each.registered:
                numbered[family, each.registered.number] = each
        refused = {str(each.members.get("family")): each.why_refused for each in settled.left_out if each.refused}
        return cls(newest, numbered, {k: v for k, v in refused.items() if k not in newest}, keep_revisions)


def _number(definition: TaskDefinition | None) -> int:
    return definition.registered.number if definition and definition.registered else 0


def linked(service: Service, families: Families) -> Linked:
    """Find the task definition of a service, and rewrite the reference where its number does not carry over."""
    if service.refused:
        return Linked(service, None)
    reference = _reference(service)
    if reference is None:
        return Linked(service, None)
    if reference.family in families.refused:
        message = f"its task definition {reference.family} is refused: {families.refused[reference.family]}"
        return Linked(service.remarked(Remark(REFUSED, "taskDefinition", "TaskDefinitionRefused", message)), None)
    newest = families.newest.get(reference.family)
    if newest is None or families.keep_revisions:
        number = reference.revision
        found = newest if number is None else families.numbered.get((reference.family, number))
        service = _naming(service, str(reference))
        if found is None:
            service = service.remarked(not_among("taskDefinition", f"task definition {reference}"))
        return Linked(service, found)
    return Linked(_following(service, reference, newest), newest)


def _reference(service: Service) -> TaskDefinitionReference | None:
    text = service.members.get("taskDefinition")
    try:
        return parse_task_definition_reference(text) if text else None
    except EcsError:
        return None  # a template's variable, which is remarked already, or what the operator would refuse


def _naming(service: Service, reference: str) -> Service:
    if service.members["taskDefinition"] == reference:
        return service
    return replace(service, members={**service.members, "taskDefinition": reference})


def _following(service: Service, reference: TaskDefinitionReference, newest: TaskDefinition) -> Service:
    """The reference without its number: revisions are counted anew here, and the service follows the family."""
    named = _naming(service, reference.family)
    if reference.revision is None:
        return named
    if newest.registered and newest.registered.number != reference.revision:
        message = f"it ran {reference} and will run {newest.name}; --keep-revisions keeps it where it is"
        return named.remarked(Remark(CONDITION, "taskDefinition", "RevisionMoved", message))
    message = f"{reference} becomes {reference.family}, whose revisions count from 1 again"
    return named.remarked(Remark(NOTE, "taskDefinition", "RevisionDropped", message))


def with_lone(service: Found, families: Families) -> Found:
    """Deploy tools keep service and task definition in files side by side, and put the reference in themselves."""
    if service.members.get("taskDefinition"):
        return service
    beside = [name for name, each in families.newest.items() if _directory(each.origin) == _directory(service.origin)]
    if len(beside) != 1:
        return service
    members = {**service.members, "taskDefinition": beside[0]}
    message = f"not given; {beside[0]} is the only one beside it"
    remark = Remark(NOTE, "taskDefinition", "Assumed", message)
    return replace(service, members=members, remarks=(*service.remarks, remark))


def _directory(origin: str) -> str:
    return str(PurePath(origin.partition(": ")[0]).parent)
