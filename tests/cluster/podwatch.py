"""Everything that happens to the Pods, ReplicaSets and Deployments of a namespace, in the order of their writes.

All three live in one etcd, so their resourceVersions can be compared: what several watches saw is put in one order.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.cluster.rig import Kubectl, wait_for

PATHS = {
    "Pod": "/api/v1/namespaces/{}/pods",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
}


@dataclass(frozen=True)
class Happening:
    """One event of a watch."""

    version: int
    kind: str
    type: str
    object: dict[str, Any] = field(repr=False)

    @property
    def service(self) -> str:
        """The service that the object belongs to."""
        return str((self.object["metadata"].get("labels") or {}).get("kubecs.dev/service", ""))

    @property
    def uid(self) -> str:
        """The object's uid."""
        return str(self.object["metadata"]["uid"])

    @property
    def owner(self) -> str:
        """The uid of the object's first owner, empty where it has none."""
        owners = self.object["metadata"].get("ownerReferences") or [{"uid": ""}]
        return str(owners[0]["uid"])

    @property
    def is_going(self) -> bool:
        """Its deletion has been asked for."""
        return "deletionTimestamp" in self.object["metadata"]

    def __str__(self) -> str:
        metadata, spec, status = self.object["metadata"], self.object["spec"], self.object.get("status") or {}
        told: dict[str, Any] = {"replicas": spec.get("replicas"), "deleted": metadata.get("deletionTimestamp")}
        if self.kind == "Deployment":
            told |= spec["strategy"]["rollingUpdate"] | {"paused": spec.get("paused")}
            told |= {"generation": metadata["generation"], "observed": status.get("observedGeneration")}
        elif self.kind == "ReplicaSet":
            told |= {"carries": metadata["annotations"].get("deployment.kubernetes.io/desired-replicas")}
            told |= {name: status.get(name) for name in ("readyReplicas", "availableReplicas")}
        else:
            told |= {each["type"]: each["status"] for each in status.get("conditions", ()) if each["type"] == "Ready"}
        said = " ".join(f"{name}={value}" for name, value in told.items() if value is not None)
        return f"{self.version} {self.type} {self.kind} {metadata['name']}: {said}"


@contextmanager
def watching(kubectl: Kubectl) -> Iterator[list[Happening]]:
    """Watch from now on; the list is filled, in order, when the block has ended."""
    seen: list[Happening] = []
    watches = [_Watch(kubectl, kind) for kind in PATHS]
    for watch in watches:
        watch.start()
    try:
        yield seen
        for watch in watches:
            watch.catch_up()
    finally:
        for watch in watches:
            watch.end()
    for watch in watches:
        assert watch.failure is None, watch.failure
        seen += watch.seen
    seen.sort(key=lambda each: each.version)


class _Watch(threading.Thread):
    """One watch; where the API server ends it, since we read too slowly, it goes on where it was.

    It follows a list that is there before the thread runs, so that nothing goes unseen until its first connection.
    """

    def __init__(self, kubectl: Kubectl, kind: str) -> None:
        super().__init__(daemon=True)
        self.failure: str | None = None
        self._kubectl = kubectl
        self._kind = kind
        self._path = PATHS[kind].format(kubectl.namespace)
        self._over = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        found = kubectl.cluster.api.call("GET", self._path)
        self._version = int(found["metadata"]["resourceVersion"])
        self.seen = [Happening(_version_of(each), kind, "ADDED", each) for each in found["items"]]

    def run(self) -> None:
        """Read until told to end."""
        while not self._over.is_set() and self.failure is None:
            path = f"{self._path}?watch=true&resourceVersion={self._version}"
            command = [*self._kubectl.cluster.kubectl_command(), "get", "--raw", path]
            self._process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
            assert self._process.stdout is not None
            for line in self._process.stdout:
                self._take(line)

    def _take(self, line: str) -> None:
        if not line.endswith("}\n"):
            return  # cut off in the middle; it comes again
        event = json.loads(line)
        if event["type"] == "ERROR":
            self.failure = str(event["object"])
            return
        self._version = _version_of(event["object"])
        self.seen.append(Happening(self._version, self._kind, event["type"], event["object"]))

    def catch_up(self) -> None:
        """Wait until all that has happened by now has been seen."""
        found = self._kubectl.cluster.api.call("GET", self._path)
        now = int(found["metadata"]["resourceVersion"])
        there = {each["metadata"]["uid"]: _version_of(each) for each in found["items"]}

        def is_seen(uid: str, last: Happening | None) -> bool:
            gone = uid not in there and last is not None and last.type == "DELETED"
            return gone or (last is not None and last.version >= there.get(uid, now))

        def all_is_seen() -> bool:
            last = {each.uid: each for each in tuple(self.seen)}
            return self.failure is not None or all(is_seen(uid, last.get(uid)) for uid in last.keys() | there.keys())

        wait_for(all_is_seen, 30, f"all that happened to each {self._kind} has been seen")

    def end(self) -> None:
        """Stop, and wait for that."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
        self.join(timeout=10)


def _version_of(obj: dict[str, Any]) -> int:
    return int(obj["metadata"]["resourceVersion"])
