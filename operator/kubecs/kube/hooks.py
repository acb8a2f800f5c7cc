"""What the client and the informers report about themselves, for metrics; the default listens to nothing."""

from typing import Protocol


class Hooks(Protocol):
    """Receives what happens on the wire. Called on the event loop: must return at once and not raise."""

    def request(self, verb: str, resource: str, code: int, seconds: float) -> None:
        """One attempt at a request ended: HTTP status code, or 0 when no answer came."""

    def watch_event(self, resource: str, event_type: str) -> None:
        """One event came through a watch: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR."""

    def watch_restart(self, resource: str, reason: str) -> None:
        """A watch ended: "closed" (by the server, in time), "gone" (a new list is due), or an error's reason."""


class Silence:
    """Hooks that do nothing."""

    def request(self, verb: str, resource: str, code: int, seconds: float) -> None:
        """Ignore it."""

    def watch_event(self, resource: str, event_type: str) -> None:
        """Ignore it."""

    def watch_restart(self, resource: str, reason: str) -> None:
        """Ignore it."""


SILENCE: Hooks = Silence()
