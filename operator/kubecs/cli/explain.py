"""`kubecs explain`: what becomes of a member of a task definition or a service, in the terminal or as a page."""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from kubecs.cli.verdictpage import outcome, page, sentence
from kubecs.translate.serviceverdicts import SERVICE
from kubecs.translate.verdict import Verdict
from kubecs.translate.verdicts import VERDICTS


def run(arguments: argparse.Namespace) -> int:
    """Print the rows of a path, or write or check the page.

    Args:
        arguments: `path`, `write` and `check`; with none of them all paths are printed.

    Returns:
        0; 1 when no member has that path, or when --check found a difference.
    """
    if arguments.write is not None:
        Path(arguments.write).write_text(page(VERDICTS, SERVICE), encoding="utf-8")
        return 0
    if arguments.check is not None:
        return _check(Path(arguments.check))
    return _explain(arguments.path or "")


def _check(path: Path) -> int:
    if path.is_file() and path.read_text(encoding="utf-8") == page(VERDICTS, SERVICE):
        return 0
    print(f"{path}: not what `kubecs explain --write {path}` writes", file=sys.stderr)
    return 1


def _explain(path: str) -> int:
    found = [("", rows(path)), (" (service)", rows(path, SERVICE))]
    if not any(table for _, table in found):
        known = {_plain(row) for row in (*VERDICTS, *SERVICE)}
        close = get_close_matches(_plain(path), known, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        print(f"neither task definitions nor services have a member {path}{hint}", file=sys.stderr)
        return 1
    told = ("\n".join(_lines(row + of, verdict)) for of, table in found for row, verdict in table.items())
    print("\n\n".join(told))
    return 0


def rows(path: str, table: Mapping[str, Verdict] = VERDICTS) -> Mapping[str, Verdict]:
    """The rows of a path, of its values, and of what is below it; brackets and what is in them may be left out."""
    plain = _plain(path)
    return {row: table[row] for row in sorted(table) if not plain or _is_at_or_below(_plain(row), plain)}


def _is_at_or_below(row: str, path: str) -> bool:
    return row == path or row.startswith((f"{path}.", f"{path}="))


def _plain(path: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", path).lower()


def _lines(row: str, verdict: Verdict) -> Iterator[str]:
    yield row
    label = "error" if verdict.effect == "refused" else "condition"
    parts = {
        "verdict": verdict.effect,
        "Kubernetes": verdict.kubernetes,
        label: outcome(verdict),
        "why": sentence(verdict),
    }
    for name, text in parts.items():
        if text:
            yield f"  {name + ':':<12}{text}"
