"""Reads the documentation: its links, and its ```console blocks, which are commands (`$ `) and what they print.

In what they print, `…` stands for anything within a line, and a line of only `…` for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
PAGES = (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
_PATH = re.compile(r"`((?:operator|tools|tests|examples|docs|crds|charts)/[\w./-]+)`")

# What differs from one run to the next, and how it is written before a page and an output are compared.
_VARIES = (
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "<time>"),
    (re.compile(r"\becs-svc/\d{19}\b"), "<deployment>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<task>"),
    (re.compile(r"-[bcdf-hj-np-tv-xz2456789]{6,10}-[bcdf-hj-np-tv-xz2456789]{5}\b"), "-<pod>"),
    (re.compile(r"-[0-9a-f]{10}\b"), "-<task>"),
    (re.compile(r"(?<=\s)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?<=\d[dhms])(?=\s|$)"), "<age>"),
    (re.compile(r"\bkwok-\d\b"), "<node>"),
    (re.compile(r"[ \t]+"), " "),
)


@dataclass(frozen=True)
class Command:
    """One command of a page, what the page says that it prints, and where it stands."""

    text: str
    prints: str
    place: str


def page_ids(path: Path) -> str:
    """How a page is called in the names of tests."""
    return str(path.relative_to(PROJECT))


def blocks(page: Path, language: str) -> Iterator[tuple[int, str]]:
    """(line number, text) of every fenced block of a language."""
    text = page.read_text()
    for found in _FENCE.finditer(text):
        if found[1] == language:
            yield text.count("\n", 0, found.start()) + 2, found[2]


def languages(page: Path) -> set[str]:
    """The languages of all fenced blocks."""
    return {found[1] for found in _FENCE.finditer(page.read_text())}


def commands(page: Path) -> list[Command]:
    """The commands of all ```console blocks, in order; one may go on in lines that begin with `> `."""
    found: list[Command] = []
    for first, text in blocks(page, "console"):
        for number, line in enumerate(text.splitlines(), first):
            found = _taken(found, line, f"{page_ids(page)}:{number}")
    return found


def _taken(found: list[Command], line: str, place: str) -> list[Command]:
    if line.startswith("$ "):
        return [*found, Command(line[2:], "", place)]
    if not found:
        raise ValueError(f"{place}: output without a command")
    *before, last = found
    if line.startswith("> "):
        return [*before, Command(f"{last.text}\n{line[2:]}", last.prints, last.place)]
    return [*before, Command(last.text, f"{last.prints}{line}\n", last.place)]


def is_as_printed(command: Command, output: str) -> bool:
    """Whether a command's output is what the page says."""
    lines = [_line_pattern(line) for line in _comparable(command.prints).splitlines()]
    return re.fullmatch("".join(lines), _comparable(output)) is not None


def _line_pattern(line: str) -> str:
    return r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n"


def _comparable(text: str) -> str:
    for pattern, name in _VARIES:
        text = pattern.sub(name, text)
    lines = [line.strip() for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def links(page: Path) -> Iterator[str]:
    """Targets of links to files, as written."""
    return (target for target in _LINK.findall(page.read_text()) if "://" not in target)


def named_paths(page: Path) -> Iterator[str]:
    """Paths of the project that the text names in backticks."""
    return iter(_PATH.findall(page.read_text()))
