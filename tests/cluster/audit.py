"""What was written, by whom, as the API server's audit log tells: the only count of writes that nobody can bend."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from tests.cluster.rig import wait_for
from tools.localcluster import LocalCluster
from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE

OPERATOR_USER = f"system:serviceaccount:{OPERATOR_NAMESPACE}:{OPERATOR}"

# Written for the family, its revisions and the cluster, whichever service it is about: counted apart.
SHARED = frozenset(
    {
        "ecstaskdefinitions/status",
        "ecstaskdefinitionrevisions",
        "ecstaskdefinitionrevisions/status",
        "ecsclusters/status",
    }
)
DECISION = "authorization.k8s.io/decision"
QUIET_SECONDS = 0.6  # longer than the pause that the operator makes between two status writes of a service
LONGEST_LINE = 65536  # bytes of the log that surely hold the end of a line


@dataclass(frozen=True)
class Write:
    """One answered write.

    Attributes:
        verb: create, update, patch, delete, deletecollection.
        resource: plural, with its subresource as in `ecsservices/status`.
        namespace: of the object.
        name: of the object; empty for a create.
        code: HTTP status of the answer.
        at: when the API server got it.
        answered: when its answer was complete.
        agent: the caller's User-Agent.
    """

    verb: str
    resource: str
    namespace: str
    name: str
    code: int
    at: datetime
    answered: datetime
    agent: str


class Right(NamedTuple):
    """One verb on one resource, as RBAC has it."""

    group: str
    resource: str
    verb: str


@dataclass
class AuditLog:
    """The writes since it was made, or since `mark`."""

    cluster: LocalCluster
    _offset: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Begins now."""
        self.mark()

    def mark(self) -> None:
        """Forgets what came before; a line that is only half written by now comes after."""
        with self._path.open("rb") as log:
            begin = max(log.seek(0, os.SEEK_END) - LONGEST_LINE, 0)
            log.seek(begin)
            self._offset = begin + log.read().rfind(b"\n") + 1

    @property
    def _path(self) -> Any:
        path = self.cluster.audit_log
        assert path is not None, "the cluster was started without audit"
        return path

    def writes(self, namespace: str | None = None, user: str | None = OPERATOR_USER) -> list[Write]:
        """A user's writes, or everybody's, in a namespace or in all, in the order in which they were answered."""
        found = (_write(entry) for entry in self._written() if user in (None, entry["user"]["username"]))
        return [write for write in found if namespace in (None, write.namespace)]

    def counts(self, namespace: str, *, shared: bool = False, refused: bool = True) -> dict[str, int]:
        """The operator's writes by `verb resource`, without Events, and what is SHARED only if asked for.

        Args:
            namespace: Of the objects.
            shared: Count what is SHARED, too.
            refused: Count writes that changed nothing, too.
        """
        apart = {"events"} if shared else SHARED | {"events"}
        written = (write for write in self.writes(namespace) if refused or write.code < HTTPStatus.BAD_REQUEST)
        kept = (write for write in written if write.resource not in apart)
        return dict(Counter(f"{write.verb} {write.resource}" for write in kept))

    def settle(self, namespace: str) -> None:
        """Waits until nobody has written anything in a namespace for a while: what others write it may answer."""
        seen, since = -1, time.monotonic()

        def quiet() -> bool:
            nonlocal seen, since
            count = len(self.writes(namespace, user=None))
            if count != seen:
                seen, since = count, time.monotonic()
            return time.monotonic() - since >= QUIET_SECONDS

        wait_for(quiet, 30, f"no more writes in {namespace}")

    def rights_used(self) -> set[Right]:
        """What the operator was let do; an apply that made its object took the right to create it too."""
        found = set()
        for entry in self._entries():
            if entry["user"]["username"] == OPERATOR_USER and "objectRef" in entry:
                reference = entry["objectRef"]
                resource = "/".join(filter(None, (reference["resource"], reference.get("subresource"))))
                verbs = {entry["verb"]} | ({"create"} if entry["responseStatus"]["code"] == 201 else set())
                found |= {Right(reference.get("apiGroup", ""), resource, verb) for verb in verbs}
        return found

    def forbidden(self) -> list[str]:
        """What the operator asked for and had no right to: a namespace that ends is another reason to be refused."""
        entries = (each for each in self._entries() if each["user"]["username"] == OPERATOR_USER)
        denied = (each for each in entries if each.get("annotations", {}).get(DECISION) == "forbid")
        return [f"{each['verb']} {each['requestURI']}" for each in denied]

    def _written(self) -> Iterator[Mapping[str, Any]]:
        for entry in self._entries():
            done = entry["stage"] == "ResponseComplete" and entry["verb"] not in ("get", "list", "watch")
            if done and "dryRun=" not in entry["requestURI"]:
                yield entry

    def _entries(self) -> Iterator[Mapping[str, Any]]:
        with self._path.open("rb") as log:
            log.seek(self._offset)
            for line in log.read().split(b"\n"):
                entry = json.loads(line) if line.endswith(b"}") else None
                if entry is not None:
                    yield entry


def _write(entry: Mapping[str, Any]) -> Write:
    reference = entry["objectRef"]
    subresource = reference.get("subresource")
    return Write(
        verb=entry["verb"],
        resource=reference["resource"] + (f"/{subresource}" if subresource else ""),
        namespace=reference.get("namespace", ""),
        name=reference.get("name", ""),
        code=entry["responseStatus"]["code"],
        at=datetime.fromisoformat(entry["requestReceivedTimestamp"]),
        answered=datetime.fromisoformat(entry["stageTimestamp"]),
        agent=entry.get("userAgent", ""),
    )
