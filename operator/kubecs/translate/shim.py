"""The shim: which containers it runs, with which options, and how it gets into them."""

from collections.abc import Container as Collection
from collections.abc import Mapping, Sequence
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate import podwords, restart
from kubecs.translate.command import is_whole, runs_linux
from kubecs.translate.delivery import Shim
from kubecs.translate.dependencies import Placed
from kubecs.translate.health import is_essential
from kubecs.translate.initprocess import wants_init
from kubecs.translate.names import container_name
from kubecs.translate.podwords import COMPLETE
from kubecs.translate.ulimits import ulimit_options

Manifest = dict[str, Any]

IN_IMAGE = "/shim"  # where the image of kubecs has it
DIRECTORY = "/.kubecs/shim"  # where a container of a task finds it
PROGRAM = f"{DIRECTORY}/shim"
STATE_DIRECTORY = "/.kubecs/state"  # what became of each run; it outlives the container, not the Pod

NAME = podwords.SHIM  # of the volume, and of the init container that fills it
STATE_NAME = "kubecs-state"
KEEPER_NAME = "kubecs-keeper"

UNPRIVILEGED: Mapping[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def runs_once(placed: Placed, *, standalone: bool) -> bool:
    """Whether the container must not run its program again when the kubelet starts it again.

    In a service the kubelet restarts everything, and ECS no container that is not essential; in a task on its own it
    restarts sidecars, and what has a restart policy, which the shim then applies.
    """
    if placed.role == "init":
        return False
    if not standalone:
        return not is_essential(placed.container)
    restarted = restart.restarts(placed.container) and not is_essential(placed.container)
    return placed.role == "sidecar" or restarted


def ignores_exit(placed: Placed) -> bool:
    """Whether what comes next starts, however this container ends."""
    return placed.role == "init" and placed.condition == COMPLETE


def options(
    placed: Placed, document: RegisterTaskDefinitionRequest, files: Sequence[str], *, standalone: bool
) -> list[str]:
    """The options of `shim run` for a container; empty where it runs without the shim.

    Args:
        placed: The container.
        document: The task definition.
        files: The options for its environment files.
        standalone: A task on its own.
    """
    container = placed.container
    if not is_whole(container) or not runs_linux(document):
        return []
    chosen = list(files)
    if runs_once(placed, standalone=standalone):
        chosen += ["--once", state_file(placed), *_restart_options(placed)]
    if ignores_exit(placed):
        chosen.append("--ignore-exit")
    if container.entry_point or chosen:
        chosen += ["--init"] if wants_init(container) else []
        chosen += ulimit_options(container)
    return chosen


def _restart_options(placed: Placed) -> list[str]:
    container = placed.container
    if not restart.restarts(container):
        return []
    codes = ",".join(map(str, restart.ignored(container)))
    return ["--restart-after", str(restart.period(container)), *(["--restart-not", codes] if codes else [])]


def state_file(placed: Placed) -> str:
    """The path of what is known of a container's run."""
    return f"{STATE_DIRECTORY}/{container_name(placed.name)}"


def wrapped(container: Manifest, chosen: list[str], volume: str, state: str) -> Manifest:
    """A container whose command the shim runs, with these options.

    Args:
        container: The container as it would be without.
        chosen: What `options` says, not empty.
        volume: Name of the volume that the shim is in.
        state: Name of the volume for what became of runs.
    """
    whole = [*container.get("command", ()), *container.get("args", ())]
    mounts = [*container.get("volumeMounts", ()), {"mountPath": DIRECTORY, "name": volume, "readOnly": True}]
    if "--once" in chosen:
        mounts.append({"mountPath": STATE_DIRECTORY, "name": state})
    return container | {"command": [PROGRAM, "run", *chosen, "--"], "args": whole, "volumeMounts": mounts}


def with_files(probe: Mapping[str, Any], files: Sequence[str]) -> Manifest:
    """A probe whose command has the variables of the container's environment files, as it has in ECS."""
    return {**probe, "exec": {"command": [PROGRAM, "run", *files, "--", *probe["exec"]["command"]]}}


def remembering(probe: Mapping[str, Any], placed: Placed) -> Manifest:
    """A probe that goes on to pass when the container has ended, if it ever passed."""
    command = [PROGRAM, "check", state_file(placed), "--", *probe["exec"]["command"]]
    return {**probe, "exec": {"command": command}}


def shim_volume(shim: Shim, name: str) -> Manifest:
    """The volume that the shim is in."""
    if shim.delivery == "imageVolume":
        return {"name": name, "image": {"reference": shim.image, "pullPolicy": "IfNotPresent"}}
    return {"name": name, "emptyDir": {}}


def installer(shim: Shim, name: str, volume: str) -> Manifest:
    """The init container that copies the shim into its volume."""
    mount = {"mountPath": DIRECTORY, "name": volume}
    return _own(shim, name, ["install", PROGRAM]) | {"volumeMounts": [mount]}


def keeper(shim: Shim, name: str) -> Manifest:
    """A regular container that only waits, so that a Pod whose essential containers are sidecars is not complete."""
    return _own(shim, name, ["hold"])


def _own(shim: Shim, name: str, arguments: list[str]) -> Manifest:
    return {
        "name": name,
        "image": shim.image,
        "imagePullPolicy": "IfNotPresent",
        "command": [IN_IMAGE, *arguments],
        "securityContext": {**UNPRIVILEGED, "capabilities": {"drop": ["ALL"]}},
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }


def free_name(name: str, taken: Collection[str]) -> str:
    """A name that no container or volume of the task has."""
    while name in taken:
        name += "-x"
    return name
