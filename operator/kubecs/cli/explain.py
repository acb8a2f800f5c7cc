"""`kubecs explain`: what becomes of a member of a task definition, in the terminal or as a page."""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from kubecs.cli.verdictpage import outcome, page, sentence
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
        Path(arguments.write).write_text(page(VERDICTS), encoding="utf-8")
        return 0
    if arguments.check is not None:
        return _check(Path(arguments.check))
    return _explain(arguments.path or "")


def _check(path: Path) -> int:
    if path.is_file() and path.read_text(encoding="utf-8") == page(VERDICTS):
        return 0
    print(f"{path}: not what `kubecs explain --write {path}` writes", file=sys.stderr)
    return 1


def _explain(path: str) -> int:
    found = rows(path)
    if not found:
        close = get_close_matches(_plain(path), {_plain(row) for row in VERDICTS}, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        print(f"task definitions have no member {path}{hint}", file=sys.stderr)
        return 1
    print("\n\n".join("\n".join(_lines(row, verdict)) for row, verdict in found.items()))
    return 0


def rows(path: str) -> Mapping[str, Verdict]:
    """The rows of a path, of its values, and of what is below it; brackets and what is in them may be left out."""
    plain = _plain(path)
    if not plain:
        return dict(sorted(VERDICTS.items()))
    return {row: VERDICTS[row] for row in sorted(VERDICTS) if _is_at_or_below(_plain(row), plain)}


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
