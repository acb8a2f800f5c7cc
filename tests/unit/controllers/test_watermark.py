"""The mark in the Lease: from where the next leader hears again of what was deleted."""

from dataclasses import dataclass, field
from typing import Any

from kubecs.controllers.watermark import HANDLED, Watermark
from kubecs.kube.errors import Unavailable


@dataclass
class Parts:
    """Stands for the Pods' informer, the listener and the election at once."""

    lease: dict[str, str] | Exception = field(default_factory=dict)
    resource_version: int = 0
    oldest_unhandled: int | None = None
    resumed_from: int | None = None
    runs: int = 0
    annotations: Any = None
    inherited: dict[str, str] = field(default_factory=dict)

    async def left(self) -> dict[str, str]:
        if isinstance(self.lease, Exception):
            raise self.lease
        return self.lease

    def handled_up_to(self, seen: int) -> int:
        return seen if self.oldest_unhandled is None else self.oldest_unhandled - 1

    def resume_from(self, version: int) -> None:
        self.resumed_from = version

    async def run(self) -> None:
        self.runs += 1


def watermark(parts: Parts) -> Watermark:
    anything: Any = parts
    return Watermark(anything, anything, anything)


async def test_pods_are_followed_from_the_last_leaders_mark() -> None:
    parts = Parts({HANDLED: "4711", "other": "x"})
    await watermark(parts).follow_pods()
    assert (parts.resumed_from, parts.runs) == (4711, 1)


async def test_without_a_mark_that_can_be_read_they_are_followed_from_now() -> None:
    for lease in ({}, {HANDLED: ""}, {HANDLED: "somebody edited this"}, Unavailable(503, "Unavailable", "no")):
        parts = Parts(lease)
        await watermark(parts).follow_pods()
        assert (parts.resumed_from, parts.runs) == (None, 1)


def test_the_lease_says_how_far_deletions_are_handled() -> None:
    parts = Parts(resource_version=0)
    watermark(parts)
    assert parts.annotations() == {}  # the last leader's mark stays until the Pods are known
    parts.resource_version = 90
    assert parts.annotations() == {HANDLED: "90"}
    parts.oldest_unhandled = 70
    assert parts.annotations() == {HANDLED: "69"}


def test_what_the_last_leader_has_handled_needs_nothing_more() -> None:
    parts = Parts(resource_version=90, oldest_unhandled=40, inherited={HANDLED: "70"})
    watermark(parts)
    assert parts.annotations() == {HANDLED: "70"}
    parts.resource_version = 50  # history was rewound: a mark beyond all that was seen says nothing
    assert parts.annotations() == {HANDLED: "50"}
    parts.inherited = {HANDLED: "somebody edited this"}
    assert parts.annotations() == {HANDLED: "39"}
