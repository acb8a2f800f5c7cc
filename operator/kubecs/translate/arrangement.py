"""The containers of a Pod: each in its place, run by the shim where it has to be, with what kubecs adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import labels, shim
from kubecs.translate.command import runs_linux
from kubecs.translate.delivery import Shim
from kubecs.translate.dependencies import Layout, Placed, has_essential, layout
from kubecs.translate.environmentfiles import env_file_options
from kubecs.translate.health import startup_probe
from kubecs.translate.initprocess import shares_process_namespace
from kubecs.translate.maps import Maps
from kubecs.translate.names import container_name
from kubecs.translate.podwords import HEALTHY, SUCCESS
from kubecs.translate.restart import own_restart_policy, restart_notes

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Means:
    """What the arrangement can use.

    Attributes:
        shim: Where the shim comes from.
        maps: What the account says that the names of AWS stand for.
        container_restart_rules: Whether the server keeps restart policies of single containers.
        standalone: A task on its own, whose Pod restarts nothing by itself.
    """

    shim: Shim
    maps: Maps
    container_restart_rules: bool
    standalone: bool


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What becomes of the containers.

    Attributes:
        spec: `containers`, and where there are any `initContainers` and `shareProcessNamespace`.
        volumes: Volumes beside those of the task definition.
        notes: Annotation to fact, for those who read the Pod.
    """

    spec: Mapping[str, Any]
    volumes: list[Manifest]
    notes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of what kubecs adds; none of them is in the task definition."""

    installer: str
    keeper: str
    shim_volume: str
    state_volume: str


def arrange(document: RegisterTaskDefinitionRequest, built: list[Manifest], means: Means) -> Arrangement:
    """Put containers where their dependencies want them.

    Args:
        document: The task definition.
        built: Its containers, each as it would be alone, in the order of the task definition.
        means: See there.

    Raises:
        ClientException: The dependencies contradict each other (see dependencies.layout).
    """
    found = layout(document)
    names = _names(document, built)
    alone = {name.name or "": each for name, each in zip(document.container_definitions, built, strict=True)}
    files = {each.name: _files(each, alone[each.name], means) for each in found.placed}
    options = {
        each.name: shim.options(each, document, files[each.name], standalone=means.standalone) for each in found.placed
    }
    made = {
        each.name: _made(
            each, _probing(each, document, alone[each.name], files[each.name]), options[each.name], names, means
        )
        for each in found.placed
    }
    wrapped = any(options.values())
    first = [shim.installer(means.shim, names.installer, names.shim_volume)] if wrapped and _copied(means) else []
    init = [*first, *(made[each.name] for each in found.init)]
    keeps = means.standalone and runs_linux(document) and not has_essential(found.regular)
    regular = [made[each.name] for each in found.regular] + ([shim.keeper(means.shim, names.keeper)] if keeps else [])
    return Arrangement(
        {
            "containers": regular,
            **({"initContainers": init} if init else {}),
            **({"shareProcessNamespace": True} if shares_process_namespace(document, options) else {}),
        },
        _volumes(options, means, names),
        _notes(document, found, options, alone) | _order(built, [*init, *regular]),
    )


def _names(document: RegisterTaskDefinitionRequest, built: list[Manifest]) -> _Names:
    containers = {each["name"] for each in built}
    volumes = {container_name(each.name) for each in document.volumes or () if each.name}
    return _Names(
        installer=shim.free_name(shim.NAME, containers),
        keeper=shim.free_name(shim.KEEPER_NAME, containers),
        shim_volume=shim.free_name(shim.NAME, volumes),
        state_volume=shim.free_name(shim.STATE_NAME, volumes),
    )


def _files(placed: Placed, container: Manifest, means: Means) -> list[str]:
    own = (each["name"] for each in container.get("env", ()))
    return env_file_options(placed.container, means.maps, own)


def _probing(
    placed: Placed, document: RegisterTaskDefinitionRequest, container: Manifest, files: list[str]
) -> Manifest:
    """The container with the startupProbe that its place asks for; probes run in the environment that it has."""
    awaited = placed.role == "sidecar" and placed.condition == HEALTHY
    startup = startup_probe(placed.container, windows=not runs_linux(document)) if awaited else {}
    probes = {"readinessProbe": container.get("readinessProbe"), "startupProbe": startup}
    return container | {
        name: shim.with_files(probe, files) if files else probe for name, probe in probes.items() if probe
    }


def _copied(means: Means) -> bool:
    return means.shim.delivery == "initContainer"


def _made(placed: Placed, container: Manifest, options: list[str], names: _Names, means: Means) -> Manifest:
    if options:
        container = shim.wrapped(container, options, names.shim_volume, names.state_volume)
    if placed.role == "init":
        return {name: value for name, value in container.items() if name != "readinessProbe"}
    if placed.role == "sidecar":
        return container | {"restartPolicy": "Always"} | _remembering(placed, container, options)
    own = own_restart_policy(placed.container) if means.standalone and means.container_restart_rules else {}
    return container | own


def _remembering(placed: Placed, container: Manifest, options: list[str]) -> Manifest:
    probe = container.get("startupProbe")
    return {"startupProbe": shim.remembering(probe, placed)} if probe and "--once" in options else {}


def _volumes(options: Mapping[str, list[str]], means: Means, names: _Names) -> list[Manifest]:
    if not any(options.values()):
        return []
    kept = [{"name": names.state_volume, "emptyDir": {}}] if any("--once" in each for each in options.values()) else []
    return [shim.shim_volume(means.shim, names.shim_volume), *kept]


def _notes(
    document: RegisterTaskDefinitionRequest,
    found: Layout,
    options: Mapping[str, list[str]],
    alone: Mapping[str, Manifest],
) -> dict[str, Any]:
    """Facts that are not empty; lists and maps are in the order of the task definition."""
    definitions = document.container_definitions
    places = {each.name: each for each in found.placed}
    names = {each.name or "": container_name(each.name or "") for each in definitions}
    return {
        labels.AWAITED: {mine: said for name, mine in names.items() if (said := _awaited(places[name], options[name]))},
        labels.RUNS_ONCE: [mine for name, mine in names.items() if "--once" in options[name]],
        labels.RESTARTS: restart_notes(document),
        labels.COMMANDS: {
            mine: _present(entryPoint=alone[name].get("command"), command=alone[name].get("args"))
            for name, mine in names.items()
            if options[name]
        },
    }


def _awaited(placed: Placed, options: list[str]) -> str:
    """What is awaited of a container that starts early; without the shim its end has to be a good one."""
    if placed.role == "regular":
        return ""
    if shim.ignores_exit(placed) and "--ignore-exit" not in options:
        return SUCCESS
    return placed.condition if placed.condition != "START" else ""


def _order(built: list[Manifest], made: list[Manifest]) -> dict[str, Any]:
    """The order of ECS, where that is not what the Pod shows."""
    own = [each["name"] for each in built]
    return {} if own == [each["name"] for each in made] else {labels.CONTAINERS: own}


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}
