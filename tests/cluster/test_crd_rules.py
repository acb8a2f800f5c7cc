"""Every CEL rule on the real API server: what it refuses, in which words, and at which field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from kubecs.crds.kinds import kinds
from tests.cluster.crd_documents import (
    ARN,
    account,
    changed,
    cluster_object,
    container,
    document,
    record,
    refusal,
    revision,
    service,
    taken,
    task,
    task_definition,
)
from tools.localcluster import LocalCluster

AGREED = ("ECSTaskDefinition", "ECSService")  # their rules are seen in test_crd_agreement, test_crd_service_agreement
SCHEMAS = {kind.kind: kind.schema() for kind in kinds()}
FARGATE = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
DAEMON = {"schedulingStrategy": "DAEMON"}
EFS = {"fileSystemId": "fs-1"}
PROXY_PORTS = ("ProxyIngressPort", "ProxyEgressPort")
PROXY = {"containerName": "envoy", "properties": [{"name": port, "value": "15000"} for port in PROXY_PORTS]}
TAG_CASES = (
    ([{"key": "aws:x"}], "Tag keys that begin with 'aws:' are reserved for AWS."),
    ([{"key": "x"}, {"key": "x"}], "Tag keys must be unique."),
)


@dataclass(frozen=True)
class Case:
    """A document that one rule refuses.

    Attributes:
        bad: The document.
        field: Where the API server says the fault is.
        says: Its message, or a part of it.
        rule: The rule's own message, where the API server computes another one.
        before: The object that is there already, for rules about changes.
    """

    bad: Mapping[str, Any]
    field: str
    says: str
    rule: str = ""
    before: Mapping[str, Any] | None = None

    @property
    def message(self) -> str:
        """The message by which the rule is known in the schema."""
        return self.rule or self.says


def containers(*found: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    return task_definition(containerDefinitions=list(found), **members)


def volumes(*found: Mapping[str, Any]) -> dict[str, Any]:
    return task_definition(volumes=list(found))


def fargate(**members: Any) -> dict[str, Any]:
    return changed(task_definition(), **FARGATE, **members)


def deployment(maximum: int | None = None, minimum: int | None = None, **members: Any) -> dict[str, Any]:
    percents = {"maximumPercent": maximum, "minimumHealthyPercent": minimum}
    return service(deploymentConfiguration={k: v for k, v in percents.items() if v is not None}, **members)


def strategy(*items: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"capacityProvider": f"p{number}", **item} for number, item in enumerate(items)]


AT_CONTAINERS = "spec.containerDefinitions"
SIDECAR = container("sidecar", essential=False)

TASK_DEFINITIONS = [
    Case(task_definition(cpu="1 core"), "spec.cpu", "Invalid 'cpu' setting for task."),
    Case(task_definition(memory="1 TB"), "spec.memory", "Invalid 'memory' setting for task."),
    Case(
        containers(container(memory=64), container("b"), memory=None),
        AT_CONTAINERS,
        "Invalid setting for container 'b'. At least one of 'memory' or 'memoryReservation' must be specified.",
        "At least one of 'memory' or 'memoryReservation' must be specified.",
    ),
    Case(
        containers(container(memory=64), container("b", memory=1024)),
        AT_CONTAINERS,
        "The 'memory' setting for container 'b' is greater than for the task",
        "The 'memory' setting for a container is greater than for the task",
    ),
    Case(
        containers(container(cpu=200), container("b", cpu=57), cpu="256"),
        "spec.cpu",
        "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'",
    ),
    Case(containers(SIDECAR), AT_CONTAINERS, "Task definition doesn't have any essential container"),
    Case(volumes({"name": "a"}, {"name": "a"}), "spec.volumes", "Volume names must be unique."),
    Case(
        containers(container(), container("b", mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}])),
        AT_CONTAINERS,
        "Unknown volume in mountPoints of container 'b'",
        "Unknown volume in mountPoints",
    ),
    Case(
        containers(container(volumesFrom=[{"sourceContainer": "gone"}])),
        AT_CONTAINERS,
        "Invalid 'volumesFrom' setting. Unknown container, named by 'app'",
        "Invalid 'volumesFrom' setting. Unknown container",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "gone", "condition": "START"}])),
        AT_CONTAINERS,
        "Cannot depend on a container that does not exist, as 'app' does",
        "Cannot depend on a container that does not exist",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "b", "condition": "SUCCESS"}]), container("b")),
        AT_CONTAINERS,
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "b", "condition": "HEALTHY"}]), container("b")),
        AT_CONTAINERS,
        "A dependency container with HEALTHY condition must have health check configured",
    ),
    Case(
        containers(container(dependsOn=[{"containerName": "app", "condition": "START"}])),
        f"{AT_CONTAINERS}[0].dependsOn",
        "Container dependencies should not have a cycle",
    ),
    Case(
        containers(container(portMappings=[{"containerPort": 80, "hostPort": 8080}]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        "When networkMode=awsvpc or host, the host ports and container ports in port mappings must match.",
    ),
    Case(
        containers(container(hostname="h"), networkMode="awsvpc"),
        AT_CONTAINERS,
        "hostname is not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(extraHosts=[{"hostname": "h", "ipAddress": "192.0.2.1"}]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "Extra hosts are not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(dnsServers=["192.0.2.1"]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "DNS servers are not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(dnsSearchDomains=["example.com"]), networkMode="awsvpc"),
        AT_CONTAINERS,
        "DNS search domains are not supported on container when networkMode=awsvpc",
    ),
    Case(
        containers(container(links=["b"]), container("b"), networkMode="awsvpc"),
        AT_CONTAINERS,
        "Links are not supported when networkMode=awsvpc",
        "Links are only supported when networkMode=bridge",
    ),
    Case(
        containers(container(), container("b", links=["gone:x"])),
        AT_CONTAINERS,
        "Invalid 'links' setting. Unknown container, named by 'b'",
        "Invalid 'links' setting. Unknown container",
    ),
    Case(
        task_definition(networkMode="awsvpc", proxyConfiguration=PROXY),
        "spec.proxyConfiguration.containerName",
        "Proxy container [envoy] does not exist",
        "Proxy container does not exist",
    ),
    Case(changed(fargate(), cpu=None), "spec.cpu", "Fargate requires that 'cpu' be defined at the task level."),
    Case(
        changed(fargate(containerDefinitions=[container(memory=64)]), memory=None),
        "spec.memory",
        "Fargate requires that 'memory' be defined at the task level.",
    ),
    Case(changed(fargate(), networkMode="bridge"), "spec.networkMode", "Fargate only supports network mode 'awsvpc'."),
    Case(
        fargate(containerDefinitions=[container(privileged=True)]),
        AT_CONTAINERS,
        "Fargate requires that the 'privileged' setting be 'false'.",
    ),
    Case(
        fargate(containerDefinitions=[container(stopTimeout=121)]),
        AT_CONTAINERS,
        "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds.",
    ),
    Case(
        fargate(volumes=[{"name": "a", "host": {"sourcePath": "/a"}}]),
        "spec.volumes",
        "Tasks using the Fargate launch type do not support the host path of a volume.",
    ),
    Case(
        containers(container("b", memory=64, memoryReservation=128)),
        f"{AT_CONTAINERS}[0].memory",
        "Invalid setting for container 'b'. 'memory' must be greater than or equal to 'memoryReservation'.",
        "'memory' must be greater than or equal to 'memoryReservation'.",
    ),
    Case(
        containers(container(portMappings=[{"containerPort": 80, "containerPortRange": "80-90"}])),
        f"{AT_CONTAINERS}[0].portMappings[0].containerPortRange",
        "cannot specify both single port and port range",
    ),
    Case(
        volumes({"name": "a", "host": {"sourcePath": "/a"}, "efsVolumeConfiguration": EFS}),
        "spec.volumes[0]",
        "A volume must have one kind of configuration only.",
    ),
    Case(
        volumes({"name": "a", "efsVolumeConfiguration": EFS | {"authorizationConfig": {"iam": "ENABLED"}}}),
        "spec.volumes[0].efsVolumeConfiguration.transitEncryption",
        "EFS IAM authorization requires TransitEncryption to be enabled",
    ),
    Case(
        volumes({"name": "a", "efsVolumeConfiguration": EFS | {"transitEncryptionPort": 2049}}),
        "spec.volumes[0].efsVolumeConfiguration.transitEncryption",
        "TransitEncryptionPort requires that TransitEncryption is enabled",
    ),
    Case(
        volumes(
            {
                "name": "a",
                "efsVolumeConfiguration": EFS | {"rootDirectory": "/x", "authorizationConfig": {"accessPointId": "p"}},
            }
        ),
        "spec.volumes[0].efsVolumeConfiguration.rootDirectory",
        'When using an EFS access point, the root directory must either be set to "/" or be omitted',
    ),
    Case(
        changed(task_definition("Web"), family="WEB"),
        "spec.family",
        "family can't be changed: another family is another ECSTaskDefinition",
        before=task_definition("Web"),
    ),
    Case(
        document("ECSTaskDefinition", "other", task_definition()["spec"]),
        "metadata.name",
        "metadata.name must be web",
        "metadata.name must be the family, mangled where it is no lower-case DNS label",
    ),
]

KUBERNETES_KEYS = "keys under kubecs.dev/ are the operator's own"
PLACED = [
    (
        {"placementStrategy": [{"type": "random", "field": "cpu"}]},
        "spec.placementStrategy[0].field",
        "random field should not be specified",
        "",
    ),
    (
        {"placementStrategy": [{"type": "binpack", "field": "disk"}]},
        "spec.placementStrategy[0].field",
        "binpack field 'disk' is invalid",
        "binpack field is invalid",
    ),
    (
        {"placementStrategy": [{"type": "spread", "field": "zone"}]},
        "spec.placementStrategy[0].field",
        "spread field 'zone' is invalid",
        "spread field is invalid",
    ),
    (
        {"placementConstraints": [{"type": "memberOf"}]},
        "spec.placementConstraints[0].expression",
        "memberOf expression should be specified",
        "",
    ),
    (
        {"placementConstraints": [{"type": "distinctInstance", "expression": "x"}]},
        "spec.placementConstraints[0].expression",
        "distinctInstance expression should not be specified",
        "",
    ),
    (
        {"kubernetes": {"podLabels": {"kubecs.dev/cluster": "x"}}},
        "spec.kubernetes.podLabels",
        KUBERNETES_KEYS,
        "",
    ),
    (
        {"kubernetes": {"podAnnotations": {"kwok.kubecs.dev/x": "x"}}},
        "spec.kubernetes.podAnnotations",
        KUBERNETES_KEYS,
        "",
    ),
    (
        {"launchType": "EC2", "capacityProviderStrategy": strategy({"weight": 1})},
        "spec.launchType",
        "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        "",
    ),
    (
        {"capacityProviderStrategy": strategy({"weight": 0}, {})},
        "spec.capacityProviderStrategy",
        "There are no capacity providers in the capacity provider strategy with a weight value greater than zero",
        "",
    ),
    (
        {"capacityProviderStrategy": strategy({"weight": 1, "base": 1}, {"base": 2})},
        "spec.capacityProviderStrategy",
        "There are multiple capacity providers in the specified capacity provider strategy with a base value defined",
        "",
    ),
]

SERVICES = [
    *(Case(service(tags=tags), "spec.tags", says) for tags, says in TAG_CASES),
    *(Case(service(**members), field, says, rule) for members, field, says, rule in PLACED),
    Case(
        document("ECSService", "c.d.web", service(cluster="c.d")["spec"]),
        "spec.cluster",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was c.d",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$",
    ),
    Case(
        changed(service("Web"), serviceName="WEB"),
        "spec.serviceName",
        "serviceName can't be changed: another name is another service",
        before=service("Web"),
    ),
    Case(
        changed(service(cluster="C"), cluster="c"),
        "spec.cluster",
        "cluster can't be changed: create the service in the other cluster",
        before=service(cluster="C"),
    ),
    Case(
        service(schedulingStrategy="DAEMON"),
        "spec.schedulingStrategy",
        "schedulingStrategy can't be changed",
        "",
        service(),
    ),
    Case(service(role="r"), "spec.role", "role can't be changed", "", service()),
    Case(
        changed(service(), deploymentController={"type": "EXTERNAL"}, taskDefinition=None),
        "spec.deploymentController",
        "deploymentController can't be changed",
        "",
        service(),
    ),
    Case(
        service(launchType="FARGATE"),
        "spec.launchType",
        "launchType can't be changed, only be replaced by a capacityProviderStrategy or replace one",
        "",
        service(launchType="EC2"),
    ),
    Case(changed(service(), taskDefinition=None), "spec.taskDefinition", "TaskDefinition can not be blank."),
    Case(service(deploymentController={"type": "EXTERNAL"}), "spec.taskDefinition", "TaskDefinition must be blank"),
    Case(
        service(**DAEMON, desiredCount=3),
        "spec.desiredCount",
        "The daemon scheduling strategy does not support a desired count for services.",
    ),
    Case(
        service(**DAEMON, placementStrategy=[{"type": "spread", "field": "host"}]),
        "spec.placementStrategy",
        "The daemon scheduling strategy does not support placement strategies.",
    ),
    Case(
        deployment(200, **DAEMON),
        "spec.deploymentConfiguration.maximumPercent",
        "The daemon scheduling strategy does not support values above 100 for maximumPercent.",
    ),
    Case(
        deployment(100),
        "spec.deploymentConfiguration.maximumPercent",
        "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments",
    ),
    Case(
        deployment(50, 80),
        "spec.deploymentConfiguration.maximumPercent",
        "maximumPercent must be at least minimumHealthyPercent",
    ),
    Case(
        service(
            deploymentController={"type": "CODE_DEPLOY"},
            deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}},
        ),
        "spec.deploymentConfiguration.deploymentCircuitBreaker",
        "The deployment circuit breaker needs the deployment controller ECS",
    ),
    Case(
        service(loadBalancers=[{"loadBalancerName": "n", "targetGroupArn": "a"}]),
        "spec.loadBalancers[0].loadBalancerName",
        "loadBalancerName and targetGroupArn cannot both be specified",
    ),
    Case(
        document("ECSService", "web", service(cluster="prod")["spec"]),
        "metadata.name",
        "metadata.name must be prod.web",
        "metadata.name must be the serviceName in the cluster default, else <cluster>.<serviceName>, "
        "each mangled where it is no DNS label",
    ),
]

TASK_MEMBERS = {
    "capacityProviderStrategy": strategy({"weight": 1}),
    "cluster": "c",
    "count": 1,
    "enableECSManagedTags": True,
    "enableExecuteCommand": True,
    "group": "g",
    "launchType": "EC2",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"]}},
    "overrides": {"cpu": "256"},
    "placementConstraints": [{"type": "distinctInstance"}],
    "placementStrategy": [{"type": "random"}],
    "platformVersion": "LATEST",
    "propagateTags": "NONE",
    "startedBy": "me",
    "tags": [{"key": "k", "value": "v"}],
    "taskDefinition": "other",
    "volumeConfigurations": [{"name": "v"}],
}
FIXED_TASK = "can't be changed: a task is run once, as it was asked for"

TASKS = [
    *(Case(task(tags=tags), "spec.tags", says) for tags, says in TAG_CASES),
    *(Case(task(**members), field, says, rule) for members, field, says, rule in PLACED),
    *(Case(task(**{name: value}), f"spec.{name}", FIXED_TASK, "", task()) for name, value in TASK_MEMBERS.items()),
    Case(
        task(cluster="c.d"),
        "spec.cluster",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was c.d",
        "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$",
    ),
    Case(task(count=2), "spec.count", "an ECSTask is one task: count can only be 1"),
    Case(task(propagateTags="SERVICE"), "spec.propagateTags", "propagateTags SERVICE needs a service."),
    Case(
        task(overrides={"containerOverrides": [{"cpu": 1}]}),
        "spec.overrides.containerOverrides[0].name",
        "Container override name cannot be empty.",
    ),
]

OTHERS = [
    *(Case(cluster_object(tags=tags), "spec.tags", says) for tags, says in TAG_CASES),
    Case(
        changed(cluster_object("C"), clusterName="c") | {"metadata": cluster_object("C")["metadata"]},
        "spec.clusterName",
        "clusterName can't be changed: another name is another cluster",
        "",
        cluster_object("C"),
    ),
    Case(
        document("ECSCluster", "other", {}),
        "metadata.name",
        "metadata.name must be default",
        "metadata.name must be the clusterName, mangled where it is no lower-case DNS label",
    ),
    Case(
        account(targetGroups=[{"from": "*", "to": "ClusterIP", "nodePort": 30000}]),
        "spec.targetGroups[0].nodePort",
        "nodePort needs such a Service",
    ),
    Case(
        account(targetGroups=[{"from": "*", "to": "NodePort", "loadBalancerClass": "x"}]),
        "spec.targetGroups[0].loadBalancerClass",
        "loadBalancerClass needs a LoadBalancer",
    ),
    Case(
        account(accountId="210987654321"),
        "spec.accountId",
        "can't be changed: the ARNs of what exists carry it",
        "",
        account(),
    ),
    Case(
        changed(account(), region=None),
        "spec.region",
        "can't be changed: the ARNs of what exists carry it",
        "",
        account(),
    ),
    Case(
        account(environmentFiles=[{"from": "arn:aws:s3:::bucket/*"}]),
        "spec.environmentFiles[0]",
        "either configMapName or secretName must be given",
    ),
    Case(
        account(fileSystems=[{"from": "fs-1"}]),
        "spec.fileSystems[0]",
        "one of persistentVolumeClaimName, nfs and csi must be given",
    ),
    Case(
        account(
            fileSystems=[{"from": "a", "persistentVolumeClaimName": "a", "transitEncryptionPortAttribute": "tlsport"}]
        ),
        "spec.fileSystems[0].transitEncryptionPortAttribute",
        "transitEncryptionPortAttribute is an attribute of csi",
    ),
    Case(
        document("ECSAccount", "mine", {}), "metadata.name", "metadata.name must be default: a namespace is one account"
    ),
    Case(
        revision(taskDefinition=task_definition(cpu="256")["spec"]),
        "spec.taskDefinition",
        "a revision can't be changed: register another one",
        "",
        revision(),
    ),
    Case(
        revision(revision=2),
        "spec.revision",
        "the number of a revision can't be changed",
        "",
        revision(),
    ),
    Case(
        document("ECSTaskDefinitionRevision", "web.2", revision()["spec"]),
        "metadata.name",
        "metadata.name must be web.<revision>",
        "metadata.name must be <family>.<revision>, the family mangled where it is no lower-case DNS label",
    ),
    Case(record(group="family:web"), "spec", "a record can't be changed: what it tells has happened", "", record()),
    Case(
        record(taskArn=f"{ARN}:task/default/{'0' * 32}"),
        "metadata.name",
        "metadata.name must be the task id, which is the last part of taskArn",
    ),
]

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
        taken(cluster, namespace, manifest)


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
    taken(cluster, namespace, before, dry=False)
    taken(cluster, namespace, after)
