"""A document that ECS refuses, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.ecs.documents import Document


@dataclass(frozen=True)
class Case:
    """A document that breaks one rule, and no rule that ECS checks before it.

    Attributes:
        rule: The rule's statement.
        document: The members of the request.
        path: The member at fault.
        message: ECS's words, or a part of them.
        shown: The member that the API server names, where it is another; it knows no more than the list.
    """

    rule: str
    document: Document
    path: str
    message: str
    shown: str = ""
