"""From a change to the keys that are looked at: no more and no fewer than it concerns."""

import pytest

from kubecs.controllers.indexes import INDEXES, owner_of
from kubecs.controllers.routing import ROUTES, ended_somewhere, waits_in_vain
from kubecs.ecs.values import deployment_id
from kubecs.plan.deployments import label_of
from kubecs.translate import labels
from tests.unit.controllers.objects import NAMESPACE, Seen, obj, owner, pod, record, revision, running, service


def test_every_kind_that_is_held_has_a_route() -> None:
    assert set(ROUTES) == set(INDEXES)


def test_a_pod_concerns_its_service_and_its_cluster() -> None:
    assert Seen().keys("ADDED", pod(status=running())) == {"ECSService/web", "ECSCluster/default"}
    assert Seen().keys("ADDED", pod("job-1", service=None)) == {"ECSTask/job", "ECSCluster/default"}


def test_a_pod_is_looked_at_itself_once_it_has_ended_gone_or_lost_its_name() -> None:
    seen = Seen()
    assert "Pod/web-1" not in seen.keys("ADDED", pod(version=1, status=running()))
    ended = running(lastState={"terminated": {"exitCode": 1}})
    assert "Pod/web-1" in seen.keys("MODIFIED", pod(version=2, status=ended))
    assert "Pod/web-1" in seen.keys("DELETED", pod(version=3, status=running()))
    other = Seen()
    other.keys("ADDED", pod(version=1, status=running()))
    assert "Pod/web-1" in other.keys("ADDED", pod(version=9, uid="another", status=running()))


def test_a_revision_learns_from_the_first_task_of_a_deployment_that_runs() -> None:
    document = {"family": "web", "containerDefinitions": [{"name": "app", "image": "app:1"}]}
    seen = Seen()
    unknown = revision() | {"spec": {"taskDefinition": document, "revision": 1}}
    marks = {labels.SERVICE: "web", labels.DEPLOYMENT: label_of(deployment_id(1_000))}
    ran = running(imageID=f"app@sha256:{'a' * 64}")
    assert "ECSTaskDefinitionRevision/web.1" not in seen.keys("ADDED", pod(marks=marks, status=ran))
    seen.keys("ADDED", unknown)
    assert "ECSTaskDefinitionRevision/web.1" not in seen.keys("MODIFIED", pod(version=2, marks=marks, status=running()))
    assert "ECSTaskDefinitionRevision/web.1" in seen.keys("MODIFIED", pod(version=3, marks=marks, status=ran))
    learned = {"containerImages": [], "imagesResolvedBy": deployment_id(1_000)}
    assert seen.keys("MODIFIED", unknown | {"status": learned, "metadata": revision(version=2)["metadata"]}) == {
        "ECSTaskDefinitionRevision/web.1"
    }
    assert "ECSTaskDefinitionRevision/web.1" not in seen.keys("MODIFIED", pod(version=4, marks=marks, status=ran))


def test_a_revision_learns_past_a_newer_deployment_that_runs_digests() -> None:
    """A first deployment's id may be up to a second ahead of the clock, and so of another service's that is forced."""
    digest = f"app@sha256:{'a' * 64}"
    document = {"family": "web", "containerDefinitions": [{"name": "app", "image": "app:1"}]}
    status = {"containerImages": [], "imagesResolvedBy": deployment_id(1_000)}
    known = revision() | {"spec": {"taskDefinition": document, "revision": 1}, "status": status}
    seen = Seen()
    for name, began, image in (("old", 1_000, "app:1"), ("forced", 2_000, "app:1"), ("other", 2_500, digest)):
        marks = {labels.SERVICE: "web", labels.DEPLOYMENT: label_of(deployment_id(began))}
        spec = {"containers": [{"name": "app", "image": image}]}
        seen.keys("ADDED", pod(name, marks=marks, spec=spec, status=running(imageID=digest)))
    told = seen.cache.telling_task(known)
    assert told is not None
    assert told["metadata"]["name"] == "forced"


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ({}, False),
        (running(), False),
        (running(lastState={"terminated": {"exitCode": 0}}), True),
        ({"phase": "Running", "initContainerStatuses": [{"state": {"terminated": {"exitCode": 0}}}]}, True),
        ({"phase": "Failed"}, True),
        ({"phase": "Succeeded"}, True),
    ],
)
def test_ended_somewhere(status: dict[str, object], ended: bool) -> None:
    assert ended_somewhere(pod(status=status)) is ended


