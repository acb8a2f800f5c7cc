"""Findings about how the containers of a task stand together: order, ends, restarts, init process, limits."""

from collections.abc import Iterator

from kubecs.ecs.errors import ClientException
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import shim
from kubecs.translate.command import assumed_command_finding, is_whole, runs_linux
from kubecs.translate.dependencies import NOT_EXPRESSIBLE, Layout, Placed, dependency_findings, has_essential, layout
from kubecs.translate.environmentfiles import env_file_options
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.initprocess import init_findings
from kubecs.translate.maps import NO_MAPS, Maps
from kubecs.translate.ulimits import ulimit_findings


def structure_findings(document: RegisterTaskDefinitionRequest, maps: Maps = NO_MAPS) -> tuple[Finding, ...]:
    """All of them, in the order of the containers' members.

    Args:
        document: The task definition.
        maps: What the account says that the names of AWS stand for.
    """
    try:
        found = layout(document)
    except ClientException:
        return dependency_findings(document)
    in_service, alone = (_shim_options(document, found, maps, standalone=each) for each in (False, True))
    return (
        *_end_findings(document, found),
        *_keeper_findings(document, found),
        *dependency_findings(document),
        *init_findings(document, in_service, alone),
        *ulimit_findings(document, in_service, alone),
    )


def _shim_options(
    document: RegisterTaskDefinitionRequest, found: Layout, maps: Maps, *, standalone: bool
) -> dict[str, list[str]]:
    """What the shim does in each container; which variables it leaves alone makes no difference here."""
    return {
        each.name: shim.options(each, document, env_file_options(each.container, maps, ()), standalone=standalone)
        for each in found.placed
    }


def _end_findings(document: RegisterTaskDefinitionRequest, found: Layout) -> Iterator[Finding]:
    """What cannot be done about a container's end without its whole command, and what is assumed about that."""
    waiting = {each.awaited: each.waiting for each in reversed(found.dependencies) if each.condition == "COMPLETE"}
    places = {each.name: each for each in found.placed}
    for container in document.container_definitions:
        placed = places[container.name or ""]
        if not shim.ignores_exit(placed) and not shim.runs_once(placed, standalone=False):
            continue
        if not is_whole(container) or not runs_linux(document):
            yield _unknown_command(placed, waiting.get(placed.name, ""))
        elif not container.entry_point:
            yield assumed_command_finding(container)


def _keeper_findings(document: RegisterTaskDefinitionRequest, found: Layout) -> Iterator[Finding]:
    """A Windows Pod of essential sidecars: what would keep it from completing is a Linux container."""
    if runs_linux(document) or has_essential(found.regular):
        return
    for each in found.regular:
        message = "a task on its own ends when this ends: nothing in a Windows task waits for its essential containers"
        yield Finding(container_path(each.container, "dependsOn"), NOT_EXPRESSIBLE, "NotOnWindows", message)


def _unknown_command(placed: Placed, waiting: str) -> Finding:
    container = placed.container
    if shim.ignores_exit(placed):
        message = f"{waiting} waits for its end, which has to be with exit code 0: its whole command is not known"
        return Finding(container_path(container, "command"), NOT_EXPRESSIBLE, "CommandUnknown", message)
    message = (
        "in a service the container is started again when it ends, instead of staying ended: its whole command is "
        "not known, entryPoint would say it"
    )
    condition = "NonEssentialRestarts"
    return Finding(container_path(container, "essential"), condition, condition, message)
