"""People, nodes and containers do what they like for a while, the operator is killed now and then, and nothing is lost.

A round of a minute in `make test`, ten in `make soak`. What is done comes from a seed, which a failure names:
KUBECS_SOAK_SEED=<seed> does the same again, as far as a machine that runs many processes does the same twice.
"""

from __future__ import annotations

import heapq
import json
import os
import random
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from tests.cluster import ecs, shim, taskledger
from tests.cluster.boundsreplay import by_deployment, crossings
from tests.cluster.endstate import KINDS
from tests.cluster.podwatch import Happening, watching
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tests.soak import SEED, whole
from tools.localcluster import LocalCluster, kwok
from tools.localcluster.api import ApiError
from tools.localcluster.cluster import is_ready

ROUNDS = 10 if whole() else 1
ROUND_SECONDS = 60.0
REPLAYED_ONE_IN = 50  # Pods that kwok played twice (taskledger.SeenPod.replayed) are left out; so many may be
REST_SECONDS = 150.0  # of these a minute for the Pods of a node that is gone
START_SEED = int(os.environ.get("KUBECS_SOAK_SEED", SEED))

SERVICES = tuple(f"web-{number}" for number in range(6))
FAMILIES = ("web", "alt")
NODES = tuple(range(90, 93))  # numbers of the soak's own
SIZES = (0, 1, 2, 3, 4, 6, 8)
PERCENTS = ((100, 200), (50, 100), (50, 200), (0, 100), (100, 150), (75, 130))
SHARED = frozenset({"serviceaccount", "rolebinding"})  # of all tasks that have a role
UNOWNED = SHARED | {"ecstaskdefinition", "ecstaskdefinitionrevision", "ecsservice", "ecstask", "ecstaskrecord"}


