"""Rules about how large a task and its containers are."""

from collections.abc import Callable, Iterator

from kubecs.ecs.definition import Definition, containers, each_container
from kubecs.ecs.errors import ClientException
from kubecs.ecs.rules import Check, Rule, Violation
from kubecs.ecs.values import parse_cpu, parse_memory

TASK_CPU_UNITS = range(128, 196_608 + 1)


def _readable(member: str, parse: Callable[[str], int]) -> Check[Definition]:
    def check(definition: Definition) -> Iterator[Violation]:
        text = getattr(definition, member)
        try:
            if text is not None:
                parse(text)
        except ClientException:
            yield Violation(member)

    return check


def _cpu_in_range(definition: Definition) -> Iterator[Violation]:
    if definition.cpu is not None and parse_cpu(definition.cpu) not in TASK_CPU_UNITS:
        yield Violation("cpu")


def _some_memory(definition: Definition) -> Iterator[Violation]:
    if definition.memory is None:
        for path, container in containers(definition):
            if container.memory is None and container.memory_reservation is None:
                yield Violation(f"{path}.memory", container.name or "")


def _memory_within_task(definition: Definition) -> Iterator[Violation]:
    if definition.memory is not None:
        for path, container in containers(definition):
            if (container.memory or 0) > parse_memory(definition.memory):
                yield Violation(f"{path}.memory", container.name or "")


def _cpu_sum_within_task(definition: Definition) -> Iterator[Violation]:
    if definition.cpu is not None:
        total = sum(container.cpu or 0 for _, container in containers(definition))
        if total > parse_cpu(definition.cpu):
            yield Violation("cpu")


def _reservation_sum_within_task(definition: Definition) -> Iterator[Violation]:
    if definition.memory is not None:
        total = sum(container.memory_reservation or 0 for _, container in containers(definition))
        if total > parse_memory(definition.memory):
            yield Violation("memory")


RULES: tuple[Rule[Definition], ...] = (
    Rule("task CPU is a size", _readable("cpu", parse_cpu), "Invalid 'cpu' setting for task."),
    Rule("task memory is a size", _readable("memory", parse_memory), "Invalid 'memory' setting for task."),
    Rule("task CPU is within EC2's range", _cpu_in_range, "Invalid 'cpu' setting for task."),
    Rule(
        "every container has memory, or the task has",
        _some_memory,
        "Invalid setting for container '{}'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ),
    Rule(
        "the hard memory limit covers the reservation",
        each_container("memory", lambda each: each.memory is not None and each.memory < (each.memory_reservation or 0)),
        "Invalid setting for container '{}'. 'memory' must be greater than or equal to 'memoryReservation'.",
    ),
    Rule(
        "no container has more memory than the task",
        _memory_within_task,
        "The 'memory' setting for container '{}' is greater than for the task",
    ),
    Rule(
        "container CPU adds up to the task's at most",
        _cpu_sum_within_task,
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
    ),
    Rule(
        "memory reservations add up to the task's memory at most",
        _reservation_sum_within_task,
        "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'",
    ),
)
