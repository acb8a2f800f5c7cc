"""docs/real-node.md names every test of tests/node that is about tasks, and no other."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
OF_THE_NODE = "test_node.py"  # about the node itself


def test_every_behaviour_has_its_test_and_every_test_its_row() -> None:
    told = set(re.findall(r"`(test_\w+)`", (PROJECT / "docs" / "real-node.md").read_text()))
    files = [path for path in (PROJECT / "tests" / "node").glob("test_*.py") if path.name != OF_THE_NODE]
    known = {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)}
    assert told == known
