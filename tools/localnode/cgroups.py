"""Control groups of the node's own, in version 1 and 2, and the removal of what a killed run left."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from tools.localcluster.process import start_time

_PREFIX = "kubecs-node-"
_COPIED = ("cpuset.cpus", "cpuset.mems")  # a new cpuset of version 1 holds nothing and lets nobody in


def make_group() -> str:
    """Makes a group in every hierarchy, named after this process; returns its name."""
    remove_abandoned()
    pid = os.getpid()
    name = f"{_PREFIX}{pid}-{start_time(pid)}-{time.monotonic_ns()}"
    for root in hierarchies("cgroup") or hierarchies("cgroup2"):
        group = root / name
        group.mkdir()
        for copied in _COPIED:
            if (group / copied).exists() and not (group / copied).read_text().strip():
                (group / copied).write_text((root / copied).read_text())
    return name


def remove_group(name: str, patience: float = 10.0) -> None:
    """Removes a group with all below it, once the last process is out of it.

    Raises:
        OSError: a process is still in it.
    """
    deadline = time.monotonic() + patience
    for root in (*hierarchies("cgroup"), *hierarchies("cgroup2")):
        while left := _remove(root / name):
            if time.monotonic() > deadline:
                raise left
            time.sleep(0.02)


def remove_abandoned() -> None:
    """Removes the groups of processes of ours that are no more."""
    for root in (*hierarchies("cgroup"), *hierarchies("cgroup2")):
        for group in root.glob(f"{_PREFIX}*"):
            pid, started = group.name.removeprefix(_PREFIX).split("-")[:2]
            if start_time(int(pid)) != int(started):
                remove_group(group.name)


def hierarchies(kind: str) -> list[Path]:
    """Where the hierarchies of a file system type are mounted: `cgroup` is version 1, `cgroup2` version 2."""
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [Path(line.split()[1]) for line in lines if line.split()[2] == kind]


def _remove(group: Path) -> OSError | None:
    """Removes a group from its leaves up; returns what stood in the way."""
    for directory in _leaves_first(group):
        try:
            directory.rmdir()
        except OSError as error:
            return error
    return None


def _leaves_first(group: Path) -> Iterator[Path]:
    for directory, _, _ in os.walk(group, topdown=False):
        yield Path(directory)
