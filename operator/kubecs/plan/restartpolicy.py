"""The restartPolicy of a container of ECS: after which of its runs the same task goes on."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kubecs.plan import notes
from kubecs.plan.termination import Run
from kubecs.translate import labels

Pod = Mapping[str, Any]


def goes_on(pod: Pod, run: Run) -> bool:
    """Whether ECS would have started the container again: it ran long enough, and ended with no ignored code.

    That is so only where the kubelet does start it again.
    """
    policy = notes.read(pod, labels.RESTARTS, {}).get(run.container)
    if policy is None or run.started_at is None or run.finished_at is None:
        return False
    long_enough = run.finished_at - run.started_at >= timedelta(seconds=policy["period"])
    return long_enough and run.exit_code not in policy["ignored"] and _is_restarted(pod, run.container)


def _is_restarted(pod: Pod, name: str) -> bool:
    spec = pod["spec"]
    if spec.get("restartPolicy") != "Never":
        return True
    every = (*(spec.get("initContainers") or ()), *spec["containers"])
    return any(each["name"] == name and "restartPolicy" in each for each in every)
