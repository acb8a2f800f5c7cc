"""Small documents, and a conversion of them, for the tests of this room."""

import json
from typing import Any

import yaml

from kubecs.convert.conversion import Options, Outcome, Source, convert
from kubecs.convert.found import Given, Skipped
from kubecs.convert.recognition import recognise

CONTAINER = {"name": "web", "image": "nginx:1.28", "memory": 64}
TASK_DEFINITION = {"family": "web", "containerDefinitions": [CONTAINER]}
SERVICE = {"serviceName": "web", "taskDefinition": "web", "desiredCount": 2}


def task_definition(**members: Any) -> dict[str, Any]:
    """A task definition named web, with more or other members."""
    return {**TASK_DEFINITION, **members}


def described(revision: int, **members: Any) -> dict[str, Any]:
    """The answer of describe-task-definition."""
    arn = f"arn:aws:ecs:eu-west-1:123456789012:task-definition/web:{revision}"
    computed = {"taskDefinitionArn": arn, "revision": revision, "status": "ACTIVE", "compatibilities": ["EC2"]}
    return {"taskDefinition": {**TASK_DEFINITION, **computed, **members}}


def service(**members: Any) -> dict[str, Any]:
    """A service named web in the cluster default, with more or other members."""
    return {**SERVICE, **members}


def converted(*documents: Any, options: Options | None = None, **given: Any) -> Outcome:
    """Convert documents, each as a file `<n>.json`."""
    sources = [Source(f"{index}.json", json.dumps(each).encode()) for index, each in enumerate(documents)]
    return convert(sources, options or Options(given=Given(**given)))


def members(document: Any, **given: Any) -> dict[str, Any]:
    """The members of the only resource in a document, not validated."""
    found = recognise(document, "a.json", Given(**given))
    assert not isinstance(found, Skipped), found
    (only,) = found
    return dict(only.members)


def manifests(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    """What was written, by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in yaml.safe_load_all(outcome.output):
        if each:
            found.setdefault(each["kind"], []).append(each)
    return found


def spec(outcome: Outcome, kind: str) -> dict[str, Any]:
    """The spec of the only object of a kind."""
    (only,) = manifests(outcome)[kind]
    found: dict[str, Any] = only["spec"]
    return found
