"""ECSService on the real control plane: created, scaled, rolled out, paused, deleted; and how its status reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cluster import ecs
from tests.cluster.rig import Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("operator")

SHOP_ARN = f"arn:aws:ecs:{ecs.REGION}:{ecs.ACCOUNT_ID}:cluster/shop"
SLOW = ecs.kwok(ready_delay="1500ms")
TOOLS = {  # what GitOps tools and package managers leave on what they apply
    "labels": {
        "argocd.argoproj.io/instance": "shop",
        "kustomize.toolkit.fluxcd.io/name": "shop",
        "helm.sh/chart": "shop-1.0.0",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/instance": "shop",
    },
    "annotations": {
        "argocd.argoproj.io/tracking-id": "shop:kubecs.dev/ECSService:shop/web",
        "fluxcd.io/sync-checksum": "abc",
        "meta.helm.sh/release-name": "shop",
        "helm.sh/hook": "post-install",
    },
}


def _deployments(kubectl: Kubectl, name: str = "web") -> list[dict[str, Any]]:
    return list(ecs.status(kubectl.get("ecsservice", name)).get("deployments", ()))


def _edit(kubectl: Kubectl, name: str, **spec: Any) -> dict[str, Any]:
    return kubectl.patch("ecsservice", name, {"spec": spec})


def _edit_kubernetes(kubectl: Kubectl, name: str, **members: Any) -> dict[str, Any]:
    return _edit(kubectl, name, kubernetes=members)


@pytest.fixture
def web(kubectl: Kubectl) -> dict[str, Any]:
    """A service of two tasks, steady."""
    kubectl.apply([ecs.account(), ecs.task_definition(), ecs.service(desired=2)])
    return ecs.wait_ready(kubectl, "ecsservice", "web")[0]


def test_status_of_a_new_service_reads_as_ecs_shows_it(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.account(), ecs.cluster("shop"), ecs.task_definition()])
    kubectl.apply(ecs.service(desired=2, cluster="shop", serviceName="web"))
    kubectl("wait", "--for=condition=Ready", "ecsservice/shop.web", "--timeout=30s")
    service = kubectl.get("ecsservice", "shop.web")
    status = ecs.status(service)
    prefix = f"arn:aws:ecs:{ecs.REGION}:{ecs.ACCOUNT_ID}"
    expected = {
        "status": "ACTIVE",
        "serviceArn": f"{prefix}:service/shop/web",
        "clusterArn": f"{prefix}:cluster/shop",
        "taskDefinition": f"{prefix}:task-definition/web:1",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "createdAt": service["metadata"]["creationTimestamp"],
        "observedGeneration": 1,
    }
    assert {name: status[name] for name in expected} == expected
    (deployment,) = status["deployments"]
    assert deployment["id"].startswith("ecs-svc/")
    assert deployment | {"id": "", "createdAt": "", "updatedAt": "", "rolloutStateReason": ""} == {
        "id": "",
        "status": "PRIMARY",
        "taskDefinition": expected["taskDefinition"],
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "failedTasks": 0,
        "rolloutState": "COMPLETED",
        "rolloutStateReason": "",
        "createdAt": "",
        "updatedAt": "",
    }
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} completed."
    assert service["metadata"]["creationTimestamp"] <= deployment["createdAt"] <= deployment["updatedAt"]
    holding = {each["type"]: each["status"] for each in status["conditions"]}
    assert holding == {"Ready": "True", "Reconciling": "False", "Stalled": "False", "Available": "True"}
    assert {each["observedGeneration"] for each in status["conditions"]} == {1}


def test_events_are_in_the_status_and_beside_the_object(kubectl: Kubectl, web: dict[str, Any]) -> None:
    ident = ecs.status(web)["deployments"][0]["id"]
    arn = ecs.task_definition_arn("web:1")
    said = [each["message"] for each in ecs.status(web)["events"]]
    assert said == [
        "(service web) has reached a steady state.",
        f"(service web) (deployment {ident}) deployment completed.",
        f"(service web) (deployment {ident}) deployment started with {arn}.",
    ]
    assert len({each["id"] for each in ecs.status(web)["events"]}) == 3
    ecs.wait_notes(kubectl, "ECSService", "web", None, said)


@pytest.mark.usefixtures("web")
def test_events_in_the_status_are_bounded(kubectl: Kubectl) -> None:
    event = {"createdAt": "2026-01-01T00:00:00Z", "message": "(service web) long ago."}
    full = [event | {"id": f"{number:08d}-0000-4000-8000-000000000000"} for number in range(100)]
    kubectl.patch("ecsservice", "web", {"status": {"events": full}}, subresource="status")
    _edit(kubectl, "web", desiredCount=1)
    events = ecs.status(ecs.wait_ready(kubectl, "ecsservice", "web")[0])["events"]
    assert len(events) == 100
    assert events[0]["message"] == "(service web) has reached a steady state."
    assert events[-1] == full[-2]


def test_kubectl_get_shows_the_service_in_a_row(kubectl: Kubectl, web: dict[str, Any]) -> None:
    assert ecs.is_ready(web)
    head, row = kubectl("get", "ecssvc").splitlines()
    assert head.split() == ["NAME", "CLUSTER", "STATUS", "TASKDEF", "DESIRED", "RUNNING", "PENDING", "ROLLOUT", "AGE"]
    assert row.split()[:-1] == ["web", "default", "ACTIVE", "web", "2", "2", "0", "COMPLETED"]


def test_scale_subresource(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    kubectl("scale", "ecsservice/web", "--replicas=4")
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    path = kubectl.cluster.api.resource("ecsservice").path(kubectl.namespace, "web", "scale")
    scale = kubectl.cluster.api.call("GET", path)
    assert (scale["spec"]["replicas"], scale["status"]["replicas"]) == (4, 4)
    found = kubectl("get", "pods", "-l", scale["status"]["selector"], "-o", "name").split()
    assert len(found) == 4
    assert before < ecs.uids(ecs.pods(kubectl, service="web"))
    assert [each["id"] for each in ecs.status(service)["deployments"]] == [ecs.status(web)["deployments"][0]["id"]]
    kubectl("scale", "ecsservice/web", "--replicas=0")
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert ecs.status(service)["runningCount"] == 0
    assert ecs.condition(service, "Available")["status"] == "True"
    assert ecs.pods(kubectl, service="web") == []


def test_autoscaler_drives_the_service(kubectl: Kubectl, web: dict[str, Any]) -> None:
    """Without metrics-server an autoscaler still holds a service between its bounds, by the scale subresource alone."""
    assert ecs.is_ready(web)
    target = {"apiVersion": ecs.API_VERSION, "kind": "ECSService", "name": "web"}
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 4},
    }
    kubectl.apply(autoscaler)
    wait_for(lambda: ecs.status(kubectl.get("ecsservice", "web"))["runningCount"] == 3, 40, "three tasks")
    wait_for(lambda: ecs.condition(kubectl.get("hpa", "web"), "AbleToScale").get("status") == "True", 10)


def test_rollout_keeps_the_lower_bound_and_shows_both_deployments(kubectl: Kubectl) -> None:
    bounds = {"minimumHealthyPercent": 50, "maximumPercent": 150}
    kubectl.apply([ecs.account(), ecs.task_definition()])
    kubectl.apply(ecs.service(desired=4, deploymentConfiguration=bounds, annotations=SLOW))
    first = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    strategy = ecs.deployment_of(kubectl, "web")["spec"]["strategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 2}}
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))

    def look() -> tuple[int, int, list[dict[str, Any]]]:
        found = kubectl.list("pod", ecs.selector(service="web"))
        alive = [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]
        return sum(map(_pod_ready, alive)), len(alive), _deployments(kubectl)

    def done() -> bool:
        service = kubectl.get("ecsservice", "web")
        return ecs.is_ready(service) and ecs.status(service)["taskDefinition"].endswith("web:2")

    seen = ecs.sampled(look, done)
    assert min(ready for ready, _, _ in seen) >= 2
    assert max(alive for _, alive, _ in seen) <= 6
    rolling = next(each for _, _, each in seen if len(each) == 2)
    assert [(each["status"], each["taskDefinition"][-5:]) for each in rolling] == [
        ("PRIMARY", "web:2"),
        ("ACTIVE", "web:1"),
    ]
    assert [each["rolloutState"] for each in rolling] == ["IN_PROGRESS", "COMPLETED"]
    assert rolling[1]["id"] == ecs.status(first)["deployments"][0]["id"] != rolling[0]["id"]
    assert rolling[0]["rolloutStateReason"] == f"ECS deployment {rolling[0]['id']} in progress."
    service = kubectl.get("ecsservice", "web")
    (last,) = ecs.status(service)["deployments"]
    assert (last["id"], last["rolloutState"]) == (rolling[0]["id"], "COMPLETED")
    assert {pod["spec"]["containers"][0]["image"] for pod in ecs.pods(kubectl, service="web")} == {
        "registry.example/app:2"
    }
    said = [each["message"] for each in ecs.status(service)["events"]]
    assert said.count(f"(service web) (deployment {last['id']}) deployment completed.") == 1
    assert said.count(f"(service web) (deployment {last['id']}) deployment started with {last['taskDefinition']}.") == 1


def _pod_ready(pod: dict[str, Any]) -> bool:
    return any(each["type"] == "Ready" and each["status"] == "True" for each in pod["status"].get("conditions", ()))


@pytest.mark.parametrize(
    ("desired", "percents", "expected"),
    [
        pytest.param(3, (50, 200), (3, 1), id="lower bound rounds up"),
        pytest.param(3, (100, 150), (1, 0), id="upper bound rounds down"),
        pytest.param(0, (100, 200), (1, 0), id="none desired"),
    ],
)
def test_percents_become_integers(
    kubectl: Kubectl, desired: int, percents: tuple[int, int], expected: tuple[int, int]
) -> None:
    configuration = {"minimumHealthyPercent": percents[0], "maximumPercent": percents[1]}
    kubectl.apply([ecs.task_definition(), ecs.service(desired=desired, deploymentConfiguration=configuration)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    rolling = ecs.deployment_of(kubectl, "web")["spec"]["strategy"]["rollingUpdate"]
    assert (rolling["maxSurge"], rolling["maxUnavailable"]) == expected


def test_percents_that_leave_no_room_stop_a_rollout_and_say_so(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition(), ecs.service(desired=1)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    _edit(kubectl, "web", deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 100})
    ecs.wait_ready(kubectl, "ecsservice", "web")
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling DeploymentBlocked")
    assert ecs.status(service)["events"][0]["message"] == (
        "(service web) was unable to stop or start tasks during a deployment because of the service deployment "
        "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
    )
    assert ecs.uids(ecs.pods(kubectl, service="web")) == before
    _edit(kubectl, "web", deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100})
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert ecs.status(service)["taskDefinition"].endswith("web:2")


def test_restarted_at_makes_a_new_deployment_of_the_same_revision(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    _edit_kubernetes(kubectl, "web", restartedAt="2026-02-03T04:05:06Z")
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    old, new = ecs.status(web)["deployments"][0], ecs.status(service)["deployments"][0]
    assert old["id"] != new["id"]
    assert old["taskDefinition"] == new["taskDefinition"]
    assert before.isdisjoint(ecs.uids(ecs.pods(kubectl, service="web")))


def test_paused_service_is_left_as_it_is(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    _edit_kubernetes(kubectl, "web", paused=True)
    ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling Paused")
    version = ecs.deployment_of(kubectl, "web")["metadata"]["resourceVersion"]
    kubectl.apply(ecs.task_definition("web", ecs.container(image="registry.example/app:2")))
    _edit(kubectl, "web", desiredCount=3)
    service = ecs.wait_state(kubectl, "ecsservice", "web", "Reconciling Paused")
    wait_for(lambda: kubectl.find("ecstaskdefinitionrevision", "web.2"), 10)
    assert ecs.status(service)["desiredCount"] == 3
    assert ecs.deployment_of(kubectl, "web")["metadata"]["resourceVersion"] == version
    assert ecs.uids(ecs.pods(kubectl, service="web")) == before
    _edit_kubernetes(kubectl, "web", paused=None)
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert ecs.status(service)["taskDefinition"].endswith("web:2")
    assert ecs.status(service)["runningCount"] == 3
    assert ecs.status(web)["deployments"][0]["id"] != ecs.status(service)["deployments"][0]["id"]


def test_members_for_new_tasks_wait_for_the_next_deployment(kubectl: Kubectl, web: dict[str, Any]) -> None:
    before = ecs.uids(ecs.pods(kubectl, service="web"))
    _edit(kubectl, "web", enableECSManagedTags=True)
    wait_for(lambda: ecs.condition(kubectl.get("ecsservice", "web"), "PendingNextDeployment").get("status") == "True")
    assert ecs.uids(ecs.pods(kubectl, service="web")) == before
    _edit_kubernetes(kubectl, "web", restartedAt="2026-02-03T04:05:06Z")
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert ecs.condition(service, "PendingNextDeployment") == {}
    assert ecs.status(web)["deployments"][0]["id"] != ecs.status(service)["deployments"][0]["id"]


def test_drift_is_taken_back_without_a_new_deployment(kubectl: Kubectl, web: dict[str, Any]) -> None:
    name = ecs.deployment_of(kubectl, "web")["metadata"]["name"]
    kubectl("scale", f"deployment/{name}", "--replicas=5")
    wait_for(lambda: ecs.deployment_of(kubectl, "web")["spec"]["replicas"] == 2, 10)
    kubectl("set", "image", f"deployment/{name}", "app=registry.example/other:1")

    def image() -> str:
        return str(ecs.deployment_of(kubectl, "web")["spec"]["template"]["spec"]["containers"][0]["image"])

    wait_for(lambda: image() == "registry.example/app:1", 10)
    kubectl.delete("deployment", name)
    wait_for(lambda: kubectl.list("deployment"), 10, "the Deployment again")
    wait_for(lambda: len(ecs.pods(kubectl, service="web")) == 2, 15)
    service = ecs.wait_ready(kubectl, "ecsservice", "web")[0]
    assert [each["id"] for each in ecs.status(service)["deployments"]] == [ecs.status(web)["deployments"][0]["id"]]


def test_services_of_one_name_in_two_clusters_are_two(kubectl: Kubectl) -> None:
    kubectl.apply([ecs.task_definition(), ecs.cluster("a"), ecs.cluster("a-b")])
    kubectl.apply([ecs.service(), ecs.service("b-c", cluster="a"), ecs.service("c", cluster="a-b")])
    ecs.wait_ready(kubectl, "ecsservice", "web", "a.b-c", "a-b.c")
    labels = [each["metadata"]["labels"] for each in kubectl.list("deployment")]
    pairs = {(each["kubecs.dev/cluster"], each["kubecs.dev/service"]) for each in labels}
    assert pairs == {("default", "web"), ("a", "b-c"), ("a-b", "c")}
    assert len(ecs.pods(kubectl, cluster="a")) == len(ecs.pods(kubectl, cluster="a-b", service="c")) == 1


def test_labels_of_tasks_are_useful(kubectl: Kubectl, web: dict[str, Any]) -> None:
    deployment = ecs.status(web)["deployments"][0]["id"].replace("/", "-")
    labels = {"cluster": "default", "service": "web", "family": "web", "revision": "1", "deployment": deployment}
    assert len(ecs.pods(kubectl, **labels, launch_type="EC2")) == 2


def test_nothing_of_other_tools_is_copied_to_children(kubectl: Kubectl) -> None:
    documents = [ecs.account(), ecs.task_definition("web", taskRoleArn="reader"), ecs.service(), ecs.task()]
    for document in documents:
        document["metadata"] |= TOOLS
    text = "\n---\n".join(json.dumps(each) for each in documents)
    kubectl("apply", "-f", "-", input=text)  # client side: it leaves its last-applied annotation
    assert "kubectl.kubernetes.io/last-applied-configuration" in str(kubectl.get("ecsservice", "web"))
    ecs.wait_ready(kubectl, "ecsservice", "web")
    ecs.wait_ready(kubectl, "ecstask", "job")
    kinds = ("deployment", "replicaset", "pod", "controllerrevision", "serviceaccount", "ecstaskdefinitionrevision")
    children = [child for kind in kinds for child in kubectl.list(kind, "app.kubernetes.io/managed-by=kubecs")]
    children += [child for kind in ("replicaset", "pod") for child in kubectl.list(kind)]
    assert len(kubectl.list("pod")) == 2
    for child in children:
        text = json.dumps(child["metadata"] | {"managedFields": []}) + json.dumps(child.get("spec", {}))
        for trace in ("argo", "flux", "helm", "Helm", "kubectl.kubernetes.io", "app.kubernetes.io/instance"):
            assert trace not in text, child["metadata"]["name"]


def test_user_metadata_of_pods_cannot_pass_for_kubecs(kubectl: Kubectl) -> None:
    forged = {"podLabels": {"kubecs.dev/service": "other"}, "podAnnotations": {"kubecs.dev/task-id": "0" * 32}}
    refusal = kubectl.refused(ecs.service(kubernetes=forged))
    assert "spec.kubernetes.podLabels" in refusal
    assert "spec.kubernetes.podAnnotations" in refusal
    own = {"example.com/team": "shop", "app.kubernetes.io/managed-by": "me"}
    members = {"podLabels": own, "podAnnotations": {"example.com/note": "x"}, "tolerations": [{"operator": "Exists"}]}
    kubectl.apply([ecs.task_definition(), ecs.service(kubernetes=members)])
    ecs.wait_ready(kubectl, "ecsservice", "web")
    (pod,) = kubectl.list("pod")
    labels, annotations = pod["metadata"]["labels"], pod["metadata"]["annotations"]
    assert (labels["example.com/team"], labels["kubecs.dev/service"]) == ("shop", "web")
    assert labels["app.kubernetes.io/managed-by"] == "kubecs"
    assert annotations["example.com/note"] == "x"
    assert {"operator": "Exists"} in pod["spec"]["tolerations"]


def test_deletion_takes_the_children_also_while_nobody_operates(
    cluster: LocalCluster, kubectl: Kubectl, operator: OperatorProcess
) -> None:
    kubectl.apply([ecs.task_definition(), ecs.service("a"), ecs.service("b")])
    ecs.wait_ready(kubectl, "ecsservice", "a", "b")
    kubectl.delete("ecsservice", "a")
    wait_for(lambda: not kubectl.list("deployment", ecs.selector(service="a")), 20)
    operator.terminate()
    kubectl.delete("ecsservice", "b")
    for kind in ("deployment", "replicaset", "controllerrevision", "pod"):
        wait_for(lambda kind=kind: kubectl.list(kind) == [], 30, f"no {kind}")
    assert cluster.api.answers("/readyz")
    assert len(kubectl.list("ecstaskdefinitionrevision")) == 1


def _owners(child: dict[str, Any]) -> list[str]:
    return [each["uid"] for each in child["metadata"]["ownerReferences"]]


def test_service_made_again_at_once_starts_afresh(cluster: LocalCluster, kubectl: Kubectl, web: dict[str, Any]) -> None:
    """Its name is free before the garbage collector has taken the children of the old one."""
    old = ecs.uids(ecs.pods(kubectl, service="web"))
    manager = cluster.component("kube-controller-manager")
    manager.pause()
    try:
        kubectl.delete("ecsservice", "web")
        kubectl.apply(ecs.service(desired=1))
        new = kubectl.get("ecsservice", "web")["metadata"]["uid"]
        wait_for(lambda: _owners(ecs.deployment_of(kubectl, "web")) == [new], 10, "the Deployment in new hands")
        assert ecs.states(kubectl.get("ecsservice", "web")) == ""
    finally:
        manager.resume()

    def afresh() -> bool:
        alive = ecs.pods(kubectl, service="web")
        return ecs.is_ready(kubectl.get("ecsservice", "web")) and old.isdisjoint(ecs.uids(alive)) and len(alive) == 1

    wait_for(afresh, 30, "one task of the new service")
    (deployment,) = ecs.status(kubectl.get("ecsservice", "web"))["deployments"]
    assert deployment["id"] != ecs.status(web)["deployments"][0]["id"]


@pytest.mark.parametrize(("name", "shown"), [(None, "default"), ("shop", "shop"), (SHOP_ARN, "shop")])
def test_kubectl_shows_the_cluster_however_the_spec_names_it(kubectl: Kubectl, name: str | None, shown: str) -> None:
    members = {"cluster": name} if name else {}
    service = ecs.service() | {"spec": ecs.service()["spec"] | members}
    service["metadata"]["name"] = "web" if name is None else "shop.web"
    kubectl.apply([ecs.account(), ecs.cluster("shop"), ecs.task_definition(), service, ecs.task(**members)])
    ecs.wait_ready(kubectl, "ecsservice", service["metadata"]["name"])
    ecs.wait_ready(kubectl, "ecstask", "job")
    for kind in ("ecsservice", "ecstask"):
        head, row = (line.split() for line in kubectl("get", kind).splitlines())
        assert row[head.index("CLUSTER")] == shown
