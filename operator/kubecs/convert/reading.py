"""Text to plain documents: JSON, several of them in a row, YAML, and YAML with CloudFormation's short forms."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson
import yaml

MOST_NODES = 1_000_000  # of a YAML document, aliases written out: a few lines can stand for billions

DEEPEST = 200  # levels of a YAML document

_INDENTED = re.compile(rf"^[ ?:-]{{{DEEPEST}}}", re.MULTILINE)
# A key of JSON, a text that is none, or a brace.
_KEYS = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:|"(?:[^"\\]|\\.)*"|([{}])')
_BLANK = re.compile(r"\s*")


class MalformedError(Exception):
    """Text that is neither JSON nor YAML.

    Attributes:
        line: Counted from 1.
        column: Counted from 1.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.line = line
        self.column = column


def documents(content: bytes, name: str) -> tuple[Any, ...]:
    """The documents in a file.

    Args:
        content: The bytes, UTF-8.
        name: The file's name; `.json` and `.yaml` decide, else the first character does.

    Raises:
        MalformedError: With line and column.
    """
    text = _decoded(content)
    if name.endswith((".yaml", ".yml")):
        return tuple(_yaml(text))
    if name.endswith(".json") or text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return tuple(_yaml(text))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, start = before.count(b"\n") + 1, before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        raise MalformedError("the text is not UTF-8", line, column) from error


def _json(text: str) -> tuple[Any, ...]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return tuple(_stream(text))  # says where it fails, and takes several documents in a row
    try:
        _DISTINCT.decode(text)
    except _TwiceError as error:
        raise MalformedError(str(error), *_place(text, _second(text))) from error
    except RecursionError as error:
        raise MalformedError("nested too deeply", 1, 1) from error
    return (document,)


class _TwiceError(ValueError):
    """An object has a key twice, of which readers would keep the last without a word."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(f"the key {next(key for key in keys if keys.count(key) > 1)} comes twice")
    return made


_DISTINCT = json.JSONDecoder(object_pairs_hook=_distinct)


def _second(text: str) -> int:
    """Where the first key stands that its object has already."""
    objects: list[set[str]] = []
    for found in _KEYS.finditer(text):
        key, brace = found[1], found[2]
        if brace == "{":
            objects.append(set())
        elif brace == "}":
            objects.pop()
        elif key is not None and key in objects[-1]:
            return found.start()
        elif key is not None:
            objects[-1].add(key)
    return 0  # written in two ways, one of them with escapes


def _stream(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_distinct)
    position = _after_blank(text, 0)
    try:
        while position < len(text):
            document, end = decoder.raw_decode(text, position)
            orjson.dumps(document)  # refuses what is no text, such as half of a surrogate pair
            yield document
            position = end
            position = _after_blank(text, position)
    except json.JSONDecodeError as error:
        raise MalformedError(error.msg, error.lineno, error.colno) from error
    except (ValueError, TypeError) as error:
        raise MalformedError(str(error), *_place(text, position)) from error
    except RecursionError as error:
        raise MalformedError("nested too deeply", *_place(text, position)) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _after_blank(text: str, position: int) -> int:
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _place(text: str, position: int) -> tuple[int, int]:
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _yaml(text: str) -> Iterator[Any]:
    try:
        _check_depth(text)
        loader = _Loader(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                if node is not None and "&" in text:  # no alias without an anchor
                    _check_size(node, {})
                document = loader.construct_document(node)
                orjson.dumps(document)
                yield document
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise MalformedError(error.problem or "not YAML", line, column) from error
    except TypeError as error:  # orjson's, about what is no text or no number
        raise MalformedError(str(error), 1, 1) from error
    except yaml.reader.ReaderError as error:
        raise MalformedError("a character that YAML does not allow", *_place(text, error.position)) from error
    except RecursionError as error:
        raise MalformedError("nested too deeply", 1, 1) from error


def _check_depth(text: str) -> None:
    """Refuse what is nested so deeply that the library, which descends in C, would run out of stack."""
    if text.count("[") + text.count("{") < DEEPEST and not _INDENTED.search(text):
        return  # brackets and indentation are all that nests
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            mark = event.start_mark
            raise MalformedError("nested too deeply", mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)


def _check_size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """The number of nodes with aliases written out; 0 marks a node that is being counted, which would hold itself."""
    known = sizes.get(id(node))
    if known == 0:
        raise yaml.constructor.ConstructorError(None, None, "an alias of what it stands in", node.start_mark)
    if known:
        return known
    sizes[id(node)] = 0
    size = 1 + sum(_check_size(child, sizes) for child in _children(node))
    if size > MOST_NODES:
        raise yaml.constructor.ConstructorError(None, None, "too large with its aliases written out", node.start_mark)
    sizes[id(node)] = size
    return size


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


class _Loader(yaml.CSafeLoader):
    """YAML as people mean it: keys are text, dates stay text, and leading zeros do not make a number octal."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002 - the signature is the base class's
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is no text", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} comes twice", key.start_mark)
            seen.add(key.value)
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


_Loader.yaml_implicit_resolvers = {}  # none of those of YAML 1.1
_RESOLVED = (
    ("bool", r"true|True|TRUE|false|False|FALSE|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF", "tTfFyYnNoO"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
)
for _tag, _pattern, _first in _RESOLVED:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Ref X` is `{"Ref": "X"}`, `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`, any other `!F` is `{"Fn::F": …}`."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = None
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)
