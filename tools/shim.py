"""Builds the shim, the small static program that kubecs puts into containers, for this machine's architecture.

python -m tools.shim FILE
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.binaries import BuildError, Compiler, NoGoError

SOURCE = Path(__file__).resolve().parents[1] / "shim"
FLAGS = ("-trimpath", "-ldflags", "-s -w")
NEEDED_GO = (1, 24)


def build(target: Path, source: Path = SOURCE) -> Path:
    """Builds the shim, or another small static program of that directory, into a file.

    Raises:
        NoGoError: There is no Go.
        BuildError: `go build` failed.
    """
    go = Compiler.find(NEEDED_GO)
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [str(go.path), "build", *FLAGS, "-o", str(target.resolve()), "."]
    built = subprocess.run(command, cwd=source, env=environment(), capture_output=True, text=True, check=False)
    if built.returncode:
        raise BuildError(f"building {source.name} failed:\n{built.stdout}{built.stderr}")
    return target


def environment() -> dict[str, str]:
    """The environment of Go: static, of this toolchain, and of this module alone."""
    return os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def main(arguments: Sequence[str]) -> int:
    """Builds into the file that is named."""
    if len(arguments) != 1:
        print("usage: python -m tools.shim FILE", file=sys.stderr)
        return 2
    try:
        print(build(Path(arguments[0])))
    except (NoGoError, BuildError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
