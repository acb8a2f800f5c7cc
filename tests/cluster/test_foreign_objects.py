"""Objects that carry kubecs' labels and that somebody else has made, copied or broken."""

from __future__ import annotations

from typing import Any

from kubecs.plan import runs
from kubecs.translate import labels
from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for

OURS = {labels.MANAGED_BY: labels.MANAGER}
BROKEN_NOTES = {labels.CONTAINERS: "x", labels.CONTAINER_NAMES: "[", labels.ESSENTIAL: "5", runs.RENEWED: "x"}


def _service_revision(name: str, **content: Any) -> dict[str, Any]:
    metadata = {"name": name, "labels": OURS}
    return {"apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata, "revision": 1, **content}


def _copy(pod: dict[str, Any]) -> dict[str, Any]:
    """What remains of a Pod that somebody copies to look into it."""
    spec = {name: pod["spec"][name] for name in ("containers", "nodeName")}
    marks = {name: value for name, value in pod["metadata"]["labels"].items() if name != "pod-template-hash"}
    notes = pod["metadata"]["annotations"] | BROKEN_NOTES
    metadata = {"name": "copy", "labels": marks | {labels.LAUNCH_TYPE: "NONE"}, "annotations": notes}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _counts(kubectl: Kubectl) -> tuple[int, int]:
    status = ecs.status(kubectl.get("ecsservice", "web"))
    return status["runningCount"], status["pendingCount"]


def _unreadable(operator: OperatorProcess, resource: str) -> float:
    return ecs.sample(operator.metrics(), "ecs_operator_unreadable_objects_total", resource=resource) or 0.0


def test_what_somebody_broke_or_made_up_stops_nothing_else(kubectl: Kubectl, own: OperatorProcess) -> None:
    own.start()
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(desired=2)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    task, other = kubectl.list("pod", labels.SERVICE)
    kubectl.patch("pod", task["metadata"]["name"], {"metadata": {"annotations": BROKEN_NOTES}})
    kubectl.apply(_copy(other))
    kubectl.apply([_service_revision("empty", data={}), _service_revision("odd", data={"taskDefinition": "web:x"})])
    kubectl.apply(_service_revision("text", data={"taskDefinition": 5}))
    wait_for(lambda: _unreadable(own, "controllerrevisions") >= 3, 10, "the operator to tell of them")
    kubectl("scale", "ecsservice/web", "--replicas=3")
    wait_for(lambda: _counts(kubectl) == (3, 0), 20, "three tasks")
    assert "copy" not in {each["spec"]["kubernetes"]["podName"] for each in kubectl.list("ecstaskrecord")}

    own.terminate()
    own.start()
    kubectl("scale", "ecsservice/web", "--replicas=1")
    wait_for(lambda: _counts(kubectl) == (1, 0), 20, "one task")
    kubectl.delete("pod", "copy")
    wait_for(lambda: len(kubectl.list("ecstaskrecord")) == 2, 20, "records of the two that went")
    assert not any(each["spec"]["kubernetes"]["podName"] == "copy" for each in kubectl.list("ecstaskrecord"))
    assert "Traceback" not in own.log
