"""The operator's rights: what it needs, and nothing that would let it read secrets or raise itself."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from tools import kind
from tools.kind import operator_deployment
from tools.localcluster.access import OPERATOR, OPERATOR_NAMESPACE, operator_access

ROLE = next(document for document in operator_access() if document["kind"] == "ClusterRole")
READ = {"get", "list", "watch"}


def _verbs(group: str, resource: str) -> set[str]:
    rules = [rule for rule in ROLE["rules"] if group in rule["apiGroups"] and resource in rule["resources"]]
    return {verb for rule in rules for verb in rule["verbs"]}


EXPECTED = {
    ("kubecs.dev", "ecsaccounts"): READ,
    ("kubecs.dev", "ecsclusters"): READ,
    ("kubecs.dev", "ecstaskdefinitions"): READ,
    ("kubecs.dev", "ecsservices"): READ,
    ("kubecs.dev", "ecstasks"): READ | {"delete"},
    ("kubecs.dev", "ecstaskdefinitionrevisions"): READ | {"create", "update", "patch", "delete"},
    ("kubecs.dev", "ecstaskrecords"): READ | {"create", "update", "patch", "delete"},
    ("kubecs.dev", "ecsaccounts/status"): {"patch"},
    ("kubecs.dev", "ecsclusters/status"): {"patch"},
    ("kubecs.dev", "ecstaskdefinitions/status"): {"patch"},
    ("kubecs.dev", "ecstaskdefinitionrevisions/status"): {"patch"},
    ("kubecs.dev", "ecsservices/status"): {"patch"},
    ("kubecs.dev", "ecstasks/status"): {"patch"},
    ("", "pods"): READ | {"create", "patch", "delete"},
    ("", "nodes"): READ,
    ("", "services"): READ | {"create", "patch", "delete"},
    ("", "serviceaccounts"): READ | {"create", "patch"},
    ("apps", "deployments"): READ | {"create", "patch", "delete"},
    ("apps", "replicasets"): READ,
    ("apps", "controllerrevisions"): READ | {"create", "patch", "delete"},
    ("rbac.authorization.k8s.io", "rolebindings"): READ | {"create", "patch", "delete"},
    ("rbac.authorization.k8s.io", "clusterroles"): {"bind"},
    ("networking.k8s.io", "networkpolicies"): READ | {"create", "patch"},
    ("", "persistentvolumeclaims"): READ | {"create"},
    ("external-secrets.io", "externalsecrets"): READ | {"create", "patch"},
    ("events.k8s.io", "events"): {"create", "patch"},
    ("coordination.k8s.io", "leases"): {"get", "create", "patch", "update"},
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


def test_deployment_runs_as_that_identity_without_privileges() -> None:
    deployment = operator_deployment("kubecs:dev")
    spec = deployment["spec"]["template"]["spec"]
    assert (deployment["metadata"]["namespace"], spec["serviceAccountName"]) == (OPERATOR_NAMESPACE, OPERATOR)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_written_file_is_checked_by_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "operator.yaml"
    assert kind.main(["--check", str(path)]) == 1
    assert kind.main(["--write", str(path)]) == 0
    assert kind.main(["--check", str(path)]) == 0
    path.write_text(path.read_text().replace("replicas: 2", "replicas: 3"))
    assert kind.main(["--check", str(path)]) == 1
    assert "out of date" in capsys.readouterr().err
    assert kind.main([]) == 0
    assert capsys.readouterr().out in path.read_text().replace("replicas: 3", "replicas: 2")
