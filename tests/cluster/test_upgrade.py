"""Upgrades: of the custom resource definitions under living objects, and of all that renders a hundred services."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster import ecs, shim
from tests.cluster.rig import PROJECT, Kubectl, OperatorProcess, wait_for
from tools.localcluster import LocalCluster

CRDS = PROJECT / "crds"
SERVICES = 100

# A member of each kind that an earlier v1alpha1 might not have had, and a value for it.
ADDED: dict[str, tuple[tuple[str, ...], Any]] = {
    "ecsclusters": (("tags",), [{"key": "team", "value": "shop"}]),
    "ecstaskdefinitions": (("runtimePlatform",), {"cpuArchitecture": "ARM64"}),
    "ecsservices": (("kubernetes", "priorityClassName"), "high"),
}


@pytest.fixture
def own_cluster() -> Iterator[LocalCluster]:
    """A control plane of the test's own, whose definitions may be old."""
    with LocalCluster(nodes=2) as started:
        yield started


def _older(path: Path) -> dict[str, Any]:
    """A definition as it may have been before: without the member that was added."""
    definition: dict[str, Any] = yaml.safe_load(path.read_text())
    added = ADDED.get(path.stem)
    if added is not None:
        (version,) = definition["spec"]["versions"]
        node = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
        *above, last = added[0]
        for name in above:
            node = node["properties"][name]
        del node["properties"][last]
        _drop_rules_about(last, version["schema"]["openAPIV3Schema"])
    return definition


def _drop_rules_about(member: str, node: dict[str, Any]) -> None:
    """Rules that speak of a member which is not there would not compile."""
    rules = node.get("x-kubernetes-validations")
    if rules:
        node["x-kubernetes-validations"] = [rule for rule in rules if f".{member}" not in rule["rule"]]
        if not node["x-kubernetes-validations"]:
            del node["x-kubernetes-validations"]
    for child in (node.get("properties") or {}).values():
        _drop_rules_about(member, child)


def _with(document: ecs.Document, path: tuple[str, ...], value: Any) -> ecs.Document:
    changed = copy.deepcopy(document)
    node = changed["spec"]
    for name in path[:-1]:
        node = node.setdefault(name, {})
    node[path[-1]] = value
    return changed


def _ready_for_pods(cluster: LocalCluster) -> Kubectl:
    account = "/api/v1/namespaces/default/serviceaccounts/default"
    wait_for(lambda: cluster.api.answers(account), 30, "the namespace's ServiceAccount")
    return Kubectl(cluster, "default")


def test_members_are_added_under_living_objects(own_cluster: LocalCluster, tmp_path: Path) -> None:
    """The older definitions, objects and a running service; the newer ones over them, and the added members."""
    for path in CRDS.glob("*.yaml"):
        (tmp_path / path.name).write_text(yaml.safe_dump(_older(path), sort_keys=False))
    own_cluster.kubectl("apply", "--server-side", "--field-manager=helm", "-f", str(tmp_path))
    names = [f"crd/{path.stem}.kubecs.dev" for path in CRDS.glob("*.yaml")]
    own_cluster.kubectl("wait", "--for=condition=Established", *names, "--timeout=30s")
    operator = OperatorProcess(own_cluster.operator_kubeconfig(), tmp_path, "upgraded")
    operator.start()
    try:
        kubectl = _ready_for_pods(own_cluster)
        documents = {
            "ecsclusters": ecs.cluster("shop"),
            "ecstaskdefinitions": ecs.task_definition(),
            "ecsservices": ecs.service("web", 2),
        }
        kubectl.apply([ecs.account(), *documents.values()])
        ecs.wait_ready(kubectl, "ecsservice", "web")
        before = {kind: kubectl.list(kind)[0] for kind in documents}
        pods = ecs.uids(ecs.pods(kubectl))
        for kind, (path, value) in ADDED.items():
            assert path[-1] in kubectl.refused(_with(documents[kind], path, value)), "not known yet"

        own_cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(CRDS))
        for kind, (path, value) in ADDED.items():
            document = _with(documents[kind], path, value)
            wait_for(lambda document=document: _taken(kubectl, document), 30, f"{kind} take {path[-1]}")

        assert {kind: kubectl.list(kind)[0]["spec"] for kind in documents} == {
            kind: found["spec"] for kind, found in before.items()
        }
        assert ecs.uids(ecs.pods(kubectl)) == pods
        assert operator.pid is not None
        kubectl.apply(_with(documents["ecsclusters"], *ADDED["ecsclusters"]))
        assert kubectl.get("ecscluster", "shop")["spec"]["tags"] == ADDED["ecsclusters"][1]
    finally:
        operator.terminate()


