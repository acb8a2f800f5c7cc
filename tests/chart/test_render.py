"""What the chart makes of its values: safe Pods, names that fit, rights that are no wider than needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart.objects import container, kinds, one, pod
from tools import manifest
from tools.helm import CHART, HelmError, render
from tools.localcluster.access import MANIFEST

PROJECT = CHART.parents[1]
CLUSTERWIDE = {
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
}
LONG = "a-release-with-a-name-of-fifty-three-characters-xxxxx"
EVERYTHING: dict[str, Any] = {
    "networkPolicy": {"enabled": True},
    "monitoring": {
        "missingKinds": "render",
        "dashboards": {"enabled": True},
        "plainPrometheus": {"enabled": True},
        **{part: {"enabled": True} for part in ("serviceMonitor", "podMonitor", "rules")},
    },
}


def test_pod_is_restricted() -> None:
    spec = pod(render())["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(render())["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert spec["enableServiceLinks"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert one(render(), "ServiceAccount")["automountServiceAccountToken"] is False


def test_user_is_openshifts_own_where_it_is_openshift() -> None:
    adapted = pod(render(api_versions=["security.openshift.io/v1"]))["spec"]["securityContext"]
    assert "runAsUser" not in adapted
    assert adapted["runAsNonRoot"] is True
    never = {"openshift": {"adaptSecurityContext": "never"}}
    assert (
        pod(render(never, api_versions=["security.openshift.io/v1"]))["spec"]["securityContext"]["runAsUser"] == 65532
    )


def test_names_and_labels_fit_however_long_the_release_is_called() -> None:
    assert len(LONG) == 53
    for document in render(EVERYTHING | {"nameOverride": "n" * 80}, release=LONG):
        metadata = document["metadata"]
        assert len(metadata["name"]) <= 63
        assert not metadata["name"].endswith("-")
        assert all(len(value) <= 63 for value in metadata.get("labels", {}).values())


def test_selectors_name_nothing_that_an_upgrade_changes() -> None:
    for document in render(EVERYTHING):
        assert "helm.sh/chart" not in str(document.get("spec", {}).get("selector"))
        assert "app.kubernetes.io/version" not in str(document.get("spec", {}).get("selector"))


def test_one_replica_has_no_budget_that_would_hold_up_drains() -> None:
    assert "PodDisruptionBudget" in kinds(render({"replicaCount": 2}))
    assert "PodDisruptionBudget" not in kinds(render({"replicaCount": 1}))


def test_one_namespace_takes_no_right_in_the_cluster() -> None:
    documents = render(EVERYTHING | {"scope": {"namespace": "shop"}, "crds": {"install": False}})
    assert not CLUSTERWIDE & kinds(documents)
    role = one(documents, "Role", "kubecs-operator")
    assert role["metadata"]["namespace"] == "shop"
    assert "nodes" not in {resource for rule in role["rules"] for resource in rule["resources"]}
    assert one(documents, "RoleBinding", "kubecs-operator")["metadata"]["namespace"] == "shop"
    assert one(documents, "Role", "kubecs-operator-lease")["metadata"]["namespace"] == "kubecs-system"


def test_nothing_is_bindable_where_nothing_is_listed() -> None:
    rules = one(render({"rbac": {"bindable": {"clusterRoles": []}}}), "ClusterRole", "kubecs-operator")["rules"]
    assert not [rule for rule in rules if "bind" in rule["verbs"]]


@pytest.mark.parametrize("scope", ["", "shop"])
def test_no_role_has_a_wildcard_or_reads_secrets(scope: str) -> None:
    roles = [each for each in render({"scope": {"namespace": scope}}) if each["kind"] in ("Role", "ClusterRole")]
    assert roles
    for rule in (rule for role in roles for rule in role["rules"]):
        assert "*" not in str(rule)
        assert not {"secrets", "pods/exec", "serviceaccounts/token"} & set(rule["resources"])
        assert not {"escalate", "impersonate"} & set(rule["verbs"])


def test_people_who_edit_do_not_write_accounts() -> None:
    documents = render()
    aggregated = [
        each
        for each in documents
        if each["kind"] == "ClusterRole" and "aggregate-to-" in str(each["metadata"].get("labels"))
    ]
    assert {each["metadata"]["name"] for each in aggregated} == {"kubecs-view", "kubecs-edit", "kubecs-pass-roles"}
    writes = [rule for role in aggregated for rule in role["rules"] if set(rule["verbs"]) - {"get", "list", "watch"}]
    assert writes
    assert not [rule for rule in writes if "ecsaccounts" in rule["resources"]]
    assert not [rule for role in aggregated for rule in role["rules"] if any("status" in r for r in rule["resources"])]


@pytest.mark.parametrize("part", ["serviceMonitor", "podMonitor", "rules"])
def test_kinds_that_the_cluster_does_not_know_are_left_out_or_refused(part: str) -> None:
    chosen = {part: {"enabled": True}}
    unknown = {"ServiceMonitor", "PodMonitor", "PrometheusRule"}
    assert not unknown & kinds(render({"monitoring": chosen}))
    with pytest.raises(HelmError, match="does not know the kind"):
        render({"monitoring": chosen | {"missingKinds": "fail"}})


def test_service_monitor_without_its_service_is_refused() -> None:
    values = {"monitoring": EVERYTHING["monitoring"] | {"service": {"enabled": False}}}
    with pytest.raises(HelmError, match=r"use monitoring\.podMonitor"):
        render(values)


def test_plain_prometheus_gets_the_same_rules() -> None:
    documents = render(EVERYTHING)
    data = one(documents, "ConfigMap", "kubecs-prometheus")["data"]
    assert yaml.safe_load(data["rules.yaml"]) == one(documents, "PrometheusRule")["spec"]
    (job,) = yaml.safe_load(data["scrape.yaml"])["scrape_configs"]
    assert job["honor_labels"] is True


@pytest.mark.parametrize("path", sorted((PROJECT / "crds").glob("*.yaml")), ids=lambda path: str(path.stem))
def test_crds_are_those_of_the_project(path: Path) -> None:
    expected = yaml.safe_load(path.read_text())
    kept = one(render(), "CustomResourceDefinition", expected["metadata"]["name"])
    assert kept["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    assert kept == expected
    assert one(render({"crds": {"keep": False}}), "CustomResourceDefinition", expected["metadata"]["name"]) == expected


def test_rendering_twice_gives_the_same() -> None:
    assert render(EVERYTHING) == render(EVERYTHING)


def test_objects_may_be_given_as_templates() -> None:
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ .Release.Name }}-x', labels: {}}}"
    assert one(render({"extraObjects": [text]}), "ConfigMap")["metadata"]["name"] == "kubecs-x"


def test_older_kubernetes_is_refused() -> None:
    with pytest.raises(HelmError, match="kubeVersion"):
        render(kubernetes="1.33.9")
    assert render(kubernetes="1.34.0")
    assert render(kubernetes="1.35.2-eks-abc")


def test_manifest_of_the_examples_is_the_chart() -> None:
    assert list(yaml.safe_load_all(MANIFEST.read_text())) == manifest.documents()