@dataclass
class Soak:
    """What is done, and what has to be known of it afterwards.

    Attributes:
        taken: Uids of Pods that were deleted by a person.
        done: Everything that was done, with the second of the round.
        due: What has to follow, as (monotonic time, number, words, deed).
        lost: Nodes that are away.
        down: The operator has been ended, and is not to be started before its time.
    """

    kubectl: Kubectl
    operator: OperatorProcess
    chance: random.Random
    environment: dict[str, str]
    taken: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    due: list[tuple[float, int, str, Callable[[], object]]] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    down: bool = False
    numbers: Iterator[int] = field(default_factory=count)
    begun: float = 0.0

    # The course

    def play(self, seconds: float) -> None:
        """Deeds at random moments."""
        self.begun = time.monotonic()
        deeds, weights = zip(*((deed, weight) for weight, deed in DEEDS), strict=True)
        while time.monotonic() < self.begun + seconds:
            self.follow_up()
            (deed,) = self.chance.choices(deeds, weights)
            self.do(deed.__name__, partial(deed, self))
            time.sleep(self.chance.uniform(0.05, 0.5))  # the pace of what is done, no wait for anything

    def do(self, words: str, deed: Callable[[], object]) -> None:
        """One deed; an object that is away, or changed in the same moment, is as it comes."""
        try:
            told = deed()
        except ApiError as error:
            if error.status not in (404, 409):
                raise
            told = f"answered {error.status}"
        self.done.append(f"{time.monotonic() - self.begun:5.1f} s {words} {told or ''}".rstrip())

    def later(self, seconds: float, words: str, deed: Callable[[], object]) -> None:
        """Do something after so many seconds."""
        heapq.heappush(self.due, (time.monotonic() + seconds, next(self.numbers), words, deed))

    def follow_up(self, *, everything: bool = False) -> None:
        """Do what is due, or everything that ever will be."""
        while self.due and (everything or self.due[0][0] <= time.monotonic()):
            _, _, words, deed = heapq.heappop(self.due)
            self.do(words, deed)
        if not self.down and self.operator.pid is None:
            self.do("the operator has ended by itself, start it", self.start)

    # What there is to choose from

    def service(self) -> str:
        return self.chance.choice(SERVICES)

    def pod(self) -> ecs.Document | None:
        """A task of a service."""
        found = [pod for pod in ecs.pods(self.kubectl) if "kubecs.dev/service" in pod["metadata"]["labels"]]
        return self.chance.choice(found) if found else None

    def document(self, name: str) -> ecs.Document:
        """A service, as it is made."""
        return ecs.service(
            name,
            self.chance.choice(SIZES),
            taskDefinition=self.chance.choice(FAMILIES),
            deploymentConfiguration=self.percents(),
            annotations=self.notes(),
        )

    def notes(self, *, fails: bool = False) -> dict[str, str]:
        """Annotations of a template, each time others: a new deployment."""
        delay = ecs.kwok(ready_delay=f"{self.chance.randint(0, 2000)}ms")
        failure = ecs.kwok(waiting="ErrImagePull") if fails else {}
        return {**delay, **failure, "at": str(next(self.numbers))}

    def percents(self) -> dict[str, int]:
        low, high = self.chance.choice(PERCENTS)
        return {"minimumHealthyPercent": low, "maximumPercent": high}

    def patch(self, name: str, **spec: object) -> str:
        self.kubectl.patch("ecsservice", name, {"spec": spec})
        return f"{name} {json.dumps(spec)}"

    def definition(self, family: str) -> None:
        """Apply a family, each time with another image."""
        image = f"registry.example/app:{next(self.numbers)}"
        self.kubectl.apply(ecs.task_definition(family, ecs.container(image=image)))

    # The operator and the nodes

    def start(self) -> None:
        """Start the operator if it does not run."""
        self.down = False
        if self.operator.pid is None:
            self.operator.start(
                "--records-per-service=100000", "--failed-start-seconds=3", env=self.environment, ready=False
            )

    def node_path(self, number: int, subresource: str | None = None) -> str:
        return self.kubectl.cluster.api.resource("Node").path(None, _node_name(number), subresource)

    def patch_node(self, number: int, body: ecs.Document, subresource: str | None = None) -> None:
        path = self.node_path(number, subresource)
        self.kubectl.cluster.api.call("PATCH", path, body, "application/strategic-merge-patch+json")

    def has_ready_node(self, number: int) -> bool:
        return is_ready(self.kubectl.cluster.api.call("GET", self.node_path(number)))


# Deeds: each returns what may be told of it


def scale(soak: Soak) -> str:
    return soak.patch(soak.service(), desiredCount=soak.chance.choice(SIZES))


def roll_out(soak: Soak) -> str:
    return soak.patch(soak.service(), kubernetes={"podAnnotations": {"play.kwok/waiting": None, **soak.notes()}})


def roll_out_what_fails(soak: Soak) -> str:
    return soak.patch(soak.service(), kubernetes={"podAnnotations": soak.notes(fails=True)})


def change_the_percents(soak: Soak) -> str:
    """The maximum only rises: its fall in mid-rollout stops nothing that was started within it (docs/rollouts.md)."""
    name = soak.service()
    held = soak.kubectl.find("ecsservice", name)
    highest = held["spec"]["deploymentConfiguration"]["maximumPercent"] if held else 0
    low, high = soak.chance.choice([each for each in PERCENTS if each[1] >= highest])
    return soak.patch(name, deploymentConfiguration={"minimumHealthyPercent": low, "maximumPercent": high})


def edit_a_family(soak: Soak) -> str:
    family = soak.chance.choice(FAMILIES)
    soak.definition(family)
    return family


def delete_a_family(soak: Soak) -> str:
    family = soak.chance.choice(FAMILIES)
    soak.kubectl.delete("ecstaskdefinition", family)
    soak.later(soak.chance.uniform(0, 2), f"make {family} again", lambda: soak.definition(family))
    return family


def delete_a_service(soak: Soak) -> str:
    name = soak.service()
    soak.kubectl.delete("ecsservice", name)
    document = soak.document(name)
    soak.later(soak.chance.uniform(0, 3), f"make {name} again", lambda: soak.kubectl.apply(document))
    return name