def _taken(kubectl: Kubectl, document: ecs.Document) -> bool:
    command = ("apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-")
    try:
        kubectl(*command, input=yaml.safe_dump(document))
    except RuntimeError as error:
        raise AssertionError(str(error)) from None
    return True


@pytest.fixture
def upgrade(operator: OperatorProcess, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Ends the operator and starts one that renders pod templates otherwise."""

    def restart() -> None:
        operator.terminate()
        operator.start(env=shim.environment(tmp_path / "upgrade", shim.NEW_RENDERING))

    yield restart
    operator.terminate()


@pytest.mark.timeout(300)
def test_of_a_hundred_services_an_upgrade_and_an_edited_map_replace_no_pod(
    operator: OperatorProcess, kubectl: Kubectl, upgrade: Callable[[], None]
) -> None:
    assert operator.pid is not None
    maps = {"registries": [{"from": "registry.example", "to": "mirror-1.example"}]}
    names = [f"web-{number}" for number in range(SERVICES)]
    kubectl.apply([ecs.account(**maps), ecs.task_definition(), *(ecs.service(name, 1) for name in names)])
    ecs.wait_ready(kubectl, "ecsservice", *names, timeout=120)
    ecs.wait_ready(kubectl, "ecstaskdefinition", "web", timeout=30)
    pods = ecs.uids(ecs.pods(kubectl))
    generations = _generations(kubectl)
    assert len(pods) == SERVICES

    upgrade()
    maps["registries"][0]["to"] = "mirror-2.example"
    kubectl.apply(ecs.account(**maps))
    _wait_until_looked_at(operator)

    assert ecs.uids(ecs.pods(kubectl)) == pods
    assert _generations(kubectl) == generations
    # The next deployment is another thing: it has the new rendering, and goes by the new map.
    kubectl.patch("ecsservice", names[0], {"spec": {"kubernetes": {"restartedAt": "2026-01-01T00:00:00Z"}}})
    ecs.wait_ready(kubectl, "ecsservice", names[0])
    (new,) = [pod for pod in ecs.pods(kubectl) if pod["metadata"]["uid"] not in pods]
    assert new["spec"]["containers"][0]["image"] == "mirror-2.example/app:1"
    assert new["metadata"]["annotations"]["example.com/rendering"] == "new"


def _generations(kubectl: Kubectl) -> dict[str, int]:
    return {each["metadata"]["name"]: each["metadata"]["generation"] for each in kubectl.list("deployment")}


def _wait_until_looked_at(operator: OperatorProcess) -> None:
    """Every service was reconciled with the edited account: nothing waits, for longer than a look takes to come."""
    since = time.monotonic()

    def idle() -> bool:
        nonlocal since
        text = operator.metrics()
        leads = ecs.sample(text, "ecs_operator_leader") == 1
        waiting = ecs.sample(text, "ecs_operator_workqueue_depth", name="reconcile")
        working = ecs.sample(text, "ecs_operator_reconcile_in_progress", controller="ECSService")
        if not leads or waiting or working:
            since = time.monotonic()
        return time.monotonic() - since > 2.0

    wait_for(idle, 60, "the operator has looked at all services")
