"""Finds Prometheus and promtool, its linter; where they are missing they are taken out of Debian's package.

python -m tools.promtool      prints promtool's path
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.binaries import cache_directory

PACKAGE = "prometheus"


class NoPromtoolError(RuntimeError):
    """There is no promtool, and the package could not be had."""


def ensure_promtool() -> Path:
    """The promtool of $PROMTOOL or PATH, else the one in the per-user cache, which is filled when it is empty.

    Nothing is installed and no service is started: the package is only unpacked, without root.

    Raises:
        NoPromtoolError: apt could not download the package; the message is its own.
    """
    return _ensure("promtool")


def ensure_prometheus() -> Path:
    """Likewise the server, of $PROMETHEUS or PATH.

    Raises:
        NoPromtoolError: apt could not download the package; the message is its own.
    """
    return _ensure("prometheus")


def _ensure(name: str) -> Path:
    cached = cache_directory() / name / name
    found = os.environ.get(name.upper()) or shutil.which(name)
    if found is not None:
        return Path(found)
    if not cached.exists():
        _unpack(cached)
    return cached


def _unpack(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as directory:
        place = Path(directory)
        place.chmod(0o777)  # apt downloads as a user of its own when it is run by root
        _download(place)
        package = next(place.glob(f"{PACKAGE}_*.deb"))
        subprocess.run(["dpkg", "-x", str(package), str(place / "root")], check=True)
        (place / "root" / "usr" / "bin" / target.name).replace(target)


def _download(place: Path) -> None:
    download = ["apt-get", "download", "-qq", PACKAGE]
    if shutil.which("apt-get") is None:
        raise NoPromtoolError("not on PATH, and there is no apt-get to fetch Debian's package prometheus")
    done = subprocess.run(download, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode and os.geteuid() == 0:  # a fresh machine has no package lists
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        done = subprocess.run(download, cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPromtoolError(f"not on PATH, and apt-get could not fetch {PACKAGE}: {done.stderr.strip()}")


def main() -> int:
    """Prints the path; 1 and the reason when there is none."""
    try:
        print(ensure_promtool())
    except NoPromtoolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
