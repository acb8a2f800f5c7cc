"""Whatever a page tells people to make, the Makefile makes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)


def test_every_target_that_a_page_names_is_there() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")]
    named = {target for page in pages for target in NAMED.findall(page.read_text())}
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= named
    assert named <= made
