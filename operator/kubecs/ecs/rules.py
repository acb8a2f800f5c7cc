"""Cross-field rules as tables: what must hold, the check that finds where it does not, and ECS's words for it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from kubecs.ecs.errors import EcsError

Document_contra = TypeVar("Document_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Violation:
    """Where a rule is broken: the path of the member, and what the rule's message names, if it names something."""

    path: str
    subject: str = ""


Check = Callable[[Document_contra], Iterator[Violation]]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Document_contra]):
    """One rule about a whole document.

    Attributes:
        statement: what must hold.
        check: yields the violations in a document.
        message: ECS's answer; `{}` stands for the violation's subject.
    """

    statement: str
    check: Check[Document_contra]
    message: str


def require(rules: Iterable[Rule[Document_contra]], document: Document_contra, error: type[EcsError]) -> None:
    """Check the rules in their order.

    Raises:
        EcsError: of the class `error`, for the first violation.
    """
    for rule in rules:
        for violation in rule.check(document):
            raise error(rule.message.replace("{}", violation.subject), violation.path)
