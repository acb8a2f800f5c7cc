"""A Pod, summed up as the task that it is now."""

import json

from kubecs.plan import runs
from kubecs.plan.summary import summarise
from kubecs.plan.timestamps import parse
from tests.unit.plan.pods import at, pod, running, status


def test_a_renewed_task_is_as_old_as_its_renewal() -> None:
    first = summarise(pod(status("app", running())))
    assert first.renewed_epoch == 0
    noted = json.dumps({"at": at(60), "runs": 1})
    later = summarise(pod(status("app", running(61), restarts=1), notes={runs.RENEWED: noted}))
    assert later.created_epoch == first.created_epoch
    assert later.renewed_epoch == parse(at(60)).timestamp()
