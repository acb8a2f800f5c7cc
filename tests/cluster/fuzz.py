"""Generated task definitions: valid ones made from the shapes of the models, and ones with one fault each."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kubecs.ecs.base import Shape, UnionShape
from kubecs.ecs.bounds import Bound, bound
from kubecs.ecs.errors import EcsError
from kubecs.ecs.members import Member, Type, members
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_task_definition
from tests.unit.ecs.case import Case
from tests.unit.ecs.documents import container, definition, fargate
from tests.unit.ecs.task_definition_cases import broken_rules

Document = dict[str, Any]

PROXY = ("APPMESH", "Ingress port", "Egress port", "Proxy container")  # how messages about the proxy begin
LONGEST = 24  # characters of most generated texts; the limits have a test of their own
MOST = 3  # items of most generated lists
PRESENT = 4  # one optional member in so many is there

# Values that rules look into; anything else would be refused nearly always.
SAMPLES: Mapping[str, tuple[str, ...]] = {
    "cpu": ("128", "256", "512", "1024", "1 vCPU", ".5 vcpu", "4096"),
    "memory": ("512", "1024", "2048", "8192", "2 GB", "0.5GB", "1 gb"),
    "containerPortRange": ("1-2", "8000-8010", "65535-65535"),
    "value": ("arn:aws:s3:::bucket/some.env", "1", "", "a b"),
    "valueFrom": ("parameter", "/a/b", "arn:aws:ssm:eu-west-1:111122223333:parameter/x"),
    "taskRoleArn": ("role", "arn:aws:iam::111122223333:role/a/b"),
    "executionRoleArn": ("role", "arn:aws:iam::111122223333:role/agent"),
    "image": ("nginx", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1", "a/b@sha256:00"),
    "containerName": ("a", "b", "c"),
    "sourceContainer": ("a", "b", "c"),
    "expression": ("attribute:ecs.os-type == linux", "not(attribute:a exists) or runningTasksCount < 3", ""),
    "sourceVolume": ("u", "v", "w"),
}
NAMES: Mapping[str, tuple[str, ...]] = {"ContainerDefinition": ("a", "b", "c"), "Volume": ("u", "v", "w")}
CHARACTERS = st.characters(exclude_categories=("Cs",))
BY_PATTERN: Mapping[str, str] = {
    r"^[A-Za-z0-9_-]+$": "aZ09_-",
    r"^[a-z0-9_][a-z0-9_-]*$": "az09_",
    r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$": "aé三 1_.:/=+-@",
}


def _text(name: str, limit: Bound) -> SearchStrategy[str]:
    if limit.pattern and limit.pattern not in BY_PATTERN:
        return st.sampled_from(SAMPLES[name])
    least, most = limit.min_length or 0, min(limit.max_length or LONGEST, LONGEST)
    letters = BY_PATTERN.get(limit.pattern or "")
    free = st.text(letters or CHARACTERS, min_size=least, max_size=max(most, least))
    return st.sampled_from(SAMPLES[name]) | free if name in SAMPLES and not limit.pattern else free


def _number(limit: Bound) -> SearchStrategy[int]:
    least, most = int(limit.minimum or 0), int(limit.maximum or 2**31 - 1)
    return st.integers(least, most) | st.sampled_from((least, most)) | st.integers(least, min(most, least + 600))


def _value(owner: str, name: str, type_: Type, limit: Bound) -> SearchStrategy[Any]:
    if type_.kind == "structure" and type_.shape:
        return structures(type_.shape)
    if type_.kind == "list" and type_.item:
        item = _value(owner, name, type_.item, limit.item or Bound())
        return st.lists(item, min_size=limit.min_items or 0, max_size=min(limit.max_items or MOST, MOST))
    if type_.kind == "map" and type_.item:
        keys = st.text(CHARACTERS, max_size=LONGEST)
        return st.dictionaries(keys, _value(owner, name, type_.item, limit.item or Bound()), max_size=MOST)
    if name == "name" and owner in NAMES:
        return st.sampled_from(NAMES[owner])
    simple: Mapping[str, Callable[[], SearchStrategy[Any]]] = {
        "enum": lambda: st.sampled_from(type_.values),
        "boolean": st.booleans,
        "integer": lambda: _number(limit),
        "string": lambda: _text(name, limit),
    }
    return simple[type_.kind]()


@cache
def _member(shape: type[Shape], member: Member) -> SearchStrategy[Any]:
    owner = shape.__name__
    return _value(owner, member.name, member.type, bound(owner, member) or Bound())


@st.composite
def structures(draw: DrawFn, shape: type[Shape]) -> Document:
    """What a structure may hold: every required member, some of the others, each within its bounds."""
    if issubclass(shape, UnionShape):
        chosen = [draw(st.sampled_from(members(shape)))]
    else:
        needed = {"name", "image"} if shape.__name__ == "ContainerDefinition" else set()
        chosen = [
            member
            for member in members(shape)
            if member.required or member.name in needed or draw(st.integers(1, PRESENT)) == 1
        ]
    return {member.name: draw(_member(shape, member)) for member in chosen}


@st.composite
def valid(draw: DrawFn) -> Document:
    """A task definition that breaks no rule, as the models say; the API server has its own say."""
    made = draw(structures(RegisterTaskDefinitionRequest))
    base = draw(st.sampled_from((definition(), fargate(), {})))
    document = made | {name: value for name, value in base.items() if name != "containerDefinitions"}
    return repaired(document)


def repaired(document: Document) -> Document:
    """The document without what the models refuse, one fault after the other."""
    for _ in range(200):
        try:
            validate_task_definition(document)
        except EcsError as error:
            _repair(document, error)
        else:
            return document
    raise AssertionError(f"cannot be repaired: {document}")


def _repair(document: Document, error: EcsError) -> None:
    steps = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", error.path or "")]
    added: Mapping[str, Callable[[], object]] = {
        "any essential container": lambda: document["containerDefinitions"][0].pop("essential"),
        "list cannot be empty": lambda: document.update(containerDefinitions=[container()]),
        "At least one of 'memory'": lambda: _parent(document, steps).update(memory=128),
        "Task definition has": lambda: document.pop("volumes", None),
        "Fargate": lambda: document.pop("requiresCompatibilities"),
    }
    repair = next((act for words, act in added.items() if words in error.message), None)
    if error.message.startswith(PROXY):
        document.pop("proxyConfiguration")
    elif repair:
        repair()
    else:
        _remove(document, steps)


def _parent(document: Document, steps: list[int | str]) -> Any:
    here: Any = document
    for step in steps[:-1]:
        here = here[step]
    return here


def _remove(document: Document, steps: list[int | str]) -> None:
    """Takes away the member at a path, or the innermost thing around it that the document can do without."""
    for length in range(len(steps), 0, -1):
        shorter = copy.deepcopy(document)
        parent, last = _parent(shorter, steps[:length]), steps[length - 1]
        if isinstance(parent, dict) and last not in parent:
            continue
        del parent[last]
        if _well_formed(shorter):
            document.clear()
            document.update(shorter)
            return
    raise AssertionError(f"cannot do without {steps}: {document}")


def _well_formed(document: Document) -> bool:
    try:
        validate_task_definition(document)
    except EcsError as error:
        return "Missing required" not in error.message and "null or empty" not in error.message
    return True


@dataclass(frozen=True)
class Faulty:
    """A document that breaks one rule, and the rule's statement."""

    document: Document
    rule: str


