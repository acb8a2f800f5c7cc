"""What the chart's values.yaml says of itself: its JSON schema, and the table of values in the chart's README.

A comment above a value describes it. A comment that begins with `@schema` holds JSON that is laid over the schema that
follows from the default. A map with members is closed: helm refuses a member that is not there. An empty one is open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.helm import CHART

_KEY = re.compile(r"^( *)(\w+):")
_BEGIN, _END = "<!-- values: generated from values.yaml -->", "<!-- end of values -->"
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string"}


@dataclass(frozen=True)
class Value:
    """One documented value.

    Attributes:
        path: of its members, such as ("image", "tag").
        description: the comment.
        schema: what `@schema` says.
        default: what values.yaml gives it.
    """

    path: tuple[str, ...]
    description: str
    schema: Mapping[str, Any]
    default: Any

    @property
    def name(self) -> str:
        """As people write it: image.tag."""
        return ".".join(self.path)


def documented() -> list[Value]:
    """The values of values.yaml that have a comment, in its order."""
    text = (CHART / "values.yaml").read_text()
    tree = yaml.safe_load(text)
    return [
        Value(path, " ".join(comments), schema, _at(tree, path))
        for path, comments, schema in _entries(text)
        if comments
    ]


def _entries(text: str) -> Iterator[tuple[tuple[str, ...], list[str], dict[str, Any]]]:
    """(path, comment lines, schema) of every key."""
    path: tuple[str, ...] = ()
    comments: list[str] = []
    schema: dict[str, Any] = {}
    for line in text.splitlines():
        comment = line.strip().removeprefix("# ") if line.strip().startswith("#") else None
        if comment is None:
            found = _KEY.match(line)
            if found:
                path = (*path[: len(found[1]) // 2], found[2])
                yield path, comments, schema
            comments, schema = [], {}
        elif comment.startswith("@schema "):
            schema |= json.loads(comment.removeprefix("@schema "))
        else:
            comments.append(comment)


def _at(tree: Any, path: Sequence[str]) -> Any:
    for member in path:
        tree = tree[member]
    return tree


def undocumented() -> list[str]:
    """Values that neither they nor anything above them is described."""
    text = (CHART / "values.yaml").read_text()
    known = {value.path for value in documented()}
    leaves = [path for path in _leaves(yaml.safe_load(text)) if not any(path[:end] in known for end in range(1, 9))]
    return [".".join(path) for path in leaves]


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key)


def schema() -> dict[str, Any]:
    """The JSON schema of the values."""
    text = (CHART / "values.yaml").read_text()
    rows = {value.path: value for value in documented()}
    whole = _schema(yaml.safe_load(text), (), rows)
    whole["properties"]["global"] = {"type": "object", "description": "Helm's own, for charts that include this one."}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of kubecs", **whole}


def _schema(default: Any, path: tuple[str, ...], rows: Mapping[tuple[str, ...], Value]) -> dict[str, Any]:
    row = rows.get(path)
    found: dict[str, Any] = {"description": row.description} if row else {}
    found |= _inferred(default, path, rows)
    return found | dict(row.schema if row else {})


def _inferred(default: Any, path: tuple[str, ...], rows: Mapping[tuple[str, ...], Value]) -> dict[str, Any]:
    if isinstance(default, list):
        return {"type": "array"}
    if not isinstance(default, dict):
        return {"type": _TYPES[type(default)]}
    if not default or (path in rows and "labels" in path[-1]):
        strings = "nnotations" in path[-1] or "abels" in path[-1] or path[-1] == "nodeSelector"
        return {"type": "object"} | ({"additionalProperties": {"type": "string"}} if strings else {})
    members = {key: _schema(value, (*path, key), rows) for key, value in default.items()}
    return {"type": "object", "additionalProperties": False, "properties": members}


def readme() -> str:
    """The chart's README with the table of values as it should be."""
    text = (CHART / "README.md").read_text()
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    rows = [f"| `{value.name}` | `{json.dumps(value.default)}` | {value.description} |" for value in documented()]
    return "\n".join([f"{before}{_BEGIN}", "| value | default | meaning |", "|---|---|---|", *rows, f"{_END}{after}"])


def texts() -> Mapping[Path, str]:
    """Both files and what they should hold."""
    return {CHART / "values.schema.json": json.dumps(schema(), indent=2) + "\n", CHART / "README.md": readme()}