def run_a_task(soak: Soak) -> str:
    name = f"job-{next(soak.numbers)}"
    code = soak.chance.choice((None, None, 0, 1))
    notes = {} if code is None else ecs.kwok(exit_codes=json.dumps({"app": code}), exit_after="700ms")
    soak.kubectl.apply(ecs.task(name, taskDefinition=soak.chance.choice(FAMILIES), annotations=notes))
    return name


def stop_a_task(soak: Soak) -> str:
    found = ecs.names(soak.kubectl.list("ecstask"))
    if not found:
        return "none"
    name = soak.chance.choice(found)
    soak.kubectl.delete("ecstask", name)
    return name


def end_a_container(soak: Soak) -> str:
    pod = soak.pod()
    if pod is None:
        return "none"
    code = soak.chance.choice((0, 1, 137))
    soak.kubectl.annotate("pod", pod["metadata"]["name"], exit_codes=json.dumps({"app": code}))
    return str(pod["metadata"]["name"])


def delete_a_pod(soak: Soak) -> str:
    pod = soak.pod()
    if pod is None:
        return "none"
    soak.taken.add(pod["metadata"]["uid"])
    soak.kubectl.delete("pod", pod["metadata"]["name"])
    return str(pod["metadata"]["name"])


def kill_the_operator(soak: Soak) -> None:
    soak.down = True
    soak.operator.kill()
    soak.later(soak.chance.choice((0, 0, 1, 4)), "start the operator", soak.start)


def stop_the_operator(soak: Soak) -> None:
    soak.down = True
    if soak.operator.pid is not None:
        soak.operator.terminate()
    soak.later(soak.chance.choice((0, 2)), "start the operator", soak.start)


def lose_a_node(soak: Soak) -> str:
    number = _present(soak)
    soak.kubectl.cluster.api.call("DELETE", soak.node_path(number))
    soak.lost.add(number)
    soak.later(soak.chance.choice((3, 10, 90)), f"node {number} is back", lambda: _bring_back(soak, number))
    return str(number)


def _present(soak: Soak) -> int:
    return soak.chance.choice(sorted(set(NODES) - soak.lost) or NODES)


def _bring_back(soak: Soak, number: int) -> None:
    soak.kubectl.cluster.api.call("POST", "/api/v1/nodes", _node(number))
    soak.lost.discard(number)


def silence_a_node(soak: Soak) -> str:
    """The node is kwok's no more, and not ready, as the node controller would find a minute later."""
    number = _present(soak)
    soak.patch_node(number, {"metadata": {"annotations": {kwok.NODE_ANNOTATION: None}}})
    soak.patch_node(number, {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}, "status")
    back = {"metadata": {"annotations": {kwok.NODE_ANNOTATION: "fake"}}}
    soak.later(soak.chance.uniform(3, 12), f"node {number} speaks again", lambda: soak.patch_node(number, back))
    return str(number)


def cordon_a_node(soak: Soak) -> str:
    number = _present(soak)
    soak.patch_node(number, {"spec": {"unschedulable": True}})
    back = {"spec": {"unschedulable": None}}
    soak.later(soak.chance.uniform(2, 10), f"uncordon {number}", lambda: soak.patch_node(number, back))
    return str(number)


DEEDS: tuple[tuple[int, Callable[[Soak], object]], ...] = (
    (20, scale),
    (14, roll_out),
    (2, roll_out_what_fails),
    (8, change_the_percents),
    (4, edit_a_family),
    (1, delete_a_family),
    (5, delete_a_service),
    (8, run_a_task),
    (5, stop_a_task),
    (8, end_a_container),
    (12, delete_a_pod),
    (3, kill_the_operator),
    (1, stop_the_operator),
    (2, lose_a_node),
    (2, silence_a_node),
    (2, cordon_a_node),
)


def _node_name(number: int) -> str:
    return str(kwok.node(number)["metadata"]["name"])


def _node(number: int) -> ecs.Document:
    return kwok.node(number)


