"""What a CEL rule refuses: a case of it, and the documents that many of the cases are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.cluster.crd_documents import changed, service, task_definition

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
        {"kubernetes": {"podLabels": {"no good key": "x"}}},
        "spec.kubernetes.podLabels",
        "keys must be names that Kubernetes allows, such as example.com/team",
        "",
    ),
    (
        {"kubernetes": {"podAnnotations": {"a/b/c": "x"}}},
        "spec.kubernetes.podAnnotations",
        "keys must be names that Kubernetes allows, such as example.com/team",
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
