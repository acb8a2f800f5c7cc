"""Objects as the API server has them, each with as little as is read."""

from datetime import UTC, datetime
from typing import Any

from kubecs.translate import labels

NOW = datetime(2026, 1, 2, 3, 10, tzinfo=UTC)
ARN = "arn:aws:ecs:eu-central-1:111122223333"
UID = "01234567-89ab-cdef-0123-456789abcdef"
TASK_ID = UID.replace("-", "")


def pod(**status: Any) -> dict[str, Any]:
    notes = {
        labels.CLUSTER_NAME: "shop",
        labels.SERVICE_NAME: "web",
        labels.TASK_GROUP: "service:web",
        labels.TASK_DEFINITION: f"{ARN}:task-definition/web:2",
    }
    metadata = {
        "name": "shop-web-x",
        "namespace": "ns",
        "uid": UID,
        "creationTimestamp": "2026-01-02T03:00:00Z",
        "annotations": notes,
    }
    spec = {"nodeName": "n1", "containers": [{"name": "app", "image": "app:1"}]}
    return {"kind": "Pod", "metadata": metadata, "spec": spec, "status": status}


def running() -> dict[str, Any]:
    state = {"running": {"startedAt": "2026-01-02T03:00:05Z"}}
    return pod(phase="Running", containerStatuses=[{"name": "app", "state": state, "ready": True}])


def unplaced() -> dict[str, Any]:
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/5 nodes are available: 5 Insufficient cpu.",
        "lastTransitionTime": "2026-01-02T03:00:01Z",
    }
    found = pod(phase="Pending", conditions=[condition])
    del found["spec"]["nodeName"]
    return found


def record(task_id: str = TASK_ID, **spec: Any) -> dict[str, Any]:
    own = {"cluster": "shop", "taskDefinition": "web:1", "podName": "shop-web-y", "nodeName": "n2", "exitCode": 3}
    whole = {
        "taskArn": f"{ARN}:task/shop/{task_id}",
        "clusterArn": f"{ARN}:cluster/shop",
        "taskDefinitionArn": f"{ARN}:task-definition/web:1",
        "group": "service:web",
        "lastStatus": "STOPPED",
        "stopCode": "EssentialContainerExited",
        "stoppedReason": "Essential container in task exited",
        "createdAt": "2026-01-02T02:00:00Z",
        "startedAt": "2026-01-02T02:00:05Z",
        "executionStoppedAt": "2026-01-02T02:30:00Z",
        "stoppedAt": "2026-01-02T02:30:01Z",
        "containers": [{"name": "app", "exitCode": 3}],
        "kubernetes": own | {"lastLogs": {"app": "one\ntwo\n"}},
    }
    return {"kind": "ECSTaskRecord", "metadata": {"name": task_id, "namespace": "ns"}, "spec": whole | spec}


def condition(kind: str, status: str, reason: str, message: str = "") -> dict[str, Any]:
    at = "2026-01-02T03:05:00Z"
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": at}


def triple(holds: str, reason: str, message: str = "") -> list[dict[str, Any]]:
    kinds = ("Ready", "Reconciling", "Stalled")
    return [condition(kind, "True" if kind == holds else "False", reason, message) for kind in kinds]


def service(holds: str = "Ready", reason: str = "SteadyState", message: str = "", **status: Any) -> dict[str, Any]:
    deployment = {
        "id": "ecs-svc/2",
        "status": "PRIMARY",
        "rolloutState": "COMPLETED",
        "taskDefinition": f"{ARN}:task-definition/web:2",
        "runningCount": 2,
    }
    whole = {
        "observedGeneration": 1,
        "taskDefinition": f"{ARN}:task-definition/web:2",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "deployments": [deployment],
        "conditions": triple(holds, reason, message),
        "events": [
            {"id": "1", "createdAt": "2026-01-02T03:04:00Z", "message": "(service web) has reached a steady state."}
        ],
    }
    metadata = {"name": "shop.web", "namespace": "ns", "generation": 1, "creationTimestamp": "2026-01-02T01:00:00Z"}
    spec = {"serviceName": "web", "cluster": "shop", "taskDefinition": "web", "desiredCount": 2}
    return {"kind": "ECSService", "metadata": metadata, "spec": spec, "status": whole | status}


def revision(number: int, task_definition: str, **requested: Any) -> dict[str, Any]:
    data = {
        "taskDefinition": f"{ARN}:task-definition/{task_definition}",
        "deploymentId": f"ecs-svc/{number}",
        "createdAt": "2026-01-02T02:00:00Z",
        "requested": {"taskDefinition": "web"} | requested,
    }
    return {"kind": "ControllerRevision", "metadata": {"name": f"web-{number}"}, "revision": number, "data": data}