# The test


@pytest.fixture
def nodes(cluster: LocalCluster) -> Iterator[None]:
    """Three nodes that may be lost, beside those that stay."""
    for number in NODES:
        cluster.api.call("POST", "/api/v1/nodes", _node(number))
    yield
    for number in NODES:
        path = cluster.api.resource("Node").path(None, _node_name(number))
        if cluster.api.answers(path):
            cluster.api.call("DELETE", path)


@pytest.fixture
def soak(kubectl: Kubectl, own: OperatorProcess, nodes: None, tmp_path: Path) -> Soak:  # noqa: ARG001 -- there first
    """Two families and some services, steady."""
    environment = shim.environment(tmp_path / "short", shim.SHORT_LEASE)
    found = Soak(kubectl, own, random.Random(START_SEED), environment)  # noqa: S311 - a course of events, no secret
    found.start()
    kubectl.apply([ecs.account(), ecs.cluster("default")])
    for family in FAMILIES:
        found.definition(family)
    kubectl.apply([found.document(name) for name in SERVICES])
    wait_for(lambda: _steady(found), 60, "the services are steady")
    return found


def _steady(soak: Soak) -> bool:
    """Whether all services are Ready; a leader whose short Lease ran out on a busy machine is followed by another."""
    soak.start()
    return all(ecs.is_ready(each) for each in soak.kubectl.list("ecsservice"))


@pytest.mark.soak
@pytest.mark.timeout(ROUNDS * (ROUND_SECONDS + REST_SECONDS) + 120)
def test_nothing_is_lost_whatever_happens(soak: Soak, tell: Callable[[str], None]) -> None:
    known: set[str] = set()
    for number in range(ROUNDS):
        try:
            with watching(soak.kubectl) as seen:
                soak.play(ROUND_SECONDS)
                _come_to_rest(soak)
            assert not (crossed := _crossed(soak, seen)), "\n\n".join(crossed)
            assert _went(seen) > len(SERVICES), "hardly anything went"
            pods = taskledger.pods_seen(seen)
            records = wait_for(partial(_recorded, soak, seen, pods, known), 30, "one record of each task")
            replayed = sum(pod.replayed for pod in pods.values())
            assert replayed <= len(pods) // REPLAYED_ONE_IN, f"{replayed} of {len(pods)} Pods were replayed"
        except BaseException as error:
            error.add_note(f"seed {START_SEED}, round {number}\n" + "\n".join(soak.done))
            raise
        known = records
        told = f"{len(soak.done)} deeds, {len(known)} records, {replayed} Pods replayed"
        tell(f"soak: seed {START_SEED}, round {number}: {told}")
        soak.done.clear()


def _come_to_rest(soak: Soak) -> None:
    """Everything is put right that only people can put right; then the operator has what it needs."""
    soak.follow_up(everything=True)
    soak.start()
    for number in NODES:
        wait_for(partial(soak.has_ready_node, number), 60, f"node {number} is ready")
    for name in SERVICES:
        notes = {"play.kwok/waiting": None, **soak.notes()}
        bounds = {"minimumHealthyPercent": 100, "maximumPercent": 200}
        soak.patch(name, kubernetes={"podAnnotations": notes}, deploymentConfiguration=bounds)
    wait_for(lambda: _rests(soak), REST_SECONDS, "everything has come to rest")


def _rests(soak: Soak) -> bool:
    """All is ready, nothing goes, the counts are those of the Pods, and every object's owner is there.

    Where the machine is so busy that the operator loses its short Lease, it ends, and is started as by a kubelet.
    """
    soak.follow_up()
    kubectl = soak.kubectl
    going = [pod["metadata"]["name"] for pod in kubectl.list("pod") if _end_if_overdue(kubectl, pod)]
    assert not going, f"Pods are going: {going}"
    for service in kubectl.list("ecsservice"):
        _check_service(kubectl, service)
    tasks = {each["metadata"]["name"]: ecs.status(each).get("lastStatus") for each in kubectl.list("ecstask")}
    assert set(tasks.values()) <= {"RUNNING", "STOPPED"}, tasks
    assert all(map(ecs.is_ready, kubectl.list("ecstaskdefinition")))
    running = sum(ecs.status(pod).get("phase") == "Running" for pod in ecs.pods(kubectl))
    counted = ecs.status(kubectl.get("ecscluster", "default"))
    assert counted["runningTasksCount"] == running, (counted, running)
    assert counted["activeServicesCount"] == len(SERVICES), counted
    assert not (left := list(_orphans(kubectl))), left
    return True


