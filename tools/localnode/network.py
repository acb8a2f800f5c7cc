"""A network namespace without a name, which lives as long as we and what we started in it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NODE_ADDRESS = "10.99.0.1"
POD_SUBNET = "10.99.0.0/24"
BRIDGE = "kubecs0"
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)
_OURS = Path("/proc/thread-self/ns/net")

# Addresses are those of the namespace: the bridge holds the node's, and Pods get theirs on it.
_SETUP = (
    "ip link set lo up",
    f"ip link add {BRIDGE} type bridge",
    f"ip address add {NODE_ADDRESS}/24 dev {BRIDGE}",
    f"ip link set {BRIDGE} up",
    f"ip route add default dev {BRIDGE}",
)


class Network:
    """A network namespace with loopback and a bridge; it has no way out."""

    def __init__(self) -> None:
        """Makes it.

        Raises:
            OSError: we may not.
        """
        with ThreadPoolExecutor(max_workers=1) as made:  # only this thread moves, and it ends
            self._descriptor = made.submit(_unshared).result()
        with self.entered():
            for command in _SETUP:
                subprocess.run(command.split(), check=True)
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread, and what it starts, is in the namespace meanwhile."""
        before = os.open(_OURS, os.O_RDONLY)
        _call(_LIBC.setns(self._descriptor, _CLONE_NEWNET))
        try:
            yield
        finally:
            _call(_LIBC.setns(before, _CLONE_NEWNET))
            os.close(before)

    def close(self) -> None:
        """Lets go of it; the kernel removes it when no process is in it any more."""
        os.close(self._descriptor)


def _unshared() -> int:
    _call(_LIBC.unshare(_CLONE_NEWNET))
    return os.open(_OURS, os.O_RDONLY)


def _call(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
