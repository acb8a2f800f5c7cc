"""Pods as the API server shows them, built for tests: every argument is a thing that differs between cases."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from kubecs.translate import labels

NOW = datetime(2026, 1, 2, 3, 30, 0, tzinfo=UTC)
START = datetime(2026, 1, 2, 3, 0, 0, tzinfo=UTC)
UID = "0b8f6c7e-9a1d-4c55-8f1e-2d3c4b5a6978"
TASK_ID = UID.replace("-", "")
ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:3"


def at(seconds: float) -> str:
    """A timestamp that many seconds after START."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(seconds: float) -> datetime:
    """The same as a datetime."""
    return START + timedelta(seconds=seconds)


def running(since: float = 5) -> dict[str, Any]:
    """A container state."""
    return {"running": {"startedAt": at(since)}}


def terminated(container_id: str, code: int = 1, since: float = 5, until: float = 60, **more: Any) -> dict[str, Any]:
    """A container state: `container_id` is the bare id."""
    facts = {"exitCode": code, "reason": "Completed" if code == 0 else "Error", "startedAt": at(since)}
    return {"terminated": facts | {"finishedAt": at(until), "containerID": f"containerd://{container_id}"} | more}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    """A container state."""
    return {"waiting": {"reason": reason} | ({"message": message} if message else {})}


def status(name: str, state: dict[str, Any], last: dict[str, Any] | None = None, restarts: int = 0) -> dict[str, Any]:
    """One entry of containerStatuses."""
    return {
        "name": name,
        "state": state,
        "lastState": last or {},
        "restartCount": restarts,
        "ready": "running" in state,
        "started": "running" in state,
        "image": f"registry/{name}:1",
        "imageID": f"registry/{name}@sha256:abc",
        "containerID": "containerd://now",
    }


def pod(*statuses: dict[str, Any], standalone: bool = False, **more: Any) -> dict[str, Any]:
    """A Pod with a container for each status; `more` may hold names, essential, notes, marks, metadata, spec, state."""
    names = more.get("names") or [each["name"] for each in statuses] or ["app"]
    notes = {
        labels.CLUSTER_NAME: "Prod",
        labels.TASK_DEFINITION: ARN,
        labels.OWNER_OBJECT: "prod.web",
        labels.ESSENTIAL: json.dumps(more.get("essential", names)),
    }
    marks = {labels.CLUSTER: "Prod", labels.FAMILY: "web", labels.REVISION: "3", labels.LAUNCH_TYPE: "FARGATE"}
    if not standalone:
        marks |= {labels.SERVICE: "web", labels.DEPLOYMENT: "ecs-svc-9223370268123456789"}
        notes |= {labels.TASK_GROUP: "service:web", labels.SERVICE_NAME: "web"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web-abc",
            "namespace": "shop",
            "uid": UID,
            "resourceVersion": "4711",
            "creationTimestamp": at(0),
            "labels": marks | more.get("marks", {}),
            "annotations": notes | more.get("notes", {}),
            **more.get("metadata", {}),
        },
        "spec": {
            "containers": [{"name": name, "image": f"registry/{name}:1"} for name in names],
            "restartPolicy": "Never" if standalone else "Always",
            "nodeName": "node-1",
            **more.get("spec", {}),
        },
        "status": {
            "phase": "Running",
            "startTime": at(1),
            "containerStatuses": list(statuses),
            **more.get("state", {}),
        },
    }


def deleting(asked: float, grace: int = 30) -> dict[str, Any]:
    """The metadata of a Pod whose deletion was asked for that many seconds after START."""
    return {"deletionTimestamp": at(asked + grace), "deletionGracePeriodSeconds": grace}
