"""Every CEL rule on the real API server: what it refuses, in which words, and at which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from kubecs.crds.kinds import kinds
from tests.cluster.crd_cases import DAEMON, EFS, Case, containers, deployment, fargate, strategy, volumes
from tests.cluster.crd_documents import (
    ARN,
    account,
    changed,
    cluster_object,
    container,
    document,
    refusal,
    revision,
    service,
    taken,
    task,
    task_definition,
)
from tests.cluster.crd_own_cases import OTHERS
from tests.cluster.crd_service_cases import SERVICES
from tests.cluster.crd_task_cases import TASKS
from tests.cluster.crd_task_definition_cases import SIDECAR, TASK_DEFINITIONS
from tools.localcluster import LocalCluster

AGREED = ("ECSTaskDefinition", "ECSService")  # their rules are seen in test_crd_agreement, test_crd_service_agreement
SCHEMAS = {kind.kind: kind.schema() for kind in kinds()}
CASES = [*TASK_DEFINITIONS, *SERVICES, *TASKS, *OTHERS]


def rules(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from node.get("x-kubernetes-validations", ())
    for child in node.get("properties", {}).values():
        yield from rules(child)
    if "items" in node:
        yield from rules(node["items"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.bad['kind']} {case.field} {case.message[:40]}")
@pytest.mark.usefixtures("crds_alone")
def test_a_rule_refuses_in_its_words_at_its_field(case: Case, cluster: LocalCluster, namespace: str) -> None:
    if case.before is not None:
        taken(cluster, namespace, case.before, dry=False)
    answer = refusal(cluster, namespace, case.bad)
    cause = answer.about(case.says)
    assert answer.status == 422
    assert cause is not None, answer
    assert cause.field == case.field
    (reason,) = {rule["reason"] for rule in rules(SCHEMAS[case.bad["kind"]]) if rule["message"] == case.message}
    assert cause.reason == reason


@pytest.mark.parametrize("kind", [kind for kind in SCHEMAS if kind not in AGREED])
def test_every_rule_has_a_case(kind: str) -> None:
    known = {rule["message"] for rule in rules(SCHEMAS[kind])}
    assert known == {case.message for case in CASES if case.bad["kind"] == kind}


GOOD = [
    task_definition(cpu="1 vCPU", memory=".5 GB"),
    task_definition(cpu="256", containerDefinitions=[container(cpu=200), container("b", cpu=56)]),
    containers(container(memory=512), container("b", memoryReservation=8), memory=None),
    containers(container(dependsOn=[{"containerName": "sidecar", "condition": "COMPLETE"}]), SIDECAR),
    containers(container(portMappings=[{"containerPort": 80, "hostPort": 80}]), networkMode="host"),
    containers(container(portMappings=[{"containerPort": 80, "hostPort": 0}]), networkMode="awsvpc"),
    containers(container(portMappings=[{"containerPort": 80, "hostPort": 8080}]), networkMode="bridge"),
    changed(containers(container(mountPoints=[{"sourceVolume": "v"}])), volumes=[{"name": "v", "host": {}}]),
    fargate(containerDefinitions=[container(stopTimeout=120, privileged=False)]),
    volumes({"name": "a", "host": {}, "efsVolumeConfiguration": EFS | {"rootDirectory": "/x"}}),
    service(**DAEMON),
    deployment(100, 0, **DAEMON),
    deployment(100, 50),
    deployment(150, 100),
    service(capacityProviderStrategy=strategy({"weight": 1, "base": 2}, {"weight": 1})),
    service(cluster=f"{ARN}:cluster/prod"),
    service(placementStrategy=[{"type": "binpack", "field": "MEMORY"}, {"type": "spread", "field": "instanceId"}]),
    task(count=1, propagateTags="TASK_DEFINITION"),
    document("ECSCluster", "default", {}),
    document("ECSAccount", "default", {}),
]


@pytest.mark.usefixtures("crds_alone")
def test_what_is_right_is_taken(cluster: LocalCluster, namespace: str) -> None:
    for manifest in GOOD:
        assert taken(cluster, namespace, manifest)["spec"].items() >= manifest["spec"].items()


CHANGES = [
    (service(), service(cluster="default", schedulingStrategy="REPLICA", deploymentController={"type": "ECS"})),
    (service(cluster="prod"), service(cluster="prod", desiredCount=5, taskDefinition="web:3")),
    (service(launchType="EC2"), service(capacityProviderStrategy=strategy({"weight": 1}))),
    (task(), task(kubernetes={"ttlSecondsAfterFinished": 60})),
    (revision(), revision(lifecycle="INACTIVE", deregisteredAt="2026-01-02T03:04:05Z", tags=[{"key": "a"}])),
    (account(), account(allow={"privileged": True})),
    (cluster_object(), document("ECSCluster", "default", {"settings": [{"name": "containerInsights"}]})),
]


@pytest.mark.parametrize(("before", "after"), CHANGES, ids=lambda manifest: manifest["kind"])
@pytest.mark.usefixtures("crds_alone")
def test_what_may_change_can_be_changed(
    before: Mapping[str, Any], after: Mapping[str, Any], cluster: LocalCluster, namespace: str
) -> None:
    there = taken(cluster, namespace, before, dry=False)
    answer = taken(cluster, namespace, after)
    assert answer["metadata"]["uid"] == there["metadata"]["uid"]
    assert answer["metadata"]["generation"] == there["metadata"]["generation"] + 1
    assert answer["spec"].items() >= after["spec"].items()
