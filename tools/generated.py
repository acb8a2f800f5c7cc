"""The files that are written from tables, or from a file beside them; each is told by the module that knows its text.

python -m tools.generated [--check]   write them, or say which are out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kubecs.crds import admission
from kubecs.metrics import document as metrics
from tools import chartvalues, dashboards

PROJECT = Path(__file__).resolve().parents[1]
WARNINGS = PROJECT / "charts" / "kubecs" / "files" / "task-definition-warnings.yaml"
METRICS = PROJECT / "docs" / "metrics.md"


def texts() -> Mapping[Path, str]:
    """Every such file and what it should hold."""
    return {
        METRICS: metrics.document(),
        WARNINGS: admission.document(),
        **chartvalues.texts(),
        **dashboards.texts(),
    }


def brought_up_to_date(wanted: Mapping[Path, str], present: Iterable[Path], *, write: bool) -> list[Path]:
    """The files that differ, or are there and not wanted; written, or deleted, where that is asked for.

    Args:
        wanted: What each file should hold.
        present: Generated files that are there.
        write: Mend them.
    """
    differing = [path for path, text in wanted.items() if not path.is_file() or path.read_text("utf-8") != text]
    stale = [path for path in present if path not in wanted]
    if write:
        for path in differing:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        for path in stale:
            path.unlink()
    return [*differing, *stale]


def main(arguments: Sequence[str]) -> int:
    """Writes all, or with --check says which are out of date; 1 when the check finds one."""
    check = "--check" in arguments
    found = brought_up_to_date(texts(), dashboards.present(), write=not check)
    if not check:
        return 0
    for path in found:
        print(f"{path.relative_to(PROJECT)} is out of date: run `make generate`", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