def transplanted(case: Case, other: Document) -> Faulty:
    """What a case breaks, amid those members of a valid document that have no part in it."""
    document = copy.deepcopy(other) | copy.deepcopy(case.document)
    for mine, its in zip(document["containerDefinitions"], other["containerDefinitions"], strict=False):
        mine.update({name: value for name, value in its.items() if name not in mine})
    for member in [name for name in other if name not in case.document]:
        if broken_rules(document) == {case.rule}:
            return Faulty(document, case.rule)
        del document[member]
    return Faulty(copy.deepcopy(case.document), case.rule)


WRONG: Mapping[str, Any] = {"str": 7, "bool": "true", "int": "7", "list": {}, "dict": []}


@st.composite
def malformed(draw: DrawFn) -> Document:
    """A document with one value of a wrong type, unknown member, or value out of its bounds."""
    document = copy.deepcopy(draw(valid()))
    mutate = draw(st.sampled_from((_wrong_type, _unknown_member, _oversized)))
    mutate(draw, document)
    return document


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [inner for step, item in steps for inner in ((*path, step), *_places(item, (*path, step)))]


def _wrong_type(draw: DrawFn, document: Document) -> None:
    path = list(draw(st.sampled_from(_places(document))))
    parent = _parent(document, path)
    parent[path[-1]] = copy.deepcopy(WRONG[type(parent[path[-1]]).__name__])


def _unknown_member(draw: DrawFn, document: Document) -> None:
    target = draw(st.sampled_from([document, *document["containerDefinitions"]]))
    target["colour"] = "red"


def _oversized(draw: DrawFn, document: Document) -> None:
    target = draw(st.sampled_from(document["containerDefinitions"]))
    member, value = draw(
        st.sampled_from(
            (
                ("image", "i" * 256),
                ("cpu", 262_145),
                ("memory", 2**31),
                ("name", "a b"),
                ("environment", [{"name": "A"}] * 501),
                ("links", ["l" * 513]),
                ("ulimits", [{"name": "gpu", "softLimit": 1, "hardLimit": 1}]),
            )
        )
    )
    target[member] = value
