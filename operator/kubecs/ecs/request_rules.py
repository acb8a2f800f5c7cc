"""The rules that CreateService and RunTask share, and those of RunTask, as far as they need no other object."""

from collections.abc import Iterator
from typing import Protocol

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import CapacityProviderStrategyItem, PlacementConstraint, PlacementStrategy, RunTaskRequest
from kubecs.ecs.rules import Rule, Violation
from kubecs.ecs.values import parse_cpu, parse_memory

BINPACKED = ("cpu", "memory")
SPREAD = ("instanceid", "host")
ATTRIBUTE = "attribute:"
OVERRIDES_LENGTH = 8_192


class Placed(Protocol):
    """What CreateService and RunTask have in common: a choice of capacity and of places."""

    @property
    def launch_type(self) -> str | None:
        """Where to run."""

    @property
    def capacity_provider_strategy(self) -> tuple[CapacityProviderStrategyItem, ...] | None:
        """How to share tasks out over capacity providers."""

    @property
    def placement_strategy(self) -> tuple[PlacementStrategy, ...] | None:
        """By what to choose among instances."""

    @property
    def placement_constraints(self) -> tuple[PlacementConstraint, ...] | None:
        """Which instances to choose from."""


def _one_choice_of_capacity(request: Placed) -> Iterator[Violation]:
    if request.launch_type and request.capacity_provider_strategy:
        yield Violation("launchType")


def _some_weight(request: Placed) -> Iterator[Violation]:
    strategy = request.capacity_provider_strategy
    if strategy and not any(item.weight for item in strategy):
        yield Violation("capacityProviderStrategy")


def _one_base(request: Placed) -> Iterator[Violation]:
    if sum(bool(item.base) for item in request.capacity_provider_strategy or ()) > 1:
        yield Violation("capacityProviderStrategy")


CAPACITY_RULES: tuple[Rule[Placed], ...] = (
    Rule(
        "capacity is chosen in one way",
        _one_choice_of_capacity,
        "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    ),
    Rule(
        "a capacity provider has weight",
        _some_weight,
        "There are no capacity providers in the capacity provider strategy with a weight value greater than zero",
    ),
    Rule(
        "one capacity provider has a base",
        _one_base,
        "There are multiple capacity providers in the specified capacity provider strategy with a base value defined",
    ),
)


def _spread_fields(request: Placed) -> Iterator[Violation]:
    for index, each in enumerate(request.placement_strategy or ()):
        field, path = each.field or "", f"placementStrategy[{index}].field"
        if each.type == "random" and each.field is not None:
            yield Violation(path, "random field should not be specified")
        if each.type == "binpack" and field.lower() not in BINPACKED:
            yield Violation(path, f"binpack field '{field}' is invalid")
        if each.type == "spread" and field.lower() not in SPREAD and not field.lower().startswith(ATTRIBUTE):
            yield Violation(path, f"spread field '{field}' is invalid")


def _expressions(request: Placed) -> Iterator[Violation]:
    for index, each in enumerate(request.placement_constraints or ()):
        path = f"placementConstraints[{index}].expression"
        if each.type == "distinctInstance" and each.expression is not None:
            yield Violation(path, "distinctInstance expression should not be specified")
        if each.type == "memberOf" and not each.expression:
            yield Violation(path, "memberOf expression should be specified")


PLACEMENT_RULES: tuple[Rule[Placed], ...] = (
    Rule("strategies have fields that they know", _spread_fields, "{}"),
    Rule("constraints have expressions where they need one", _expressions, "{}"),
)


def _tags_of_no_service(request: RunTaskRequest) -> Iterator[Violation]:
    if request.propagate_tags == "SERVICE":
        yield Violation("propagateTags")


def _override_names(request: RunTaskRequest) -> Iterator[Violation]:
    overrides = (request.overrides and request.overrides.container_overrides) or ()
    for index, override in enumerate(overrides):
        if override.model_fields_set and not override.name:
            yield Violation(f"overrides.containerOverrides[{index}].name")


def _override_sizes(request: RunTaskRequest) -> Iterator[Violation]:
    for member, parse in (("cpu", parse_cpu), ("memory", parse_memory)):
        text = request.overrides and getattr(request.overrides, member)
        try:
            if text:
                parse(text)
        except ClientException:
            yield Violation(f"overrides.{member}", member)


def _override_length(request: RunTaskRequest) -> Iterator[Violation]:
    overrides = request.overrides
    if overrides and len(overrides.model_dump_json(by_alias=True, exclude_none=True)) > OVERRIDES_LENGTH:
        yield Violation("overrides")


RUN_TASK_RULES: tuple[Rule[RunTaskRequest], ...] = (
    Rule("only a service has tags to propagate", _tags_of_no_service, "propagateTags SERVICE needs a service."),
    Rule("overrides say which container they mean", _override_names, "Container override name cannot be empty."),
    Rule("overridden sizes are sizes", _override_sizes, "Invalid '{}' setting for task."),
    Rule("overrides are short", _override_length, f"Container Overrides length must be at most {OVERRIDES_LENGTH}"),
)
