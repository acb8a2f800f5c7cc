"""The operator's rights: what it needs, and nothing that would let it read secrets or raise itself."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import yaml

from tools import manifest
from tools.localcluster.access import MANIFEST, OPERATOR, OPERATOR_NAMESPACE, operator_access

ROLE, LEASE_ROLE = (
    next(each for each in operator_access() if (each["kind"], each["metadata"]["name"]) == wanted)
    for wanted in (("ClusterRole", OPERATOR), ("Role", f"{OPERATOR}-lease"))
)
READ = {"list", "watch"}


def _verbs(group: str, resource: str) -> set[str]:
    rules = [rule for rule in ROLE["rules"] if group in rule["apiGroups"] and resource in rule["resources"]]
    return {verb for rule in rules for verb in rule["verbs"]}


EXPECTED = {
    ("kubecs.dev", "ecsaccounts"): READ,
    ("kubecs.dev", "ecsclusters"): READ,
    ("kubecs.dev", "ecstaskdefinitions"): READ | {"get"},
    ("kubecs.dev", "ecsservices"): READ | {"get"},
    ("kubecs.dev", "ecstasks"): READ | {"delete"},
    ("kubecs.dev", "ecstaskdefinitionrevisions"): READ | {"get", "create", "patch"},
    ("kubecs.dev", "ecstaskrecords"): READ | {"get", "create", "delete"},
    ("kubecs.dev", "ecsclusters/status"): {"patch"},
    ("kubecs.dev", "ecstaskdefinitions/status"): {"patch"},
    ("kubecs.dev", "ecstaskdefinitionrevisions/status"): {"patch"},
    ("kubecs.dev", "ecsservices/status"): {"patch"},
    ("kubecs.dev", "ecstasks/status"): {"patch"},
    ("", "pods"): READ | {"get", "create", "patch", "delete"},
    ("policy", "poddisruptionbudgets"): READ | {"create", "patch"},
    ("", "nodes"): READ,
    ("", "services"): READ | {"create", "patch", "delete"},
    ("", "serviceaccounts"): READ | {"create", "patch"},
    ("apps", "deployments"): READ | {"create", "patch"},
    ("apps", "daemonsets"): READ | {"create", "patch"},
    ("apps", "replicasets"): READ,
    ("apps", "controllerrevisions"): READ | {"get", "create", "patch", "delete"},
    ("rbac.authorization.k8s.io", "rolebindings"): READ | {"create", "patch", "delete"},
    ("rbac.authorization.k8s.io", "clusterroles"): {"bind"},
    ("networking.k8s.io", "networkpolicies"): READ | {"get", "create", "patch"},
    ("", "persistentvolumeclaims"): READ | {"get", "create"},
    ("external-secrets.io", "externalsecrets"): READ | {"get", "create", "patch"},
    ("resource.k8s.io", "resourceclaimtemplates"): READ | {"get", "create"},
    ("events.k8s.io", "events"): {"create", "patch"},
}


def test_rights_are_exactly_these() -> None:
    pairs = {pair for rule in ROLE["rules"] for pair in product(rule["apiGroups"], rule["resources"])}
    assert {pair: _verbs(*pair) for pair in pairs} == EXPECTED


@pytest.mark.parametrize("member", ["apiGroups", "resources", "verbs"])
def test_no_rule_has_a_wildcard(member: str) -> None:
    assert not any("*" in entry for rule in ROLE["rules"] for entry in rule[member])


def test_only_named_roles_may_be_bound() -> None:
    (rule,) = (rule for rule in ROLE["rules"] if "bind" in rule["verbs"])
    assert rule["resourceNames"] == ["view"]


def test_leases_are_those_of_its_own_namespace_and_only_one_is_written() -> None:
    assert LEASE_ROLE["metadata"]["namespace"] == OPERATOR_NAMESPACE
    create, others = LEASE_ROLE["rules"]
    assert create == {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]}
    assert (others["resourceNames"], others["verbs"]) == ([OPERATOR], ["get", "patch"])


def test_deployment_runs_as_that_identity_without_privileges() -> None:
    (deployment,) = (each for each in yaml.safe_load_all(MANIFEST.read_text()) if each["kind"] == "Deployment")
    spec = deployment["spec"]["template"]["spec"]
    assert (deployment["metadata"]["namespace"], spec["serviceAccountName"]) == (OPERATOR_NAMESPACE, OPERATOR)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_written_file_is_checked_by_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    metadata = {"name": "a", "labels": {"helm.sh/chart": "kubecs-1", "app.kubernetes.io/name": "kubecs"}}
    rendered = [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 2}}]
    monkeypatch.setattr(manifest, "render", lambda values: rendered if values == manifest.VALUES else [])
    path = tmp_path / "operator.yaml"
    assert manifest.main(["--check", str(path)]) == 1
    assert manifest.main(["--write", str(path)]) == 0
    assert manifest.main(["--check", str(path)]) == 0
    assert "helm.sh" not in path.read_text()
    path.write_text(path.read_text().replace("replicas: 2", "replicas: 3"))
    assert manifest.main(["--check", str(path)]) == 1
    assert "out of date" in capsys.readouterr().err
