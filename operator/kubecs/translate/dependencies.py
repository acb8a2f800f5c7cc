"""dependsOn, links, volumesFrom and log routers: which container waits for which, and where that puts it in the Pod.

Kubernetes starts init containers one after another, each when the one before has ended well; one that is a sidecar
(restartPolicy Always) is passed once it has started, or once its startup probe has passed, and goes on running. Regular
containers start after all of these, together, in the order of their list. When the Pod ends, the regular containers
are stopped together, then the sidecars one by one, in reverse.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.health import check_command, is_essential
from kubecs.translate.podwords import ENDING, HEALTHY

START = "START"

Role = Literal["init", "sidecar", "regular"]

CYCLE = "Container dependencies should not have a cycle"
NOT_EXPRESSIBLE = "DependencyNotExpressible"


@dataclass(frozen=True, slots=True)
class Dependency:
    """One container waits for another; `member` says so: dependsOn, links, volumesFrom or logConfiguration."""

    waiting: str
    awaited: str
    condition: str
    member: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A container and its place.

    Attributes:
        container: The container.
        role: `init` runs to its end before the next starts, `sidecar` starts early and stays, `regular` is any other.
        condition: The strictest condition that another container awaits of it; empty when none does.
    """

    container: ContainerDefinition
    role: Role
    condition: str

    @property
    def name(self) -> str:
        """ECS's name of the container."""
        return self.container.name or ""


@dataclass(frozen=True, slots=True)
class Layout:
    """All containers of a task, each once.

    Attributes:
        init: Those that start one after another, in this order.
        regular: Those that start together after them, listed so that an awaited one comes first.
        dependencies: What the order follows from.
    """

    init: tuple[Placed, ...]
    regular: tuple[Placed, ...]
    dependencies: tuple[Dependency, ...]

    @property
    def placed(self) -> tuple[Placed, ...]:
        """All of them, in the order in which they start."""
        return (*self.init, *self.regular)


def layout(document: RegisterTaskDefinitionRequest) -> Layout:
    """Find each container's place.

    What is awaited with SUCCESS or COMPLETE becomes an init container; what is awaited with HEALTHY, what these wait
    for, and the log router become sidecars; the rest stays regular.

    Raises:
        ClientException: The containers wait for each other in a circle, or one is awaited both in health and at its
            end, or awaited in health without a command to check it.
    """
    containers = {each.name or "": each for each in document.container_definitions}
    dependencies = dependencies_of(document)
    waits = {name: {each.awaited for each in dependencies if each.waiting == name} for name in containers}
    conditions = {name: _condition(name, dependencies, containers) for name in containers}
    early = _early(containers, conditions, waits)
    roles: dict[str, Role] = {
        name: "regular" if name not in early else "init" if conditions[name] in ENDING else "sidecar"
        for name in containers
    }
    # Of what could start next a sidecar goes first: in ECS it would run beside the others, not after them.
    ordered = _in_order(waits, {name: ("sidecar", "init", "regular").index(role) for name, role in roles.items()})
    placed = [Placed(containers[name], roles[name], conditions[name]) for name in ordered]
    regular = tuple(each for each in placed if each.role == "regular")
    return Layout(tuple(each for each in placed if each.role != "regular"), regular, dependencies)


def dependencies_of(document: RegisterTaskDefinitionRequest) -> tuple[Dependency, ...]:
    """Everything that one container awaits of another, said or implied; unknown containers are left out."""
    known = {each.name for each in document.container_definitions}
    said = [
        each
        for container in document.container_definitions
        for each in _said(container)
        if each.awaited in known and each.awaited != each.waiting
    ]
    return (*said, *_of_log_router(document, said))


def _said(container: ContainerDefinition) -> Iterator[Dependency]:
    name = container.name or ""
    for each in container.depends_on or ():
        yield Dependency(name, each.container_name, each.condition, "dependsOn")
    for link in container.links or ():
        yield Dependency(name, link.partition(":")[0], START, "links")
    for source in container.volumes_from or ():
        yield Dependency(name, source.source_container or "", START, "volumesFrom")


def _of_log_router(document: RegisterTaskDefinitionRequest, said: list[Dependency]) -> Iterator[Dependency]:
    """What logs through the router waits for its start, unless the router itself waits for it."""
    router = _log_router(document)
    if router is None:
        return
    before_router = _reachable(router, {each.waiting: set[str]() for each in said}, said)
    for container in document.container_definitions:
        name, log = container.name or "", container.log_configuration
        if log is not None and log.log_driver == "awsfirelens" and name != router and name not in before_router:
            yield Dependency(name, router, START, "logConfiguration")


def _log_router(document: RegisterTaskDefinitionRequest) -> str | None:
    routers = (each.name for each in document.container_definitions if each.firelens_configuration)
    return next(routers, None)


