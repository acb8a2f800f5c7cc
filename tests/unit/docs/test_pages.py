"""The documentation names what exists, and shows nothing that is not run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kubecs.cli.options import OPERATOR
from tests.unit.docs import pages
from tests.unit.docs.pages import PAGES, PROJECT, Command, is_as_printed, page_ids

# A ```console block is run by tests/cluster/test_docs.py; these commands only have to exist.
RUN_ELSEWHERE = re.compile(r"make [\w-]+(?: [A-Z]+=\S+)*")

DOCS = PROJECT / "docs"

every_page = pytest.mark.parametrize("page", PAGES, ids=page_ids)


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in pages.links(page) if not (page.parent / link).exists()] == []


@every_page
def test_named_paths_exist(page: Path) -> None:
    assert [path for path in pages.named_paths(page) if not (PROJECT / path).exists()] == []


@every_page
def test_blocks_are_of_known_kinds(page: Path) -> None:
    assert pages.languages(page) <= {"console", "sh", "yaml", "text", "json"}, "console is run, sh is for another place"


@every_page
def test_commands_are_run_or_are_targets_of_make(page: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for command in pages.commands(page):
        first = command.text.split()[0]
        if RUN_ELSEWHERE.fullmatch(command.text):
            target = command.text.split()[1]
            assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), f"{command.place}: no target {target}"
        else:
            assert first in {"kubectl", "sed", "kubecs"}, f"{command.place}: not known to be run: {command.text}"


def test_every_page_is_linked_from_the_readme() -> None:
    linked = set(pages.links(PROJECT / "README.md"))
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} - linked == set()


def test_every_operator_option_is_documented() -> None:
    text = (DOCS / "installing.md").read_text()
    assert [option.flag for option in OPERATOR if f"`{option.flag}`" not in text] == []


@pytest.mark.parametrize("room", ["ecs", "translate", "plan"])
def test_every_module_has_its_row(room: str) -> None:
    """A reader finds a word's file in the table; a new file gets a row."""
    text = (DOCS / "contributing.md").read_text()
    modules = [path.stem for path in (PROJECT / "operator" / "kubecs" / room).glob("*.py") if path.stem != "__init__"]
    assert [f"{room}/{module}.py" for module in modules if f"`{room}/{module}.py`" not in text] == []


SHOWN = """\
NAME       CLUSTER   AGE
shop.web   shop      12s
…
pod/shop-web-90a7ff5c-6d9f4c7b8-x2v9k created by …
"""


def test_output_may_differ_in_what_varies() -> None:
    lines = (
        "NAME   CLUSTER AGE",
        "shop.web  shop    1m4s",
        "one",
        "two",
        "pod/shop-web-90a7ff5c-7fccd57f7d-h2jzl created by me",
    )
    assert is_as_printed(Command("kubectl get it", SHOWN, "a.md:1"), "\n".join(lines))


@pytest.mark.parametrize(
    "printed",
    [
        "NAME CLUSTER AGE\nshop.web shop 12s\n",
        "NAME CLUSTER AGE\nshop.api shop 12s\npod/shop-web-90a7ff5c-6d9f4c7b8-x2v9k created by me\n",
        "NAME CLUSTER AGE\nshop.web shop new\npod/shop-web-90a7ff5c-6d9f4c7b8-x2v9k created by me\n",
    ],
    ids=["too little", "another name", "no age"],
)
def test_output_may_not_differ_otherwise(printed: str) -> None:
    assert not is_as_printed(Command("kubectl get it", SHOWN, "a.md:1"), printed)
