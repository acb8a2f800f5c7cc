"""The rules of CreateService and RunTask that go across members and need no other object."""

from collections.abc import Iterator
from typing import Protocol

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import CapacityProviderStrategyItem, CreateServiceRequest, RunTaskRequest
from kubecs.ecs.rules import Rule, Violation
from kubecs.ecs.values import parse_cpu, parse_memory

DEFAULT_PERCENTS = {"REPLICA": (200, 100), "DAEMON": (100, 0)}  # maximumPercent, minimumHealthyPercent
OVERRIDES_LENGTH = 8_192


class Placed(Protocol):
    """What CreateService and RunTask have in common: a choice of capacity."""

    @property
    def launch_type(self) -> str | None:
        """Where to run."""

    @property
    def capacity_provider_strategy(self) -> tuple[CapacityProviderStrategyItem, ...] | None:
        """How to share tasks out over capacity providers."""


def percents(service: CreateServiceRequest) -> tuple[int, int]:
    """The maximumPercent and minimumHealthyPercent that hold, defaults filled in by scheduling strategy."""
    maximum, minimum = DEFAULT_PERCENTS[service.scheduling_strategy or "REPLICA"]
    given = service.deployment_configuration
    if given and given.maximum_percent is not None:
        maximum = given.maximum_percent
    if given and given.minimum_healthy_percent is not None:
        minimum = given.minimum_healthy_percent
    return maximum, minimum


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


def _is_external(service: CreateServiceRequest) -> bool:
    return service.deployment_controller is not None and service.deployment_controller.type == "EXTERNAL"


def _task_definition_given(service: CreateServiceRequest) -> Iterator[Violation]:
    if not service.task_definition and not _is_external(service):
        yield Violation("taskDefinition")


def _no_task_definition(service: CreateServiceRequest) -> Iterator[Violation]:
    if service.task_definition and _is_external(service):
        yield Violation("taskDefinition")


def _daemon(service: CreateServiceRequest) -> Iterator[Violation]:
    if service.scheduling_strategy != "DAEMON":
        return
    if service.desired_count is not None:
        yield Violation("desiredCount", "a desired count for services")
    if service.placement_strategy:
        yield Violation("placementStrategy", "placement strategies")
    if percents(service)[0] > 100:
        yield Violation("deploymentConfiguration.maximumPercent", "values above 100 for maximumPercent")


def _deployable(service: CreateServiceRequest) -> Iterator[Violation]:
    if percents(service) == (100, 100):
        yield Violation("deploymentConfiguration.maximumPercent")


SERVICE_RULES: tuple[Rule[CreateServiceRequest], ...] = (
    Rule("there is something to run", _task_definition_given, "TaskDefinition can not be blank."),
    Rule("task sets bring their own task definitions", _no_task_definition, "TaskDefinition must be blank"),
    Rule("daemons run once on each instance", _daemon, "The daemon scheduling strategy does not support {}."),
    Rule(
        "a deployment can stop or start a task",
        _deployable,
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments",
    ),
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