def _reachable(start: str, waits: dict[str, set[str]], dependencies: list[Dependency]) -> set[str]:
    for each in dependencies:
        waits.setdefault(each.waiting, set()).add(each.awaited)
    return awaited_by(start, waits)


def awaited_by(name: str, waits: Mapping[str, set[str]]) -> set[str]:
    """All that a container waits for, directly or by what that waits for."""
    found: set[str] = set()
    todo = [name]
    while todo:
        fresh = waits.get(todo.pop(), set()) - found
        found |= fresh
        todo += fresh
    return found


def _condition(name: str, dependencies: tuple[Dependency, ...], containers: Mapping[str, ContainerDefinition]) -> str:
    """The strictest condition that is awaited of a container."""
    waiting = {each.condition: each.waiting for each in reversed(dependencies) if each.awaited == name}
    ending = next((each for each in ENDING if each in waiting), None)
    if ending and HEALTHY in waiting:
        message = (
            f"Container {waiting[HEALTHY]} waits for container {name} to be HEALTHY, and container {waiting[ending]} "
            f"for its end ({ending}): they cannot both be kept"
        )
        raise ClientException(message, container_path(containers[waiting[ending]], "dependsOn"))
    if HEALTHY in waiting and not check_command(containers[name]):
        message = (
            f"Container {waiting[HEALTHY]} waits for container {name} to be HEALTHY, and that has no health check "
            "with a command"
        )
        raise ClientException(message, container_path(containers[waiting[HEALTHY]], "dependsOn"))
    return ending or next((each for each in (HEALTHY, START) if each in waiting), "")


def _early(
    containers: Mapping[str, ContainerDefinition], conditions: Mapping[str, str], waits: Mapping[str, set[str]]
) -> set[str]:
    """What has to be there before the regular containers start."""
    awaited = {name for name, condition in conditions.items() if condition in (*ENDING, HEALTHY)}
    awaited |= {name for name, each in containers.items() if each.firelens_configuration}
    early = awaited.union(*(awaited_by(name, waits) for name in awaited))
    return early if len(early) < len(containers) else early - _awaited_by_nobody(waits)


def has_essential(placed: Iterable[Placed]) -> bool:
    """Whether one of them is essential."""
    return any(is_essential(each.container) for each in placed)


def _awaited_by_nobody(waits: Mapping[str, set[str]]) -> set[str]:
    return waits.keys() - {awaited for several in waits.values() for awaited in several}


def _in_order(waits: Mapping[str, set[str]], rank: Mapping[str, int]) -> list[str]:
    """The containers, each after all that it waits for; ties by rank, then as the task definition lists them."""
    ordered: list[str] = []
    left = list(waits)
    while left:
        free = [name for name in left if waits[name].isdisjoint(left)]
        if not free:
            raise ClientException(CYCLE, f"containerDefinitions[{left[0]}].dependsOn")
        ordered.append(min(free, key=lambda name: rank[name]))
        left.remove(ordered[-1])
    return ordered


def dependency_findings(document: RegisterTaskDefinitionRequest) -> tuple[Finding, ...]:
    """What of the order cannot be kept: a graph that is refused, an order of stopping, a start that comes late."""
    try:
        found = layout(document)
    except ClientException as error:
        path = error.path or "containerDefinitions"
        return (Finding(path, NOT_EXPRESSIBLE, NOT_EXPRESSIBLE, f"no task of it can run: {error.message}"),)
    return (*_stop_order(found), *_late_starts(found))


def _stop_order(found: Layout) -> Iterator[Finding]:
    """Regular containers are told to stop together, whichever waited for which."""
    regular = {each.name: each.container for each in found.regular}
    for waiting, container in regular.items():
        kept = [each for each in found.dependencies if each.waiting == waiting and each.awaited in regular]
        if kept:
            awaited = ", ".join(sorted({each.awaited for each in kept}))
            message = f"starts after {awaited} was started; when the task ends, they are told to stop at the same time"
            path = container_path(container, kept[0].member)
            yield Finding(path, "StopOrderNotKept", "StopOrderNotKept", message)


def _late_starts(found: Layout) -> Iterator[Finding]:
    """A container that waits for nobody still starts only after the init containers have ended."""
    waits = {
        each.name: {one.awaited for one in found.dependencies if one.waiting == each.name} for each in found.placed
    }
    ended: list[str] = []
    for each in found.placed:
        if each.role == "init":
            ended.append(each.name)
            continue
        late = [name for name in ended if name not in awaited_by(each.name, waits)]
        if late:
            message = f"starts only when {', '.join(late)} has ended, though it does not wait for that"
            yield Finding(container_path(each.container, "dependsOn"), "StartDelayed", "StartDelayed", message)
