"""The estate: each service, and what stands between it and running here."""

from collections.abc import Iterable
from dataclasses import dataclass

from kubecs.convert.found import CONDITION, PLACEHOLDER, REFUSED, Remark, missing
from kubecs.convert.items import Item, Service, TaskDefinition
from kubecs.convert.mapped import account_for_role, is_mapped
from kubecs.convert.seen import NEEDED, seen
from kubecs.ecs.base import Shape
from kubecs.plan.account import Account
from kubecs.translate.restricted import restricted_uses
from kubecs.translate.traffic import CONNECT_MAP

RUNS, NEEDS, BLOCKED = "runs as it is", "needs", "blocked"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes:
        name: The service, or a task definition that no service runs.
        runs: What it runs.
        verdict: RUNS, NEEDS or BLOCKED.
        why: The map entries and values that it needs, or what blocks it.
        conditions: How many members do not carry over as they stand.
    """

    name: str
    runs: str
    verdict: str
    why: str
    conditions: int


def service_row(service: Service, definition: TaskDefinition | None, account: Account) -> Row:
    """The row of a service."""
    parts: list[Item[Shape]] = [_any(service), *([_any(definition)] if definition else [])]
    runs = str(service.members.get("taskDefinition") or "-")
    return _row(service.name, runs, parts, account)


def definition_row(definition: TaskDefinition, account: Account) -> Row:
    """The row of a task definition that no service runs."""
    return _row("-", definition.name, [_any(definition)], account)


def _any(item: "Service | TaskDefinition") -> Item[Shape]:
    return Item(item.name, item.origin, item.members, item.model, item.remarks, item.registered)


def _row(name: str, runs: str, parts: list[Item[Shape]], account: Account) -> Row:
    remarks = [each for part in parts for each in part.remarks]
    conditions = sum(each.severity == CONDITION for each in remarks)
    blocking = next((each for each in remarks if each.severity == REFUSED), None)
    if blocking is not None:
        return Row(name, runs, BLOCKED, blocking.said, conditions)
    models = [part.model for part in parts if part.model is not None]
    needs = [*missing(remarks), *_map_entries(models, account), *_connected(remarks), *_values(remarks)]
    return Row(name, runs, NEEDS if needs else RUNS, ", ".join(needs), conditions)


def _map_entries(models: Iterable[Shape], account: Account) -> list[str]:
    found: dict[str, None] = {}
    for model in models:
        own = account_for_role(account, model)
        for what, name in seen(model):
            if what in NEEDED and not is_mapped(what, name, own):
                found[f"{_one(what)} {name}"] = None
        found |= {f"allow {need}": None for need in needs_of(model)}
    return list(found)


def needs_of(model: Shape) -> list[str]:
    """What a task definition asks of the node, each once."""
    uses = restricted_uses(model) if hasattr(model, "container_definitions") else ()  # type: ignore[arg-type] # told apart by the member
    return list(dict.fromkeys(need for _, need in uses))


def _one(what: str) -> str:
    return "service registry" if what == "service registries" else what.removesuffix("s")


def _connected(remarks: Iterable[Remark]) -> list[str]:
    """Namespaces of Service Connect, which a service may have from its cluster."""
    return ["Service Connect"] if any(CONNECT_MAP in each.message for each in remarks) else []


def _values(remarks: Iterable[Remark]) -> list[str]:
    names = dict.fromkeys(each.reason for each in remarks if each.severity == PLACEHOLDER)
    return [f"value {name}" for name in names]
