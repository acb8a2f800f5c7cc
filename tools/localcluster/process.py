"""Child processes that end with their parent, and free ports for them."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
# The kernel ties the death signal to the forking thread, so all children come from one that lives as long as we do.
_FORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")
_CHOSEN: set[int] = set()


def _enter_network(descriptor: int) -> None:
    """Goes into the network namespace that a descriptor is of, unless we are in it."""
    here, there = Path("/proc/thread-self/ns/net").stat(), os.fstat(descriptor)
    if here.st_ino != there.st_ino and _LIBC.setns(descriptor, _CLONE_NEWNET):
        os._exit(1)


def _die_with(parent: int) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between
        os._exit(1)


def spawn(
    command: Sequence[str | Path], log: Path, *, env: Mapping[str, str] | None = None, detached: bool = False
) -> subprocess.Popen[bytes]:
    """Starts a command in a process group of its own and the caller's network, its output appended to a file.

    Args:
        command: program and arguments.
        log: file that takes stdout and stderr.
        env: the whole environment; None inherits ours.
        detached: outlive us; otherwise the kernel kills it when we end, however we end.
    """
    parent = os.getpid()
    network = os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def prepare() -> None:
        _enter_network(network)
        if not detached:
            _die_with(parent)

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509 -- only system calls
            )

    try:
        return _FORKER.submit(start).result()
    finally:
        os.close(network)


def free_port() -> int:
    """A loopback port that nobody listens on, below the range from which the kernel takes ports for connections."""
    while True:
        port = 20000 + secrets.randbelow(12000)
        if port not in _CHOSEN and _can_bind(port):
            _CHOSEN.add(port)
            return port


def _can_bind(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def start_time(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None when there is none. With the pid it names a process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def end(pid: int, started: int, *, patience: float = 10.0) -> None:
    """Ends exactly this process: SIGTERM, and SIGKILL when that doesn't help in time. A recycled pid is left alone."""
    for sign, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        if start_time(pid) != started:
            return
        os.kill(pid, sign)
        deadline = time.monotonic() + seconds
        while start_time(pid) == started and time.monotonic() < deadline:
            time.sleep(0.02)
