"""Words to write a structural schema with: one function for each kind of node, every node bounded and described."""

from typing import Any

Schema = dict[str, Any]

NAME = 255  # characters of an ECS name
ARN = 2048
_ROLE_NAME = "[A-Za-z0-9_+=,.@-]{1,64}"
ROLE = f"^({_ROLE_NAME}|arn:[A-Za-z0-9_-]+:iam::[0-9]{{12}}:role/([!-~]*/)?{_ROLE_NAME})$"  # a role's name or ARN
LABEL_VALUE = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$"
SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
SENTENCE = 32768  # characters of a reason or message; generous, since a status that is refused helps nobody
LARGEST = 2**53 - 1  # of a number; the API server keeps bounds as floating point and would store others rounded


def record(description: str, required: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    """An object with these members; others are refused by strict clients and pruned for the rest."""
    node: Schema = {"type": "object", "description": description, "properties": members}
    return node | ({"required": list(required)} if required else {})


def text(description: str, limit: int = NAME, **bounds: Any) -> Schema:
    """A string of at most `limit` characters; `bounds` are further keywords, such as pattern."""
    return {"type": "string", "description": description, "maxLength": limit} | bounds


def word(description: str, *choices: str) -> Schema:
    """A string out of a closed list."""
    return {"type": "string", "description": description, "enum": list(choices)}


def moment(description: str) -> Schema:
    """A point in time, RFC 3339."""
    return {"type": "string", "format": "date-time", "description": description}


def integer(description: str, low: int = 0, high: int = 2**31 - 1) -> Schema:
    """A whole number from `low` to `high`, both included."""
    size = "int32" if high < 2**31 else "int64"
    return {"type": "integer", "format": size, "description": description, "minimum": low, "maximum": high}


def flag(description: str) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": description}


def listing(description: str, items: Schema, limit: int, key: str | None = None) -> Schema:
    """A list, atomic under server-side apply; with `key`, a map of items by that member, merged item by item."""
    merge: Schema = {"x-kubernetes-list-type": "atomic"}
    if key:
        merge = {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}
    return {"type": "array", "description": description, "items": items, "maxItems": limit} | merge


def mapping(description: str, limit: int, values: int = SENTENCE, **bounds: Any) -> Schema:
    """A map of strings with at most `limit` entries, each at most `values` characters long and within `bounds`."""
    bounded = {"type": "string", "maxLength": values} | bounds
    return {"type": "object", "description": description, "additionalProperties": bounded, "maxProperties": limit}
