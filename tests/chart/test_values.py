"""Every documented value does what it says; every other one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.chart.objects import Document, at, container, kinds, one, pod
from tools.chartvalues import documented, undocumented
from tools.helm import CHART, HelmError, helm, render

MONITORING = tuple(f"monitoring.coreos.com/v1/{kind}" for kind in ("ServiceMonitor", "PodMonitor", "PrometheusRule"))
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
Seen = Callable[[list[Document]], bool]


def in_container(path: str, value: Any) -> Seen:
    return lambda documents: bool(at(container(documents), path) == value)


def argument(text: str) -> Seen:
    return lambda documents: text in container(documents)["args"]


def in_pod(path: str, value: Any) -> Seen:
    return lambda documents: bool(at(pod(documents), path) == value)


def at_one(kind: str, path: str, value: Any) -> Seen:
    return lambda documents: bool(at(one(documents, kind), path) == value)


def has(*wanted: str) -> Seen:
    return lambda documents: set(wanted) <= kinds(documents)


def has_no_policy(name: str) -> Seen:
    return lambda documents: (
        not any(
            each["metadata"]["name"] == name
            for each in documents
            if each["kind"].startswith("ValidatingAdmissionPolicy")
        )
    )


def has_not(*unwanted: str) -> Seen:
    return lambda documents: not set(unwanted) & kinds(documents)


def binds(resource: str, names: list[str]) -> Seen:
    def seen(documents: list[Document]) -> bool:
        rules = one(documents, "ClusterRole", "kubecs-operator")["rules"]
        return [rule["resourceNames"] for rule in rules if rule["resources"] == [resource]] == [names]

    return seen


def everywhere(key: str, value: str) -> Seen:
    ours = {"CustomResourceDefinition"}
    return lambda documents: all(
        each["metadata"]["labels"].get(key) == value for each in documents if each["kind"] not in ours
    )


def dashboards(path: str, value: Any) -> Seen:
    def seen(documents: list[Document]) -> bool:
        found = [
            each for each in documents if each["kind"] == "ConfigMap" and any(".json" in key for key in each["data"])
        ]
        return bool(found) and all(at(each, path) == value for each in found)

    return seen


def rules(seen: Callable[[list[Mapping[str, Any]]], bool]) -> Seen:
    def of_alerts(documents: list[Document]) -> bool:
        groups = one(documents, "PrometheusRule")["spec"]["groups"]
        return seen([rule for group in groups for rule in group["rules"] if "alert" in rule])

    return of_alerts


def spread(documents: list[Document]) -> Any:
    return pod(documents)["spec"]["topologySpreadConstraints"]


def nested(path: str, value: Any) -> dict[str, Any]:
    """{"a": {"b": value}} for "a.b"."""
    first, _, rest = path.partition(".")
    return {first: nested(rest, value) if rest else value}


LABEL = {"team": "a"}
TERM = {"key": "a", "operator": "Exists"}
OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {}}, "data": {"a": "b"}}
PEER = {"ipBlock": {"cidr": "10.0.0.0/8"}}
RELABEL = {"action": "labeldrop", "regex": "pod"}

# A value of each path beside the default, and what has to be seen then.
SEEN: dict[str, tuple[Any, Seen]] = {
    "nameOverride": ("shop", at_one("Deployment", "metadata.name", "kubecs-shop-operator")),
    "fullnameOverride": ("mine", at_one("Deployment", "metadata.name", "mine-operator")),
    "namespaceOverride": ("other", at_one("Deployment", "metadata.namespace", "other")),
    "commonLabels": (LABEL, everywhere("team", "a")),
    "image.repository": ("registry.test/k", in_container("image", "registry.test/k:0.1.0")),
    "image.tag": ("v9", in_container("image", "kubecs:v9")),
    "image.digest": (DIGEST, in_container("image", f"kubecs@{DIGEST}")),
    "image.pullPolicy": ("Never", in_container("imagePullPolicy", "Never")),
    "imagePullSecrets": ([{"name": "s"}], in_pod("spec.imagePullSecrets", [{"name": "s"}])),
    "replicaCount": (5, at_one("Deployment", "spec.replicas", 5)),
    "scope.namespace": ("shop", argument("--namespace=shop")),
    "operator.region": ("eu-west-1", argument("--region=eu-west-1")),
    "operator.steadySeconds": (7, argument("--steady-seconds=7")),
    "operator.missingGraceSeconds": (8, argument("--missing-grace-seconds=8")),
    "operator.recordRetentionSeconds": (1_000_000, argument("--record-retention-seconds=1000000")),
    "operator.workers": (3, argument("--workers=3")),
    "operator.shimDelivery": ("imageVolume", argument("--shim-delivery=imageVolume")),
    "operator.shimImage": ("shim:1", argument("--shim-image=shim:1")),
    "operator.logFormat": ("text", argument("--log-format=text")),
    "operator.logLevel": ("DEBUG", argument("--log-level=DEBUG")),
    "operator.extraArgs": (["--workers=1"], lambda documents: container(documents)["args"][-1] == "--workers=1"),
    "operator.extraEnv": ([{"name": "A", "value": "b"}], in_container("env.0.name", "A")),
    "serviceAccount.create": (False, lambda documents: "ServiceAccount" not in kinds(documents)),
    "serviceAccount.name": ("mine", at_one("ServiceAccount", "metadata.name", "mine")),
    "serviceAccount.annotations": (LABEL, at_one("ServiceAccount", "metadata.annotations", LABEL)),
    "rbac.create": (False, has_not("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
    "rbac.aggregate": (False, lambda documents: one(documents, "ClusterRole")["metadata"]["name"] == "kubecs-operator"),
    "rbac.bindable.clusterRoles": (["edit", "x"], binds("clusterroles", ["edit", "x"])),
    "rbac.bindable.roles": (["shop"], binds("roles", ["shop"])),
    "security.passRole": (False, has_no_policy("kubecs-pass-role")),
    "crds.install": (False, has_not("CustomResourceDefinition")),
    "crds.keep": (
        False,
        lambda documents: (
            not any(
                "annotations" in each["metadata"] for each in documents if each["kind"] == "CustomResourceDefinition"
            )
        ),
    ),
    "warnings.install": (False, has_no_policy("kubecs")),
    "deploymentAnnotations": (LABEL, at_one("Deployment", "metadata.annotations", LABEL)),
    "podAnnotations": (LABEL, in_pod("metadata.annotations.team", "a")),
    "podLabels": (LABEL, in_pod("metadata.labels.team", "a")),
    "podSecurityContext": ({"fsGroup": 7}, in_pod("spec.securityContext.fsGroup", 7)),
    "securityContext": ({"runAsUser": 7}, in_container("securityContext.runAsUser", 7)),
    "openshift.adaptSecurityContext": ("always", in_pod("spec.securityContext.runAsUser", None)),
    "resources": ({"requests": {"cpu": "1"}}, in_container("resources.requests.cpu", "1")),
    "nodeSelector": (LABEL, in_pod("spec.nodeSelector", LABEL)),
    "tolerations": ([TERM], in_pod("spec.tolerations", [TERM])),
    "affinity": ({"nodeAffinity": {}}, in_pod("spec.affinity", {"nodeAffinity": {}})),
    "topologySpreadConstraints": (
        [{"maxSkew": 3, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule"}],
        lambda documents: "rack" in {each["topologyKey"] for each in spread(documents) if each["labelSelector"]},
    ),
    "priorityClassName": ("high", in_pod("spec.priorityClassName", "high")),
    "runtimeClassName": ("gvisor", in_pod("spec.runtimeClassName", "gvisor")),
    "terminationGracePeriodSeconds": (9, in_pod("spec.terminationGracePeriodSeconds", 9)),
    "strategy": ({"type": "Recreate", "rollingUpdate": None}, at_one("Deployment", "spec.strategy.type", "Recreate")),
    "revisionHistoryLimit": (9, at_one("Deployment", "spec.revisionHistoryLimit", 9)),
    "livenessProbe": ({"periodSeconds": 99}, in_container("livenessProbe.periodSeconds", 99)),
    "readinessProbe": ({"periodSeconds": 99}, in_container("readinessProbe.periodSeconds", 99)),
    "startupProbe": ({"periodSeconds": 99}, in_container("startupProbe.periodSeconds", 99)),
    "podDisruptionBudget.enabled": (False, has_not("PodDisruptionBudget")),
    "podDisruptionBudget.maxUnavailable": ("50%", at_one("PodDisruptionBudget", "spec.maxUnavailable", "50%")),
    "networkPolicy.enabled": (True, has("NetworkPolicy")),
    "networkPolicy.metricsFrom": ([PEER], at_one("NetworkPolicy", "spec.ingress.1.from", [PEER])),
    "networkPolicy.apiServerTo": ([PEER], at_one("NetworkPolicy", "spec.egress.1.to", [PEER])),
    "networkPolicy.apiServerPorts": ([9443], at_one("NetworkPolicy", "spec.egress.1.ports.0.port", 9443)),
    "monitoring.service.enabled": (False, has_not("Service")),
    "monitoring.service.annotations": (LABEL, at_one("Service", "metadata.annotations", LABEL)),
    "monitoring.missingKinds": ("render", has("ServiceMonitor")),
    "monitoring.plainPrometheus.enabled": (True, lambda d: "scrape.yaml" in one(d, "ConfigMap")["data"]),
    "monitoring.dashboards.enabled": (True, has("ConfigMap")),
    "monitoring.dashboards.namespace": ("grafana", dashboards("metadata.namespace", "grafana")),
    "monitoring.dashboards.labels": (LABEL, dashboards("metadata.labels.team", "a")),
    "monitoring.dashboards.annotations": (LABEL, dashboards("metadata.annotations", LABEL)),
    "monitoring.rules.enabled": (True, has("PrometheusRule")),
    "monitoring.rules.labels": (LABEL, at_one("PrometheusRule", "metadata.labels.team", "a")),
    "monitoring.rules.alertLabels": (
        LABEL,
        rules(lambda alerts: all({"team", "severity"} <= set(rule["labels"]) for rule in alerts)),
    ),
    "monitoring.rules.disabled": (
        ["EcsCacheDrift"],
        rules(lambda alerts: "EcsCacheDrift" not in {rule["alert"] for rule in alerts}),
    ),
    "monitoring.rules.runbookUrl": (
        "https://example.com/r",
        rules(lambda alerts: alerts[0]["annotations"]["runbook_url"] == "https://example.com/r#ecsoperatordown"),
    ),
    "extraObjects": ([OBJECT], at_one("ConfigMap", "data.a", "b")),
}
for _kind, _endpoint in (("serviceMonitor", "spec.endpoints.0"), ("podMonitor", "spec.podMetricsEndpoints.0")):
    _Kind = _kind[0].upper() + _kind[1:]
    SEEN |= {
        f"monitoring.{_kind}.enabled": (True, at_one(_Kind, f"{_endpoint}.port", "metrics")),
        f"monitoring.{_kind}.labels": (LABEL, at_one(_Kind, "metadata.labels.team", "a")),
        f"monitoring.{_kind}.interval": ("7s", at_one(_Kind, f"{_endpoint}.interval", "7s")),
        f"monitoring.{_kind}.scrapeTimeout": ("6s", at_one(_Kind, f"{_endpoint}.scrapeTimeout", "6s")),
        f"monitoring.{_kind}.relabelings": ([RELABEL], at_one(_Kind, f"{_endpoint}.relabelings", [RELABEL])),
        f"monitoring.{_kind}.metricRelabelings": (
            [RELABEL],
            at_one(_Kind, f"{_endpoint}.metricRelabelings", [RELABEL]),
        ),
    }

# What else has to be set for a value to have its effect.
WITH: dict[str, dict[str, Any]] = {
    "serviceAccount.create": {"serviceAccount": {"name": "there"}},
    "monitoring.missingKinds": {"monitoring": {"serviceMonitor": {"enabled": True}}},
}
for _part in ("serviceMonitor", "podMonitor", "rules", "dashboards"):
    WITH |= {
        path: {"monitoring": {_part: {"enabled": True}}}
        for path in SEEN
        if path.startswith(f"monitoring.{_part}.") and not path.endswith(".enabled")
    }
WITH |= {path: {"networkPolicy": {"enabled": True}} for path in SEEN if path.startswith("networkPolicy.")}
SWITCHES = ("networkPolicy.enabled", "serviceAccount.create")


def merged(one_tree: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = one_tree.keys() & other.keys()
    deeper = {key: merged(one_tree[key], other[key]) for key in both if isinstance(other[key], dict)}
    return one_tree | other | deeper


def test_every_value_is_documented_and_tried() -> None:
    assert undocumented() == []
    assert {value.name for value in documented()} == set(SEEN)


@pytest.mark.parametrize("path", SEEN)
def test_value_has_its_effect(path: str) -> None:
    value, seen = SEEN[path]
    before = {} if path in SWITCHES else WITH.get(path, {})
    known = MONITORING if path != "monitoring.missingKinds" else ()
    assert not seen_without(seen, render(before, api_versions=known)), "it is seen without the value too"
    assert seen(render(merged(WITH.get(path, {}), nested(path, value)), api_versions=known))


def seen_without(seen: Seen, documents: list[Document]) -> bool:
    """Whether it is seen; what looks into an object that is not there sees nothing."""
    try:
        return seen(documents)
    except (ValueError, KeyError, IndexError):
        return False


def test_lint_has_no_complaint() -> None:
    assert "[ERROR]" not in (printed := helm("lint", "--strict", CHART))
    assert "[WARNING]" not in printed


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"replicas": 2}, "replicas"),
        ({"image": {"tagg": "1"}}, "tagg"),
        ({"monitoring": {"serviceMonitor": {"enable": True}}}, "enable"),
        ({"rbac": {"bindable": {"clusterroles": ["a"]}}}, "clusterroles"),
        ({"replicaCount": "two"}, "replicaCount"),
        ({"replicaCount": -1}, "replicaCount"),
        ({"image": {"digest": "sha256:12"}}, "digest"),
        ({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy"),
        ({"operator": {"logLevel": "LOUD"}}, "logLevel"),
        ({"operator": {"workers": 0}}, "workers"),
        ({"imagePullSecrets": ["s"]}, "imagePullSecrets"),
        ({"commonLabels": {"a": 1}}, "commonLabels"),
        ({"serviceAccount": {"create": False}}, "serviceAccount.name is needed"),
    ],
)
def test_wrong_values_are_refused(values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(HelmError, match=complaint):
        render(values)