def test_a_task_that_cannot_start_is_looked_at() -> None:
    waiting = {"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "ErrImagePull"}}}]}
    alone = pod("job-1", service=None, status=waiting) | {"spec": {"restartPolicy": "Never", "containers": []}}
    assert waits_in_vain(alone)
    assert "Pod/job-1" in Seen().keys("ADDED", alone)
    creating = {"containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "ContainerCreating"}}}]}
    assert not waits_in_vain(alone | {"status": creating})
    assert waits_in_vain(pod(status=waiting) | {"spec": {"restartPolicy": "Always", "containers": []}})


def test_children_concern_their_owner_by_reference_or_by_mark() -> None:
    owned = {"owners": [owner("ECSService", "web")]}
    assert Seen().keys("ADDED", obj("Deployment", "d", spec={}, **owned)) == {"ECSService/web"}
    marked = obj("ReplicaSet", "rs", spec={}, marks={labels.SERVICE: "web"}, notes={labels.OWNER_OBJECT: "web"})
    assert Seen().keys("ADDED", marked) == {"ECSService/web"}
    assert Seen().keys("ADDED", obj("Deployment", "somebody-elses", spec={})) == set()
    assert owner_of(obj("Pod", "p", notes={labels.OWNER_OBJECT: "job"})) == ("ECSTask", "job")


def test_a_copy_of_a_task_that_nobody_controls_is_no_task() -> None:
    seen = Seen()
    assert {"ECSService/web", "ECSCluster/default"} <= seen.keys("ADDED", pod("web-1"))
    copy = pod("copy-of-web-1", 2, owners=[])
    seen.keys("ADDED", copy)
    assert [task.name for task in seen.cache.summaries("service", NAMESPACE, "web")] == ["web-1"]
    assert seen.cache.count("Pod", "cluster", NAMESPACE, "default") == 1


def test_the_pods_of_a_service_are_looked_at_when_it_is_paused_no_more() -> None:
    seen = Seen()
    seen.keys("ADDED", pod("web-1"))
    assert "Pod/web-1" not in seen.keys("ADDED", service("web", 2, kubernetes={"paused": True}))
    assert "Pod/web-1" in seen.keys("MODIFIED", service("web", 3))
    assert "Pod/web-1" not in seen.keys("MODIFIED", service("web", 4, desiredCount=2))


def test_a_service_concerns_its_cluster_and_the_family_that_it_names() -> None:
    keys = Seen().keys("ADDED", service("web", cluster="Shop_1", taskDefinition="Web:3"))
    families = {key for key in keys if key.startswith("ECSTaskDefinition/")}
    clusters = {key for key in keys if key.startswith("ECSCluster/")}
    assert "ECSService/web" in keys
    assert len(families) == len(clusters) == 1
    assert next(iter(families)).startswith("ECSTaskDefinition/web-")  # object names are mangled: Web is not web
    assert next(iter(clusters)).startswith("ECSCluster/shop-1-")


def test_a_family_and_its_revisions_concern_who_refers_to_it() -> None:
    seen = Seen()
    seen.keys("ADDED", service("follows", taskDefinition="web"))
    seen.keys("ADDED", service("pinned", 2, taskDefinition="web:1"))
    seen.keys("ADDED", service("other", 3, taskDefinition="api"))
    seen.keys("ADDED", obj("ECSTask", "job", 4, spec={"taskDefinition": "web"}))
    users = {"ECSService/follows", "ECSService/pinned", "ECSTask/job"}
    family = obj("ECSTaskDefinition", "web", 5, spec={"family": "web"})
    assert seen.keys("ADDED", family) == {"ECSTaskDefinition/web", *users}
    assert seen.keys("ADDED", revision(version=6)) == {
        "ECSTaskDefinitionRevision/web.1",
        "ECSTaskDefinition/web",
        *users,
    }


def test_a_revision_whose_status_alone_moved_concerns_nobody_else() -> None:
    seen = Seen()
    seen.keys("ADDED", service())
    seen.keys("ADDED", revision(version=2))
    assert seen.keys("MODIFIED", revision(version=3, status={"observedGeneration": 1})) == {
        "ECSTaskDefinitionRevision/web.1"
    }
    edited = revision(version=4)
    edited["spec"]["lifecycle"] = "INACTIVE"
    assert "ECSService/web" in seen.keys("MODIFIED", edited)


def test_a_cluster_concerns_its_services_when_it_comes_or_goes() -> None:
    seen = Seen()
    seen.keys("ADDED", service("shop.web", cluster="shop"))
    seen.keys("ADDED", service("web", 2))
    cluster = {"spec": {"clusterName": "shop"}}
    assert seen.keys("ADDED", obj("ECSCluster", "shop", 3, **cluster)) == {"ECSCluster/shop", "ECSService/shop.web"}
    assert seen.keys("MODIFIED", obj("ECSCluster", "shop", 4, **cluster)) == {"ECSCluster/shop"}
    assert seen.keys("DELETED", obj("ECSCluster", "shop", 5, **cluster)) == {"ECSCluster/shop", "ECSService/shop.web"}


def test_an_account_concerns_all_in_its_namespace_and_nothing_beside() -> None:
    seen = Seen()
    seen.keys("ADDED", service())
    elsewhere = service("web", 2)
    elsewhere["metadata"] |= {"namespace": "other", "uid": "elsewhere"}
    seen.keys("ADDED", elsewhere)
    before = len(seen.changes)
    keys = seen.keys("ADDED", obj("ECSAccount", "default", 3, spec={"accountId": "111122223333"}))
    assert "ECSService/web" in keys
    kind, change = seen.changes[before]
    assert {key.namespace for key in ROUTES[kind](seen.cache, change)} == {NAMESPACE}
    unchanged = obj("ECSAccount", "default", 4, spec={"accountId": "111122223333"}, status={"seen": True})
    assert seen.keys("MODIFIED", unchanged) == set()


def test_a_service_account_that_somebody_touches_is_looked_after() -> None:
    seen = Seen()
    seen.keys("ADDED", service())
    assert "ECSService/web" not in seen.keys("ADDED", obj("ServiceAccount", "ecs-default", 2))
    assert "ECSService/web" in seen.keys("MODIFIED", obj("ServiceAccount", "ecs-default", 3))
    assert "ECSService/web" in seen.keys("DELETED", obj("ServiceAccount", "ecs-default", 4))


def test_nodes_concern_clusters_when_they_come_or_go() -> None:
    seen = Seen()
    seen.keys("ADDED", obj("ECSCluster", "default", spec={"clusterName": "default"}))
    node = {"metadata": {"namespace": ""}}
    assert seen.keys("ADDED", obj("Node", "n", 2, **node)) == {"ECSCluster/default"}
    assert seen.keys("MODIFIED", obj("Node", "n", 3, **node)) == set()
    assert seen.keys("DELETED", obj("Node", "n", 4, **node)) == {"ECSCluster/default"}


def test_a_record_concerns_its_ecstask_and_its_own_end() -> None:
    assert {"ECSTask/job", "ECSTaskRecord/abc"} <= Seen().keys("ADDED", record("abc", "job-1"))


def test_a_companion_concerns_those_whose_tasks_need_it() -> None:
    seen = Seen()
    policy = obj("NetworkPolicy", "ecs-no-network")
    companions = [{"kind": "NetworkPolicy", "metadata": {"name": "ecs-no-network"}}]
    for name, needed in (("web", companions), ("api", [])):
        data = {"taskDefinition": "arn:aws:ecs:a:b:task-definition/web:1", "companions": needed}
        seen.keys("ADDED", obj("ControllerRevision", f"{name}-1", owners=[owner("ECSService", name)], data=data))
    seen.keys("ADDED", obj("ECSTask", "job", spec={"taskDefinition": "web"}))
    assert seen.keys("ADDED", policy) == set()
    assert seen.keys("MODIFIED", policy | {"metadata": policy["metadata"] | {"resourceVersion": "2"}}) == {
        "ECSService/web",
        "ECSTask/job",
    }
    assert seen.keys("DELETED", policy | {"metadata": policy["metadata"] | {"resourceVersion": "3"}}) == {
        "ECSService/web",
        "ECSTask/job",
    }


def test_a_fetched_secret_concerns_its_owner() -> None:
    secret = obj("ExternalSecret", "default-web-1", owners=[owner("ECSService", "web")], status={"conditions": []})
    seen = Seen()
    assert seen.keys("ADDED", secret) == {"ECSService/web"}
    held = seen.cache.get("ExternalSecret", NAMESPACE, "default-web-1")
    assert held is not None
    assert "status" not in held


def test_a_cordon_concerns_the_services_with_tasks_on_the_node() -> None:
    seen = Seen()
    node = {"spec": {}, "status": {}}
    seen.keys("ADDED", pod(status=running(), spec={"nodeName": "n"}))
    seen.keys("ADDED", pod("job-1", service=None, spec={"nodeName": "n"}))
    seen.keys("ADDED", obj("Node", "n", 2, **node))
    assert seen.keys("MODIFIED", obj("Node", "n", 3, **node | {"spec": {"unschedulable": True}})) == {"ECSService/web"}
    assert seen.keys("MODIFIED", obj("Node", "other", 4, **node | {"spec": {"unschedulable": True}})) == set()


def test_a_budget_concerns_its_service_only_when_its_spec_moves() -> None:
    seen = Seen()
    owned = {"owners": [owner("ECSService", "web")]}
    assert seen.keys("ADDED", obj("PodDisruptionBudget", "b", 1, spec={}, **owned)) == {"ECSService/web"}
    assert seen.keys("MODIFIED", obj("PodDisruptionBudget", "b", 2, spec={}, status={"a": 1}, **owned)) == set()
    moved = obj("PodDisruptionBudget", "b", 3, spec={"minAvailable": "1%"}, **owned)
    assert seen.keys("MODIFIED", moved) == {"ECSService/web"}
