"""The cluster query language of placement constraints: its grammar as a tree. `not` binds first, then `and`, then `or`.

`attribute:ecs.instance-type =~ g4.* and not(task:group == service:db)`
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Union

ATTRIBUTE = "attribute:"
DEEPEST = 50  # brackets and negations in each other

_SUBJECT = re.compile(
    r"(?:agentConnected|agentVersion|ec2InstanceId|registeredAt|runningTasksCount)(?![\w.:-])|task:group(?![\w.:-])"
    r"|attribute:[-\w./\\]{1,128}(?![-\w./\\:])",
    re.ASCII,
)
_OPERATORS: Mapping[str, re.Pattern[str]] = {
    sign: re.compile(spellings)
    for sign, spellings in {
        "==": r"==|equals\b",
        "!=": r"!=|not_equals\b",
        ">=": r">=|greater_than_equal\b",
        "<=": r"<=|less_than_equal\b",
        ">": r">|greater_than\b",
        "<": r"<|less_than\b",
        "=~": r"=~|matches\b",
        "!~": r"!~|not_matches\b",
        "in": r"in\b",
        "!in": r"!in\b|not_in\b",
        "exists": r"exists\b",
        "!exists": r"!exists\b|not_exists\b",
    }.items()
}
_EQUAL, _ORDER, _MATCH, _LIST = ("==", "!="), (">", ">=", "<", "<="), ("=~", "!~"), ("in", "!in")
_ANY = tuple(_OPERATORS)
_TAKES: Mapping[str, tuple[str, ...]] = {
    "agentConnected": (*_EQUAL, *_LIST, *_MATCH),
    "ec2InstanceId": (*_EQUAL, *_LIST, *_MATCH),
    "agentVersion": (*_EQUAL, *_ORDER),
    "registeredAt": (*_EQUAL, *_ORDER),
    "runningTasksCount": (*_EQUAL, *_ORDER),
}
_AND, _OR = re.compile(r"&&|and\b"), re.compile(r"\|\||or\b")
_NOT, _OPEN, _CLOSE = re.compile(r"!|not\b"), re.compile(r"\("), re.compile(r"\)")
_BEGIN, _COMMA, _END = re.compile(r"\["), re.compile(","), re.compile(r"\]")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_BARE = re.compile(r"[^\s,\[\]()'\"]+")
_REGEX = re.compile(r"(?:\[[^\]]*\]|\([^()]*\)|[^\s()\[\]])+")
_SPACE = re.compile(r"\s*")


class QueryError(ValueError):
    """Text that is no expression of the language."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison.

    Attributes:
        subject: What is compared: `attribute:<name>`, `task:group`, `runningTasksCount` and so on.
        operator: As a sign, whichever way it was spelled: `==`, `!in`, `exists`.
        values: What it is compared with; empty for `exists` and `!exists`.
    """

    subject: str
    operator: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The term in the language."""
        values = f"[{', '.join(self.values)}]" if self.operator in _LIST else "".join(self.values)
        return f"{self.subject} {self.operator} {values}".rstrip()


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    operand: "Expression"

    def __str__(self) -> str:
        """The negation in the language."""
        return f"not({self.operand})"


@dataclass(frozen=True, slots=True)
class AllOf:
    """What must hold together."""

    operands: tuple["Expression", ...]

    def __str__(self) -> str:
        """The conjunction in the language."""
        return " and ".join(f"({each})" if isinstance(each, AnyOf) else str(each) for each in self.operands)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Of which one must hold."""

    operands: tuple["Expression", ...]

    def __str__(self) -> str:
        """The disjunction in the language."""
        return " or ".join(map(str, self.operands))


Expression = Union[Term, Not, AllOf, AnyOf]  # noqa: UP007 the classes name it before it is there


def parse(text: str) -> Expression:
    """Read an expression.

    Raises:
        QueryError: It is none; the message says where it stops being one.
    """
    reader = _Reader(text)
    found = reader.disjunction()
    if not reader.ended():
        raise reader.error("the end")
    return found


class _Reader:
    """Recursive descent over one text, a method for each line of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def disjunction(self) -> Expression:
        operands = tuple(self._joined(self._conjunction, _OR))
        return operands[0] if len(operands) == 1 else AnyOf(operands)

    def _conjunction(self) -> Expression:
        operands = tuple(self._joined(self._negation, _AND))
        return operands[0] if len(operands) == 1 else AllOf(operands)

    def _joined(self, part: Callable[[], "Expression"], word: re.Pattern[str]) -> Iterator[Expression]:
        yield part()
        while self._taken(word):
            yield part()

    def _negation(self) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(f"it is nested more than {DEEPEST} deep")
        if self._taken(_NOT):
            found: Expression = Not(self._negation())
        elif self._taken(_OPEN):
            found = self.disjunction()
            self._need(_CLOSE, "')'")
        else:
            found = self._term()
        self._depth -= 1
        return found

    def _term(self) -> Term:
        subject = self._need(_SUBJECT, "attribute:<name> or another subject").group()
        allowed = _TAKES.get(subject, _ANY)
        operator = next((each for each in _OPERATORS if each in allowed and self._taken(_OPERATORS[each])), "")
        if not operator:
            raise self.error(f"an operator of {subject}")
        if operator.endswith("exists"):
            return Term(subject, operator)
        return Term(subject, operator, self._list() if operator in _LIST else (self._value(operator),))

    def _list(self) -> tuple[str, ...]:
        self._need(_BEGIN, "'['")
        values = [self._value("in")]
        while self._taken(_COMMA):
            values.append(self._value("in"))
        self._need(_END, "']'")
        return tuple(values)

    def _value(self, operator: str) -> str:
        if quoted := self._taken(_QUOTED):
            return quoted[1] if quoted[1] is not None else quoted[2]
        return self._need(_REGEX if operator in _MATCH else _BARE, "a value").group()

    def ended(self) -> bool:
        return self._skip() == len(self._text)

    def error(self, wanted: str) -> QueryError:
        return QueryError(f"at character {self._skip() + 1} {wanted} is missing")

    def _skip(self) -> int:
        space = _SPACE.match(self._text, self._at)
        return space.end() if space else self._at

    def _taken(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._skip())
        if found:
            self._at = found.end()
        return found

    def _need(self, pattern: re.Pattern[str], wanted: str) -> re.Match[str]:
        found = self._taken(pattern)
        if found is None:
            raise self.error(wanted)
        return found
