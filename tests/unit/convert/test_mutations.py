"""Documents with anything anywhere in them bring nothing down: they are converted, or refused in words."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import yaml

from kubecs.convert.conversion import Options, Source, convert
from kubecs.convert.reading import documents
from tests.soak import SEED, whole
from tests.unit.convert.documents import described, service, task_definition
from tests.unit.docs.pages import PROJECT

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    3.5,
    10**30,
    "",
    "x",
    "arn:a:b",
    "é\ud800",
    [],
    {},
    [None],
    [[1]],
    [""],
    {"a": 1},
    {"Ref": 3},
    {"Ref": "AWS::NoValue"},
    {"Fn::Sub": [1, 2]},
    {"Fn::Join": ["", [{"Ref": "X"}, None]]},
    {"Fn::If": []},
    {"Fn::Select": ["1", ["a"]]},
    {"Fn::FindInMap": ["a", {"Ref": "b"}, 3]},
)

Path = tuple[str | int, ...]


def seeds() -> list[Any]:
    found: list[Any] = [task_definition(), described(2), service(), {"clusterName": "shop"}, [task_definition()]]
    for file in sorted((PROJECT / "examples" / "convert").iterdir()):
        found += documents(file.read_bytes(), file.name)
    return found


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from paths(inner, (*path, key))


def mutated(document: Any, choice: random.Random) -> Any:
    changed = copy.deepcopy(document)
    for _ in range(choice.choice((1, 1, 2, 3))):
        places = list(paths(changed))
        if not places:
            return changed
        *way, last = choice.choice(places)
        parent = changed
        for step in way:
            parent = parent[step]
        what = choice.random()
        if what < 0.15:
            del parent[last]
        elif what < 0.3 and isinstance(parent, dict):
            parent[choice.choice(("colour", "Type", "family", "serviceName"))] = parent.pop(last)
        else:
            parent[last] = copy.deepcopy(choice.choice(ODD))
    return changed


def test_mutated_documents() -> None:
    choice, originals = random.Random(SEED), seeds()  # noqa: S311 - a choice of tests, no secret
    refused = 0
    for _ in range(20_000 if whole() else 600):
        content = json.dumps(mutated(choice.choice(originals), choice)).encode()
        options = Options(kubernetes=choice.random() < 0.5, keep_revisions=choice.random() < 0.5)
        outcome = convert([Source("a.json", content)], options)
        assert all(isinstance(each, dict) for each in yaml.load_all(outcome.output, Loader=yaml.CSafeLoader) if each)
        assert outcome.report
        refused += outcome.refused
    assert refused > 50
