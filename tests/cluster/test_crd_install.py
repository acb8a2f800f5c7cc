"""Installing the CRDs, and what kubectl shows of them: explain, columns, short names, selectors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cluster.crd_documents import TASK_ID, record, revision, service, taken, task, task_definition
from tests.cluster.rig import Kubectl, wait_for
from tools.localcluster import LocalCluster

CRDS = Path(__file__).resolve().parents[2] / "crds"
TASK = {
    "group": "family:web",
    "lastStatus": "STOPPED",
    "stopCode": "EssentialContainerExited",
    "exitCode": 3,
    "nodeName": "n1",
}


def rows(kubectl: Kubectl, kind: str) -> list[list[str]]:
    """Head and lines of `kubectl get`, cut at two spaces or more, without the age."""
    lines = kubectl("get", kind).splitlines()
    return [re.split(r"\s{2,}", line.strip())[:-1] for line in lines]


def with_status(kubectl: Kubectl, manifest: dict[str, object], **status: object) -> None:
    name = manifest["metadata"]["name"]  # type: ignore[index]  # a document of crd_documents
    taken(kubectl.cluster, kubectl.namespace, manifest, dry=False)
    kubectl.patch(str(manifest["kind"]), name, {"status": status}, subresource="status")


def test_the_api_server_establishes_all_and_finds_no_fault(cluster: LocalCluster, crds: list[str]) -> None:
    assert len(crds) == 7
    for name in crds:
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
        conditions = {each["type"]: each["status"] for each in cluster.api.call("GET", path)["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}


@pytest.mark.usefixtures("crds_alone")
def test_both_ways_of_applying_work_and_the_second_time_nothing_changes(cluster: LocalCluster) -> None:
    assert cluster.kubectl("apply", "-f", str(CRDS)).count(".kubecs.dev configured") == 7
    assert cluster.kubectl("apply", "-f", str(CRDS)).count("unchanged") == 7
    command = ("apply", "--server-side", "--force-conflicts", "-f", str(CRDS))
    assert cluster.kubectl(*command).count("serverside-applied") == 7


@pytest.mark.usefixtures("crds_alone")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        (
            "ecsservice.spec.deploymentConfiguration",
            ["DESCRIPTION:", "maximumPercent\t<integer>", "200", "enum: BLUE_"],
        ),
        ("ecsservice.spec.kubernetes", ["paused\t<boolean>", "restartedAt", "tolerations"]),
        ("ecstaskdefinition.spec.containerDefinitions", ["image\t<string> -required-", "essential\t<boolean>"]),
        ("ecstaskdefinitionrevision.spec", ["taskDefinition\t<Object> -required-", "lifecycle"]),
        ("ecstask.status", ["podUID", "lastStatus"]),
        ("ecstaskrecord.spec.kubernetes", ["lastLogs\t<map[string]string>"]),
        ("ecscluster.spec", ["clusterName\t<string>"]),
        ("ecsaccount.spec.allow", ["privileged\t<boolean>", "hostVolumes\t<[]string>"]),
    ],
)
def test_explain_reads_well(path: str, words: list[str], cluster: LocalCluster) -> None:
    def explained() -> str:
        text = cluster.kubectl("explain", path, check=False)
        assert "DESCRIPTION:" in text, text  # a new CRD is in the API server's OpenAPI a moment later
        return text

    text = wait_for(explained, 20)
    assert "<no description>" not in text
    assert "<empty>" not in text
    assert [word for word in words if word not in text] == []


@pytest.mark.usefixtures("crds_alone")
def test_short_names_and_the_category_find_the_objects(kubectl: Kubectl) -> None:
    for manifest in (service(), task(), task_definition(), revision(), record()):
        taken(kubectl.cluster, kubectl.namespace, manifest, dry=False)
    for short in ("ecssvc", "ecst", "ecstd", "ecstdr", "ecsrec"):
        assert len(kubectl("get", short, "-o", "name").splitlines()) == 1
    assert len(kubectl("get", "ecs", "-o", "name").splitlines()) == 5
    assert kubectl("get", "all", "-o", "name") == ""


@pytest.mark.usefixtures("crds_alone")
def test_columns_of_services(kubectl: Kubectl) -> None:
    deployments = [
        {"id": "ecs-svc/2", "status": "ACTIVE", "rolloutState": "COMPLETED"},
        {"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"},
    ]
    counts = {"desiredCount": 4, "runningCount": 2, "pendingCount": 1}
    with_status(kubectl, service(cluster="prod"), cluster="prod", status="ACTIVE", deployments=deployments, **counts)
    head, line = rows(kubectl, "ecsservices")
    assert head == ["NAME", "CLUSTER", "STATUS", "TASKDEF", "DESIRED", "RUNNING", "PENDING", "ROLLOUT"]
    assert line == ["prod.web", "prod", "ACTIVE", "web", "4", "2", "1", "IN_PROGRESS"]


@pytest.mark.usefixtures("crds_alone")
def test_columns_of_task_definitions(kubectl: Kubectl) -> None:
    told = {"latestRevision": 3, "status": "ACTIVE", "conditionTypes": "Stalled,Diverged"}
    with_status(kubectl, task_definition("Web"), **told)
    head, line = rows(kubectl, "ecstaskdefinitions")
    assert head == ["NAME", "FAMILY", "REVISION", "STATUS", "CONDITIONS"]
    assert line[1:] == ["Web", "3", "ACTIVE", "Stalled,Diverged"]


@pytest.mark.usefixtures("crds_alone")
def test_columns_of_revisions_show_what_does_not_carry_over(kubectl: Kubectl) -> None:
    with_status(kubectl, revision("web", 3), conditionTypes="UlimitsNotApplied,SwapNotApplied")
    head, line = rows(kubectl, "ecstaskdefinitionrevisions")
    assert head == ["NAME", "FAMILY", "REVISION", "STATUS", "CONDITIONS"]
    assert line == ["web.3", "web", "3", "ACTIVE", "UlimitsNotApplied,SwapNotApplied"]


@pytest.mark.usefixtures("crds_alone")
def test_columns_of_tasks_and_their_records(kubectl: Kubectl) -> None:
    with_status(kubectl, task(cluster="prod"), cluster="prod", **TASK)
    where = {"cluster": "prod", "taskDefinition": "web:1", "exitCode": 3, "nodeName": "n1"}
    of_task = {name: TASK[name] for name in ("group", "stopCode")}
    taken(kubectl.cluster, kubectl.namespace, record(kubernetes=where, **of_task), dry=False)
    names = ["NAME", "CLUSTER", "TASKDEF", "GROUP", "LAST", "STOPCODE", "EXIT", "NODE"]
    head, line = rows(kubectl, "ecstasks")
    assert head == names
    assert line == ["once", "prod", "web", "family:web", "STOPPED", "EssentialContainerExited", "3", "n1"]
    head, line = rows(kubectl, "ecstaskrecords")
    assert head == names
    assert line == [TASK_ID, "prod", "web:1", "family:web", "STOPPED", "EssentialContainerExited", "3", "n1"]


@pytest.mark.usefixtures("crds_alone")
def test_services_are_selected_by_their_cluster(kubectl: Kubectl) -> None:
    for manifest in (service("a", cluster="prod"), service("b", cluster="test"), service("c")):
        taken(kubectl.cluster, kubectl.namespace, manifest, dry=False)
    assert kubectl("get", "ecssvc", "--field-selector", "spec.cluster=prod", "-o", "name").split() == [
        "ecsservice.kubecs.dev/prod.a"
    ]
    assert kubectl("get", "ecssvc", "--field-selector", "spec.cluster=", "-o", "name").split() == [
        "ecsservice.kubecs.dev/c"
    ]
