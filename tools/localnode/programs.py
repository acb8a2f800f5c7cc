"""The programs that a node needs beside the ones built here: from PATH, or from Debian's packages into the cache."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.binaries import cache_directory

_CNI_DIRECTORIES = ("usr/lib/cni", "opt/cni/bin")


class MissingProgramError(RuntimeError):
    """A program is neither installed nor to be had."""


@dataclass(frozen=True)
class Program:
    """One program, where it may be installed, and the packages that bring it.

    Attributes:
        name: how it is called.
        path: where its package puts it.
        packages: Debian packages, its libraries after it.
        directories: where it may be; PATH is searched first, but not for plugins, whose names are other programs' too.
    """

    name: str
    path: str
    packages: tuple[str, ...]
    directories: tuple[str, ...] = ("usr/sbin", "sbin")
    on_path: bool = True


_CNI = ("containernetworking-plugins",)
PROGRAMS = (
    Program("runc", "usr/sbin/runc", ("runc", "libseccomp2")),
    Program("busybox", "bin/busybox", ("busybox-static",)),
    Program(
        "nft",
        "usr/sbin/nft",
        ("nftables", "libnftables1", "libnftnl11", "libmnl0", "libjansson4", "libgmp10", "libedit2", "libbsd0"),
    ),
    *(
        Program(name, f"usr/lib/cni/{name}", _CNI, _CNI_DIRECTORIES, on_path=False)
        for name in ("bridge", "host-local", "loopback")
    ),
)


def find_programs() -> dict[str, Path]:
    """The path of each program by its name; what is not installed is fetched, once, with `apt-get download`.

    Raises:
        MissingProgramError: names what to install.
    """
    return {program.name: _installed(program) or _fetched(program) for program in PROGRAMS}


def _installed(program: Program) -> Path | None:
    places = [os.environ.get("PATH", os.defpath)] if program.on_path else []
    places += [f"/{directory}" for directory in program.directories]
    found = shutil.which(program.name, path=os.pathsep.join(places))
    if found is None or (program.name == "busybox" and not _is_static(Path(found))):
        return None
    return Path(found)


def _is_static(path: Path) -> bool:
    """Whether a program needs no libraries: one that names no loader."""
    return b"/ld-linux" not in path.read_bytes() and b"/ld-musl" not in path.read_bytes()


def _fetched(program: Program) -> Path:
    directory = cache_directory() / "debian" / "-".join(program.packages[:1])
    with _lock():
        if not directory.exists():
            _unpack(program, directory)
    path = directory / program.path
    if len(program.packages) == 1:
        return path
    return _with_libraries(path, directory)


def _unpack(program: Program, directory: Path) -> None:
    """Downloads and unpacks the packages beside the target, and renames the whole there."""
    if shutil.which("apt-get") is None:
        raise MissingProgramError(f"{program.name} is not installed (in Debian: {program.packages[0]})")
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent) as scratch:
        command = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "--quiet", *program.packages]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["?"])[-1]
            raise MissingProgramError(f"{program.name} is not installed, and apt-get has it not: {last}")
        whole = Path(scratch) / "root"
        for package in Path(scratch).glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, whole], check=True)
        whole.rename(directory)


def _with_libraries(path: Path, directory: Path) -> Path:
    """A script beside the program that lets it find its own libraries."""
    script = directory / path.name
    libraries = ":".join(str(each) for each in sorted({found.parent for found in directory.rglob("*.so.*")}))
    script.write_text(f'#!/bin/sh\nexec env LD_LIBRARY_PATH="{libraries}" "{path}" "$@"\n')
    script.chmod(0o755)
    return script


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    cache_directory().mkdir(parents=True, exist_ok=True)
    with (cache_directory() / "debian.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
