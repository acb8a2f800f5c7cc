"""Cached objects of every kind with as little as the controllers read, and a cache whose changes are collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kubecs.controllers.cache import Cache
from kubecs.controllers.keys import Key
from kubecs.controllers.queue import Priority
from kubecs.controllers.routing import ROUTES
from kubecs.kube.store import Change, EventType
from kubecs.translate import labels

NAMESPACE = "shop"
CREATED = "2026-01-01T00:00:00Z"

Object = dict[str, Any]
Listener = Callable[[str, Change, Any], None]


@dataclass
class Told:
    """A queue that only writes down what it is asked for: at once, or after seconds in a lane."""

    now: dict[Key, Priority] = field(default_factory=dict)
    later: dict[Key, tuple[float, Priority]] = field(default_factory=dict)

    def add(self, key: Key, priority: Priority = Priority.EVENT) -> None:
        """Writes down the most urgent wish."""
        self.now[key] = min(priority, self.now.get(key, priority))

    def add_after(self, key: Key, seconds: float, priority: Priority = Priority.EVENT) -> None:
        """Writes down the latest wish."""
        self.later[key] = (seconds, priority)


def obj(kind: str, name: str, version: int = 1, **more: Any) -> Object:
    """Any object; `uid` is its name unless given, `notes` and `marks` are annotations and labels."""
    metadata = {
        "namespace": NAMESPACE,
        "name": name,
        "uid": more.pop("uid", f"uid-of-{name}"),
        "resourceVersion": str(version),
        "creationTimestamp": CREATED,
        "generation": 1,
        "labels": more.pop("marks", {}),
        "annotations": more.pop("notes", {}),
        "ownerReferences": more.pop("owners", []),
        **more.pop("metadata", {}),
    }
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def owner(kind: str, name: str) -> Object:
    """A controlling owner reference."""
    return {"kind": kind, "name": name, "uid": f"uid-of-{name}", "controller": True}


def pod(name: str = "web-1", version: int = 1, *, service: str | None = "web", **more: Any) -> Object:
    """A Pod of a service's ReplicaSet `web-rs`, or with `service=None` that of the ECSTask `job`."""
    marks = {labels.LAUNCH_TYPE: "FARGATE"} | ({labels.SERVICE: service} if service else {})
    notes = {
        labels.OWNER_OBJECT: service or "job",
        labels.CLUSTER_NAME: "default",
        labels.TASK_DEFINITION: "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:1",
    } | ({labels.SERVICE_NAME: service} if service else {})
    owners = [owner("ReplicaSet", "web-rs") if service else owner("ECSTask", "job")]
    spec = {"containers": [{"name": "app", "image": "app:1"}], **more.pop("spec", {})}
    return obj("Pod", name, version, **{"marks": marks, "notes": notes, "owners": owners, "spec": spec} | more)


def running(**more: Any) -> Object:
    """The status of a Pod whose container runs."""
    state = {"running": {"startedAt": CREATED}}
    container = {"name": "app", "ready": True, "started": True, "restartCount": 0, "state": state, "lastState": {}}
    return {"phase": "Running", "containerStatuses": [container | more], "conditions": []}


def service(name: str = "web", version: int = 1, **spec: Any) -> Object:
    """An ECSService."""
    wanted = {"serviceName": name, "taskDefinition": "web", "desiredCount": 1} | spec
    return obj("ECSService", name, version, spec=wanted)


def revision(family: str = "web", number: int = 1, version: int = 1, **more: Any) -> Object:
    """An ECSTaskDefinitionRevision."""
    spec = {"taskDefinition": {"family": family}, "revision": number, "lifecycle": "ACTIVE"}
    return obj("ECSTaskDefinitionRevision", f"{family.lower()}.{number}", version, spec=spec, **more)


def record(task_id: str, pod_name: str, version: int = 1) -> Object:
    """An ECSTaskRecord."""
    spec = {"stopCode": "UserInitiated", "kubernetes": {"podName": pod_name}}
    return obj("ECSTaskRecord", task_id, version, spec=spec, notes={labels.OWNER_OBJECT: "job"})


class Seen:
    """A cache, and everything that it told."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, Change]] = []
        self.rejected: list[str] = []
        self.cache = Cache(self._listen, self._reject)

    def _listen(self, kind: str, change: Change) -> None:
        self.changes.append((kind, change))

    def _reject(self, kind: str, namespace: str, name: str, error: Exception) -> None:
        self.rejected.append(f"{kind}/{namespace}/{name}: {error!r}")

    def keys(self, event: EventType | None, manifest: Mapping[str, Any]) -> set[str]:
        """The keys to look at after an event, as text without the namespace; none where it was no news."""
        before = len(self.changes)
        self.cache.observe(manifest["kind"], event, dict(manifest))
        told = self.changes[before:]
        return {_short(key) for kind, change in told for key in ROUTES[kind](self.cache, change)}


def _short(key: Key) -> str:
    return f"{key.kind}/{key.name}"
