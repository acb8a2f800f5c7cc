"""What a reconcile is about: a kind, a namespace and a name."""

from typing import NamedTuple


class Key(NamedTuple):
    """One object to look at; the queue holds each key once."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"
