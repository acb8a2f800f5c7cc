"""What the operator notes on a Pod, and what others made of it."""

import pytest

from kubecs.plan import notes, runs, stopcause, taskstate
from kubecs.plan.summary import summarise
from kubecs.translate import labels
from tests.unit.plan.pods import NOW, pod, running, status, terminated

NOTED = (
    labels.CONTAINERS,
    labels.CONTAINER_NAMES,
    labels.ESSENTIAL,
    labels.START_PERIODS,
    labels.START_TIMEOUTS,
    labels.AWAITED,
    labels.RESTARTS,
    labels.RUNS_ONCE,
    labels.STOP_REASON,
    runs.RENEWED,
)


@pytest.mark.parametrize("text", ["x", "{", "5", '"words"', "null", "[]", "{}"])
@pytest.mark.parametrize("annotation", NOTED)
def test_a_note_that_somebody_broke_breaks_nothing(annotation: str, text: str) -> None:
    for state in (running(), terminated("a", code=3)):
        broken = pod(status("app", state, terminated("b"), restarts=2), notes={annotation: text})
        assert summarise(broken).name == "web-abc"
        assert taskstate.task_state(broken, NOW).last_status
        stopcause.by_operator(broken)


def test_a_note_of_another_type_counts_as_missing() -> None:
    noted = pod(notes={labels.CONTAINERS: '{"a": 1}', labels.CONTAINER_NAMES: '{"app": "App"}'})
    assert notes.read(noted, labels.CONTAINERS, ["app"]) == ["app"]
    assert notes.read(noted, labels.CONTAINER_NAMES, {}) == {"app": "App"}
    assert runs.container_names(noted) == ("app",)
    assert stopcause.by_operator(pod(notes={labels.STOP_REASON: '{"stopCode": "UserInitiated"}'})) is None


@pytest.mark.parametrize("message", ['{"kubecs":', '{"kubecs": 5}', '{"kubecs": {}}', '{"kubecs": {"exitCode": "no"}}'])
def test_a_programs_last_words_that_begin_like_the_shims(message: str) -> None:
    end = terminated("a", code=3)
    end["terminated"]["message"] = message
    run = runs.run_in(status("app", end), "state")
    assert run is not None
    assert (run.exit_code, run.message) == (3, message)
