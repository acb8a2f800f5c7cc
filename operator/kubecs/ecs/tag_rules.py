"""Rules about tags, the same for all that can be tagged."""

from collections.abc import Iterator
from typing import Protocol

from kubecs.ecs.model import Tag
from kubecs.ecs.rules import Rule, Violation

RESERVED_PREFIX = "aws:"  # in any case


class Tagged(Protocol):
    """What the requests that take tags have in common."""

    @property
    def tags(self) -> tuple[Tag, ...] | None:
        """The tags."""


def _not_reserved(request: Tagged) -> Iterator[Violation]:
    for index, tag in enumerate(request.tags or ()):
        if tag.key is not None and tag.key[: len(RESERVED_PREFIX)].lower() == RESERVED_PREFIX:
            yield Violation(f"tags[{index}].key", tag.key)


def _unique(request: Tagged) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, tag in enumerate(request.tags or ()):
        if tag.key in seen:
            yield Violation(f"tags[{index}].key", tag.key)
        if tag.key is not None:
            seen.add(tag.key)


RULES: tuple[Rule[Tagged], ...] = (
    Rule("AWS keeps its own tags", _not_reserved, "The tag key '{}' begins with 'aws:', which is reserved for AWS."),
    Rule("tag keys are unique", _unique, "Tag keys must be unique, but '{}' is used twice."),
)