def _end_if_overdue(kubectl: Kubectl, pod: ecs.Document) -> bool:
    """Whether a Pod is going. When its grace period is over a kubelet kills it; kwok now and then leaves it there."""
    until = pod["metadata"].get("deletionTimestamp")
    if until and datetime.fromisoformat(until).timestamp() < time.time():
        kubectl("delete", "pod", pod["metadata"]["name"], "--grace-period=0", "--force", "--ignore-not-found")
    return bool(until)


def _check_service(kubectl: Kubectl, service: ecs.Document) -> None:
    name, told = service["metadata"]["name"], ecs.status(service)
    assert ecs.is_ready(service), (name, told.get("conditions"))
    there = sum(map(_is_ready, ecs.pods(kubectl, service=name)))
    wanted = service["spec"]["desiredCount"]
    assert (told["desiredCount"], told["runningCount"], told["pendingCount"]) == (wanted, wanted, 0), (name, told)
    assert there == wanted, f"{name}: {there} Pods, {wanted} wanted"
    assert [each["rolloutState"] for each in told["deployments"]] == ["COMPLETED"], (name, told["deployments"])


def _is_ready(pod: ecs.Document) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in ecs.status(pod).get("conditions", ()))


def _orphans(kubectl: Kubectl) -> Iterator[str]:
    """Objects whose owner is gone, and objects without an owner that should have one."""
    found = {kind: kubectl.list(kind) for kind in KINDS}
    there = {each["metadata"]["uid"] for objects in found.values() for each in objects}
    for kind, objects in found.items():
        for each in objects:
            metadata = each["metadata"]
            owners = [owner["uid"] for owner in metadata.get("ownerReferences", ())]
            ours = "kubecs" in (metadata.get("labels") or {}).get("app.kubernetes.io/managed-by", "")
            if not set(owners) <= there or (ours and not owners and kind not in UNOWNED):
                yield f"{kind} {metadata['name']} owned by {owners}"


def _recorded(
    soak: Soak, seen: list[Happening], pods: dict[str, taskledger.SeenPod], known: Collection[str]
) -> set[str]:
    """The names of all records, once there is one of each task that ended: the last may be made a moment later."""
    records = set(ecs.names(soak.kubectl.list("ecstaskrecord")))
    wrong = list(taskledger.faults(pods, records, known))
    assert not wrong, "\n".join([*wrong, *_lives(seen, wrong)])
    return records


def _lives(seen: list[Happening], wrong: list[str]) -> Iterator[str]:
    """All states of the Pods that something is wrong with."""
    for each in seen:
        if each.kind == "Pod" and any(each.uid in fault for fault in wrong):
            notes, status = each.object["metadata"].get("annotations") or {}, ecs.status(each.object)
            ours = {name: text for name, text in notes.items() if "task-id" in name or "renewed" in name}
            yield f"{each}: {status.get('phase')} {json.dumps(ours)} {json.dumps(status.get('containerStatuses'))}"


def _crossed(soak: Soak, seen: list[Happening]) -> list[str]:
    """What crossed a bound, and the courses of those deployments; a cut-off report still tells the first."""
    return [
        "\n".join([*found, *map(str, course)])
        for course in by_deployment(seen).values()
        if (found := list(crossings(course, soak.taken)))
    ]


def _went(seen: list[Happening]) -> int:
    return sum(each.kind == "Pod" and each.type == "DELETED" for each in seen)
