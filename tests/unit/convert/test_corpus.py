"""Documents that other people wrote: each is converted, or refused with a reason; none brings anything down."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
import yaml

from kubecs.convert.conversion import Options, Source, convert
from kubecs.crds.kinds import kinds
from tests.unit.plan.schemas import problems

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
CONVERTED = ("taskdef", "service", "cluster")

# Beginnings of what a document of the corpus may be refused for although ECS would take it.
OURS = ("DeploymentControllerNotAvailable", "DeploymentStrategyNotAvailable")


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, frozenset[str]]]:
    index = CORPUS / "index.tsv"
    if not index.exists():
        pytest.skip("the corpus of ECS documents is not beside this checkout")
    with index.open(encoding="utf-8") as lines:
        return [(row["file"], frozenset(row["features"].split(","))) for row in csv.DictReader(lines, delimiter="\t")]


def source(name: str) -> Source:
    return Source(name, (CORPUS / name).read_bytes())


@pytest.mark.parametrize("options", [Options(), Options(keep_revisions=True), Options(kubernetes=True)], ids=str)
def test_each_document_alone(rows: list[tuple[str, frozenset[str]]], options: Options) -> None:
    schemas = {kind.kind: kind.schema() for kind in kinds()}
    outcomes: Counter[bool] = Counter()
    for name, _ in rows:
        outcome = convert([source(name)], options)
        outcomes[outcome.refused] += 1
        assert outcome.report
        for each in yaml.load_all(outcome.output, Loader=yaml.CSafeLoader):
            if each and each["kind"] in schemas:
                given = {"metadata": {"name": each["metadata"]["name"]}, "spec": each["spec"]}
                assert list(problems(given, schemas[each["kind"]])) == [], name
    assert outcomes[False] > len(rows) / 3


def test_what_ecs_accepts_is_converted(rows: list[tuple[str, frozenset[str]]]) -> None:
    """A whole document without placeholders is refused only for what ECS or a named limit of kubecs refuses."""
    counted: Counter[str] = Counter()
    for name, features in rows:
        kind = name.split("/")[0]
        if kind not in CONVERTED or features & {
            "fails-param-validation",
            "placeholders",
            "shape:partial-or-update-input",
        }:
            continue
        outcome = convert([source(name)], Options())
        counted["all"] += 1
        if outcome.refused:
            counted["refused"] += 1
            refusals = [line for line in outcome.report.splitlines() if line.startswith("  refused ")]
            named = ("Exception: ", "NotConverted: ", *OURS)
            assert all(any(each in line for each in named) for line in refusals), f"{name}: {refusals}"
    assert counted["all"] > 100
    assert counted["refused"] < counted["all"] / 5, counted


def test_malformed_documents_are_refused(rows: list[tuple[str, frozenset[str]]]) -> None:
    inputs = {"shape:register-input", "shape:create-input"}
    malformed = [name for name, features in rows if "fails-param-validation" in features and features & inputs]
    malformed = [name for name in malformed if _has_a_name(name)]  # a missing one is filled in
    assert len(malformed) > 15
    assert [name for name in malformed if not convert([source(name)], Options()).refused] == []


def _has_a_name(name: str) -> bool:
    document = json.loads((CORPUS / name).read_bytes())
    return bool({"family", "serviceName", "clusterName"} & document.keys())


def test_all_at_once(rows: list[tuple[str, frozenset[str]]]) -> None:
    outcome = convert([source(name) for name, _ in rows], Options())
    assert outcome.refused
    assert "RevisionMoved" in outcome.report
    assert "0 unreadable" in outcome.report
