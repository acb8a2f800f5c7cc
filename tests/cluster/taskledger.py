"""The tasks that a namespace's Pods were, one after another, by what a watch saw; held against the records of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from tests.cluster import ecs
from tests.cluster.podwatch import Happening


@dataclass
class SeenPod:
    """A Pod, and what it was.

    Attributes:
        ids: Its task ids, in order.
        began: Those of them that surely were tasks: a Pod's first, and any under which a container was seen to run. A
            Pod that is stopped just when it had its next id was no task any more.
        runs: How many runs of its containers have ended, at most.
        ended: The last of its tasks has ended too.
        replayed: A container's restarts became fewer, which no kubelet tells: kwok lists a node's Pods when the node
            comes, and may play one of them once more as that list had it (tools/localcluster/kwok.py). What
            such a Pod was nobody can tell.
    """

    ids: list[str] = field(default_factory=list)
    began: set[str] = field(default_factory=set)
    runs: int = 0
    ended: bool = False
    replayed: bool = False
    _restarts: dict[str, int] = field(default_factory=dict)

    def take(self, pod: ecs.Document, *, deleted: bool) -> None:
        """One more state of the Pod."""
        first = str(pod["metadata"]["uid"]).replace("-", "")
        found = (pod["metadata"].get("annotations") or {}).get("kubecs.dev/task-id") or first
        if found not in self.ids:
            self.ids.append(found)
        statuses = ecs.status(pod).get("containerStatuses") or ()
        if found == first or any("running" in each["state"] for each in statuses):
            self.began.add(found)
        self.runs = max(self.runs, sum(each["restartCount"] + ("terminated" in each["state"]) for each in statuses))
        self._count(statuses)
        over = pod["spec"]["restartPolicy"] == "Never" and ecs.status(pod).get("phase") in ("Succeeded", "Failed")
        self.ended = self.ended or deleted or over

    def _count(self, statuses: Iterable[ecs.Document]) -> None:
        for each in statuses:
            self.replayed = self.replayed or each["restartCount"] < self._restarts.get(each["name"], 0)
            self._restarts[each["name"]] = each["restartCount"]


def pods_seen(happenings: Iterable[Happening]) -> dict[str, SeenPod]:
    """Every Pod of ours by its uid."""
    found: dict[str, SeenPod] = {}
    for each in happenings:
        if each.kind == "Pod":
            found.setdefault(each.uid, SeenPod()).take(each.object, deleted=each.type == "DELETED")
    return found


def faults(pods: dict[str, SeenPod], records: Collection[str], known: Collection[str] = ()) -> Iterator[str]:
    """What is wrong, in words, with the records (by name) of these Pods' tasks; some are known from before."""
    possible: set[str] = set()
    for uid, pod in pods.items():
        if pod.replayed:
            possible |= set(pod.ids)
            continue
        ended = pod.ids if pod.ended else pod.ids[:-1]
        possible |= set(ended)
        for task in ended:
            if task in pod.began and task not in records:
                yield f"no record of task {task}, which Pod {uid} was"
        if len(pod.ids) > pod.runs + 1:
            yield f"Pod {uid} was {len(pod.ids)} tasks, though only {pod.runs} runs of its containers ended"
    for name in set(records) - possible - set(known):
        yield f"record {name} is of no task that ended"
