"""The pod template as a whole."""

import json
from typing import Any

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.translate import labels
from kubecs.translate.hashing import canonical
from kubecs.translate.images import pull_policy
from kubecs.translate.pod import pod_template
from tests.unit.translate.documents import container, context, task


def rendered(*containers: dict[str, Any], standalone: bool = False, **members: Any) -> dict[str, Any]:
    return pod_template(task(*containers, **members), context(), standalone=standalone)


def test_the_least_task() -> None:
    assert rendered() == {
        "metadata": {
            "labels": {
                "app.kubernetes.io/managed-by": "kubecs",
                "kubecs.dev/cluster": "default",
                "kubecs.dev/family": "web",
                "kubecs.dev/revision": "1",
                "kubecs.dev/launch-type": "EC2",
            },
            "annotations": {
                "kubecs.dev/cluster-name": "default",
                "kubecs.dev/task-definition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
                "kubecs.dev/essential": '["web"]',
            },
        },
        "spec": {
            "containers": [
                {
                    "name": "web",
                    "image": "docker.io/library/nginx:1.27",
                    "imagePullPolicy": "Always",
                    "terminationMessagePolicy": "FallbackToLogsOnError",
                }
            ],
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "serviceAccountName": "ecs-default",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
        },
    }


def test_a_task_on_its_own_runs_once() -> None:
    assert rendered(standalone=True)["spec"]["restartPolicy"] == "Never"


def test_host_mode_keeps_the_clusters_names() -> None:
    spec = rendered(networkMode="host")["spec"]
    assert (spec["hostNetwork"], spec["dnsPolicy"]) == (True, "ClusterFirstWithHostNet")


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:1.27", "Always"),
        ("registry.example:5000/team/app", "Always"),
        ("nginx@sha256:" + "0" * 64, "IfNotPresent"),
        ("nginx:1.27@sha256:" + "0" * 64, "IfNotPresent"),
    ],
)
def test_pull_policy(image: str, policy: str) -> None:
    assert pull_policy(image) == policy


def test_originals_are_kept_in_annotations() -> None:
    sidecar = container(
        name="Log_Router",
        essential=False,
        dockerLabels={"team": "a"},
        startTimeout=20,
        portMappings=[{"containerPort": 24224, "name": "forward_protocol_in"}],
    )
    template = rendered(container(), sidecar, volumes=[{"name": "My_Data"}])
    notes = {key: json.loads(value) for key, value in template["metadata"]["annotations"].items() if value[0] in "[{"}
    mangled = template["spec"]["containers"][1]["name"]
    assert notes == {
        labels.CONTAINER_NAMES: {mangled: "Log_Router"},
        labels.DOCKER_LABELS: {"Log_Router": {"team": "a"}},
        labels.ESSENTIAL: ["web"],
        labels.PORT_NAMES: {template["spec"]["containers"][1]["ports"][0]["name"]: "forward_protocol_in"},
        labels.START_TIMEOUTS: {"Log_Router": 20},
        labels.VOLUME_NAMES: {template["spec"]["volumes"][0]["name"]: "My_Data"},
    }


def test_start_periods_are_kept_for_checks_that_are_made() -> None:
    check = {"command": ["CMD", "true"], "startPeriod": 15}
    checked, slow = container(healthCheck=check), container(name="Slow", healthCheck=check | {"startPeriod": 0})
    template = rendered(checked, slow, container(name="side", essential=False, healthCheck=check))
    assert json.loads(template["metadata"]["annotations"][labels.START_PERIODS]) == {"web": 15}


def test_what_the_context_adds() -> None:
    toleration = {"key": "spot", "operator": "Exists"}
    surroundings = context(
        cluster="Shop",
        extra_labels={"team": "a", labels.FAMILY: "stolen"},
        extra_annotations={"note": "b", labels.CLUSTER_NAME: "stolen"},
        tolerations=(toleration,),
        priority_class="high",
        service_account="ecs-role-app",
        mount_token=True,
    )
    template = pod_template(task(), surroundings, standalone=False)
    metadata, spec = template["metadata"], template["spec"]
    assert (metadata["labels"]["team"], metadata["labels"][labels.FAMILY]) == ("a", "web")
    assert (metadata["annotations"]["note"], metadata["annotations"][labels.CLUSTER_NAME]) == ("b", "Shop")
    assert (spec["tolerations"], spec["priorityClassName"]) == ([toleration], "high")
    assert (spec["serviceAccountName"], spec["automountServiceAccountToken"]) == ("ecs-role-app", True)


def test_the_order_of_maps_changes_nothing() -> None:
    one = container(dockerLabels={"a": "1", "b": "2"}, environment=[{"name": "A", "value": "1"}])
    other = dict(reversed(one.items())) | {"dockerLabels": {"b": "2", "a": "1"}}
    assert canonical(rendered(one)) == canonical(rendered(other))


@pytest.mark.parametrize(
    ("containers", "path", "message"),
    [
        ([{"image": "nginx"}], "containerDefinitions[0].name", "name should not be null"),
        ([{"name": "a"}], "containerDefinitions[0].image", "image should not be null"),
        ([container(), container()], "containerDefinitions[1].name", "web is not unique"),
    ],
)
def test_what_ecs_refuses(containers: list[dict[str, Any]], path: str, message: str) -> None:
    with pytest.raises(ClientException, match=message) as refused:
        rendered(*containers)
    assert refused.value.path == path
