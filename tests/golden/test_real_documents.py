"""The real task definitions with the most members, and what becomes of them, pinned as files and looked over.

The documents are not in this repository: the tests are skipped where the collection is not beside the checkout. What is
other people's own (account ids, values of variables, registries) is put aside before. Run with UPDATE_GOLDEN=1 in the
environment to write the YAML anew, then read the difference.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.cluster import realdocuments
from tests.cluster.realdocuments import RealDocument

FOLDER = Path(__file__).parent / "realdocuments"
NUMBER = 20


def richest() -> list[RealDocument]:
    """Those with the most different members, of the complete ones that are accepted; ties by name."""
    accepted = [each for each in realdocuments.documents() if not each.has_variables and not each.refusal]
    return sorted(accepted, key=lambda each: (-each.features, each.file))[:NUMBER]


def golden_of(document: RealDocument) -> Path:
    return FOLDER / f"{Path(document.file).stem}.yaml"


@pytest.fixture(scope="module")
def documents() -> list[RealDocument]:
    found = richest()
    if not found:
        pytest.skip(realdocuments.ABSENT)
    assert len(found) == NUMBER
    return found


@pytest.mark.parametrize("place", range(NUMBER))
def test_the_manifest_is_the_one_that_was_looked_over(documents: list[RealDocument], place: int) -> None:
    document = replace(documents[place], members=realdocuments.anonymous(documents[place].members))
    made = {
        "template": document.pod(restricted=False),
        "findings": [f"{each.condition}: {each.member}: {each.message}" for each in document.findings],
    }
    golden = golden_of(document)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(yaml.safe_dump(made, sort_keys=False, width=120, allow_unicode=True), encoding="utf-8")
    assert made == yaml.safe_load(golden.read_text(encoding="utf-8"))


def test_each_golden_has_its_document(documents: list[RealDocument]) -> None:
    assert sorted(FOLDER.glob("*.yaml")) == sorted(golden_of(each) for each in documents)
