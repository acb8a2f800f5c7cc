"""Who deleted a service's Pod: its scheduler or somebody else, whichever of the watches is ahead."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kubecs.controllers.cache import Cache
from kubecs.controllers.leading import Standing
from kubecs.controllers.listener import Listener
from kubecs.controllers.scalein import LAG_SECONDS
from kubecs.metrics.registry import Metrics
from kubecs.translate import labels
from tests.unit.controllers.objects import Told

OWNED = {"name": "web", "kind": "ECSService", "uid": "service-uid"}


class World:
    """A Deployment of `web`, its ReplicaSet and its running Pods, as a cache holds them."""

    def __init__(self, wanted: int, pods: int) -> None:
        self.version = 0
        queue: Any = Told()
        self.standing = Standing(synced=True)
        self.now = 0.0
        self.listener = Listener(queue, Metrics("0"), self.standing, lambda: self.now)
        self.cache = Cache(self.listener.changed, self.listener.unreadable)
        self.listener.cache = self.cache
        self.deployment(wanted)
        self.replica_set(spec=pods, status=pods)
        for number in range(pods):
            self.pod(number)

    def see(self, kind: str, event: Any, name: str, metadata: dict[str, Any], **content: Any) -> None:
        self.version += 1
        common = {"namespace": "shop", "name": name, "uid": f"uid-{name}", "resourceVersion": str(self.version)}
        self.cache.observe(kind, event, {"kind": kind, "metadata": common | metadata, **content})

    def deployment(self, replicas: int, ecs_deployment: str = "ecs-svc-1") -> None:
        template = {"metadata": {"labels": {labels.DEPLOYMENT: ecs_deployment}}}
        spec = {"replicas": replicas, "template": template}
        self.see("Deployment", "MODIFIED", "default-web-1", {"ownerReferences": [OWNED]}, spec=spec)

    def replica_set(self, spec: int, status: int) -> None:
        body = {"spec": {"replicas": spec}, "status": {"replicas": status}}
        self.see("ReplicaSet", "MODIFIED", "default-web-1-abc", {}, **body)

    def pod(self, number: int, event: Any = "MODIFIED", **metadata: Any) -> None:
        known = {
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {labels.SERVICE: "web", labels.DEPLOYMENT: "ecs-svc-1"},
            "annotations": {labels.OWNER_OBJECT: "web"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "default-web-1-abc", "uid": "r", "controller": True}],
        }
        running = {"name": "app", "state": {"running": {"startedAt": "2026-01-01T00:00:01Z"}}}
        spec = {"containers": [{"name": "app"}], "nodeName": "node-1", "restartPolicy": "Always"}
        status = {"phase": "Running", "containerStatuses": [running]}
        self.see("Pod", event, f"pod-{number}", known | metadata, spec=spec, status=status)

    def delete(self, number: int) -> bool:
        """Deletes a Pod from the first sign to the end; returns whether the scheduler is said to have done it."""
        self.pod(number, **MARKED)
        self.pod(number, "DELETED", **MARKED)
        return f"uid-pod-{number}" in self.listener.scale_in.scaled_in

    def went(self, number: int) -> bool:
        """Whether the scheduler is said to have deleted a Pod, when its record is due."""
        (gone,) = self.listener.gone["shop", f"pod-{number}"]
        return self.listener.is_scaled_in(gone)


MARKED: dict[str, Any] = {"deletionTimestamp": "2026-01-01T00:01:30Z", "deletionGracePeriodSeconds": 30}

Happening = Callable[[World], object]


def in_any_order(*streams: tuple[Happening, ...]) -> Iterator[tuple[Happening, ...]]:
    """Every order in which the events of several watches can come; those of one watch stay in theirs."""
    places = [number for number, stream in enumerate(streams) for _ in stream]
    for order in sorted(set(itertools.permutations(places))):
        left = [iter(stream) for stream in streams]
        yield tuple(next(left[number]) for number in order)


def _left(world: World) -> object:
    kept = world.listener.scale_in
    return kept.scaled_in or kept._leaving or kept._unjudged


@pytest.fixture
def world() -> World:
    return World(wanted=2, pods=2)


def test_a_pod_that_somebody_deletes_is_not_scaled_in(world: World) -> None:
    assert not world.delete(0)


def test_nor_when_it_was_replaced_before_it_had_gone(world: World) -> None:
    marked: dict[str, Any] = {"deletionTimestamp": "2026-01-01T00:01:30Z"}
    world.pod(0, **marked)
    world.pod(2)
    world.pod(0, "DELETED", **marked)
    assert "uid-pod-0" not in world.listener.scale_in.scaled_in


def test_nor_when_all_of_that_was_over_before_anybody_looked(world: World) -> None:
    world.pod(2, creationTimestamp="2026-01-01T00:01:00Z")
    world.pod(0, "DELETED", deletionTimestamp="2026-01-01T00:01:30Z", deletionGracePeriodSeconds=30)
    assert "uid-pod-0" not in world.listener.scale_in.scaled_in


@pytest.mark.parametrize(("wanted", "scaled"), [(2, False), (1, True)])
def test_what_went_while_the_lists_came_in_is_judged_when_they_are_there(wanted: int, *, scaled: bool) -> None:
    world = World(wanted=2, pods=2)
    world.standing.synced = False
    world.pod(0, deletionTimestamp="2026-01-01T00:01:30Z", deletionGracePeriodSeconds=30)
    world.pod(0, "DELETED", deletionTimestamp="2026-01-01T00:01:05Z", deletionGracePeriodSeconds=0)
    world.deployment(wanted)
    world.replica_set(wanted, wanted)
    if not scaled:
        world.pod(2, creationTimestamp="2026-01-01T00:01:00Z")
    world.standing.synced = True
    (gone,) = world.listener.gone["shop", "pod-0"]
    assert world.listener.is_scaled_in(gone) is scaled
    world.listener.forget(gone)
    assert not _left(world)


def test_what_began_to_go_before_the_lists_were_there_and_has_gone_after(world: World) -> None:
    world.standing.synced = False
    world.pod(0, deletionTimestamp="2026-01-01T00:01:30Z", deletionGracePeriodSeconds=30)
    world.pod(2, creationTimestamp="2026-01-01T00:01:00Z")
    world.standing.synced = True
    world.pod(0, "DELETED", deletionTimestamp="2026-01-01T00:01:05Z", deletionGracePeriodSeconds=0)
    assert "uid-pod-0" not in world.listener.scale_in.scaled_in


@pytest.mark.parametrize("replica_set", [(2, 2), (1, 2), (1, 1)], ids=["behind", "in time", "ahead"])
def test_scaling_in_is_seen_wherever_the_watch_of_the_replica_set_is(
    world: World, replica_set: tuple[int, int]
) -> None:
    world.deployment(1)
    world.replica_set(*replica_set)
    assert world.delete(0)


GOES: tuple[Happening, ...] = (lambda world: world.pod(0, **MARKED), lambda world: world.pod(0, "DELETED", **MARKED))


def test_scaling_in_is_known_in_whatever_order_its_signs_come() -> None:
    fewer: tuple[Happening, ...] = (lambda world: world.replica_set(1, 2), lambda world: world.replica_set(1, 1))
    ours: tuple[Happening, ...] = (lambda world: world.deployment(1),)
    for order in in_any_order(ours, fewer, GOES):
        world = World(wanted=2, pods=2)
        for happens in order:
            happens(world)
        assert world.went(0)


def test_our_own_write_alone_is_proof_though_its_answer_comes_last(world: World) -> None:
    for happens in GOES:
        happens(world)
    world.deployment(1)
    assert world.went(0)


def test_a_rollout_and_the_end_of_a_service_are_known_in_any_order_too() -> None:
    ends: tuple[Happening, ...] = (
        lambda world: world.deployment(2, "ecs-svc-2"),
        lambda world: world.see("Deployment", "DELETED", "default-web-1", {}, spec={}),
    )
    for each in ends:
        for order in in_any_order((each,), GOES):
            world = World(wanted=2, pods=2)
            for happens in order:
                happens(world)
            assert world.went(0)


def test_a_person_stays_who_did_it_in_any_order_of_what_follows() -> None:
    replaced: tuple[Happening, ...] = (lambda world: world.replica_set(2, 1), lambda world: world.replica_set(2, 2))
    replacement: Happening = lambda world: world.pod(2, creationTimestamp="2026-01-01T00:01:00Z")  # noqa: E731
    for order in in_any_order(replaced, (GOES[0], replacement, GOES[1])):
        world = World(wanted=2, pods=2)
        for happens in order:
            happens(world)
        assert not world.went(0)


def test_who_scales_in_later_has_not_deleted_what_went_before(world: World) -> None:
    GOES[0](world)
    world.now += LAG_SECONDS + 1
    world.deployment(1)
    GOES[1](world)
    assert not world.went(0)


def test_a_task_of_the_same_second_is_left_beside(world: World) -> None:
    world.pod(1, creationTimestamp="2026-01-01T00:01:00Z")  # when the deletion is asked for
    world.deployment(1)
    assert world.delete(0)


def test_only_as_many_as_are_too_many() -> None:
    world = World(wanted=4, pods=4)
    world.deployment(2)
    assert world.delete(0)
    assert world.delete(1)
    assert not world.delete(2)


def test_pods_of_an_earlier_deployment_are_the_schedulers(world: World) -> None:
    world.deployment(2, "ecs-svc-2")
    assert world.delete(0)


def test_what_was_noticed_is_forgotten_with_the_pod(world: World) -> None:
    world.deployment(1)
    assert world.delete(0)
    (gone,) = world.listener.gone["shop", "pod-0"]
    world.listener.forget(gone)
    assert not _left(world)
    assert not world.listener.gone


@pytest.mark.parametrize(("shown", "by_scheduler"), [("ecs-svc-1", False), ("ecs-svc-2", True)])
def test_tasks_of_a_daemon_are_stopped_by_the_scheduler_when_its_template_moved_on(
    shown: str, by_scheduler: bool
) -> None:
    world = World(wanted=1, pods=0)
    owner: dict[str, Any] = {
        "ownerReferences": [{"kind": "DaemonSet", "name": "default-web-1", "uid": "d", "controller": True}]
    }
    template = {"metadata": {"labels": {labels.DEPLOYMENT: shown}}}
    world.see("DaemonSet", "MODIFIED", "default-web-1", {"ownerReferences": [OWNED]}, spec={"template": template})
    world.pod(0, **owner)
    world.pod(0, **owner, deletionTimestamp="2026-01-01T00:01:30Z")
    assert ("uid-pod-0" in world.listener.scale_in.scaled_in) is by_scheduler
