"""What an Event looks like, and which repeats are posted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.kube import config
from kubecs.kube.client import Client
from kubecs.kube.clock import Clock
from kubecs.kube.events import EventRecorder, _cut, _Series

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "n", "name": "p", "uid": "u"}, "spec": {}}


class Hands:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def client(tmp_path: Any) -> Client:
    path = tmp_path / "config"
    path.write_text(
        "{current-context: c, clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}], users: [],"
        " contexts: [{name: c, context: {cluster: c}}]}"
    )
    return Client(await config.load(str(path)))


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def recorder(client: Client, hands: Hands) -> EventRecorder:
    """A recorder that never posts, since its workers are not started."""
    clock = Clock(monotonic=hands, wall=lambda: datetime(2026, 1, 2, 3, 4, 5, 678, UTC))
    return EventRecorder(client, "pod-1", clock=clock, queue_size=2)


def queued(recorder: EventRecorder) -> list[_Series]:
    return [recorder._queue.get_nowait() for _ in range(recorder._queue.qsize())]


def test_an_event_is_whole_and_its_name_deterministic(recorder: EventRecorder, hands: Hands) -> None:
    recorder.record(POD, "Warning", "TaskFailed", "it broke", "StartTask")
    hands.now = 600
    recorder.record(POD, "Warning", "TaskFailed", "it broke", "StartTask")
    first, second = (series.event for series in queued(recorder))
    assert first == second
    assert first["metadata"]["name"].startswith("p.")
    assert first["eventTime"] == "2026-01-02T03:04:05.000678Z"
    assert first["regarding"] == {"apiVersion": "v1", "kind": "Pod", "namespace": "n", "name": "p", "uid": "u"}
    assert {key: first[key] for key in ("type", "reason", "action", "note", "reportingController")} == {
        "type": "Warning",
        "reason": "TaskFailed",
        "action": "StartTask",
        "note": "it broke",
        "reportingController": "kubecs.dev/operator",
    }


def test_repeats_join_the_series_and_are_due_when_their_number_has_doubled(recorder: EventRecorder) -> None:
    for _ in range(3):
        recorder.record(POD, "Normal", "Scaled", "to 3")
    (series,) = queued(recorder)
    assert series.count == 3
    posts = []
    series.posted, series.pending = 1, False
    for count in range(1, 20):
        series.count = count
        if series.due:
            posts.append(count)
            series.posted = count
    assert posts == [2, 4, 8, 16]


def test_after_ten_minutes_it_is_a_new_event(recorder: EventRecorder, hands: Hands) -> None:
    recorder.record(POD, "Normal", "Scaled", "to 3")
    hands.now = 599
    recorder.record(POD, "Normal", "Scaled", "to 3")
    assert len(queued(recorder)) == 1
    hands.now = 600
    recorder.record(POD, "Normal", "Scaled", "to 3")
    assert len(queued(recorder)) == 1


def test_a_full_queue_drops_and_counts(recorder: EventRecorder, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        recorder.record(POD, "Normal", "Scaled", f"to {number}")
    assert recorder.dropped == 3
    assert "queue is full" in caplog.text
    queued(recorder)
    recorder.record(POD, "Normal", "Scaled", "to 4")
    (series,) = queued(recorder)
    assert series.count == 2


def test_an_event_about_a_cluster_scoped_object_lives_in_the_default_namespace(recorder: EventRecorder) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n" * 253}}
    recorder.record(node, "Normal", "Seen", "x")
    (series,) = queued(recorder)
    assert series.event["metadata"]["namespace"] == "default"
    assert len(series.event["metadata"]["name"]) <= 253


@given(text=st.text(max_size=60), limit=st.integers(3, 50))
def test_cut_text_fits_and_is_still_text(text: str, limit: int) -> None:
    shorter = _cut(text, limit)
    assert len(shorter.encode()) <= limit
    assert shorter == text or (shorter.endswith("…") and text.startswith(shorter[:-1]))
