"""`kubecs crds`: the custom resource definitions, on standard output or as files, written or compared."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from kubecs.crds.write import files


def run(arguments: argparse.Namespace) -> int:
    """Print, write or check the definitions.

    Args:
        arguments: `check` and `write`, each a directory or None; with neither all are printed.

    Returns:
        0, or 1 when --check found a difference.
    """
    texts = files()
    if arguments.write is not None:
        return _write(Path(arguments.write), texts)
    if arguments.check is not None:
        return _check(Path(arguments.check), texts)
    sys.stdout.write("---\n".join(texts.values()))
    return 0


def _write(directory: Path, texts: Mapping[str, str]) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (directory / name).write_text(text)
    for stale in _others(directory, texts):
        stale.unlink()
    return 0


def _check(directory: Path, texts: Mapping[str, str]) -> int:
    differing = [name for name, text in texts.items() if _read(directory / name) != text]
    differing += [path.name for path in _others(directory, texts)]
    for name in differing:
        print(f"{directory / name}: not what `kubecs crds --write {directory}` writes", file=sys.stderr)
    return 1 if differing else 0


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def _others(directory: Path, texts: Mapping[str, str]) -> list[Path]:
    """Files of ours whose kind is gone; the header tells them from others'."""
    header = next(iter(texts.values())).partition("\n")[0]
    found = sorted(directory.glob("*.yaml"))
    return [path for path in found if path.name not in texts and path.read_text().startswith(header)]
