"""Objects of kubecs's own kinds, clusters and records that a CEL rule refuses."""

from __future__ import annotations

from tests.cluster.crd_cases import TAG_CASES, Case
from tests.cluster.crd_documents import (
    ARN,
    account,
    changed,
    cluster_object,
    document,
    record,
    revision,
    task_definition,
)

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
