"""No drift: what GitOps tools apply again changes nothing, whoever applies it, and what is deleted leaves nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cluster import ecs
from tests.cluster.audit import AuditLog
from tests.cluster.rig import PROJECT, Kubectl, wait_for
from tools.localcluster import LocalCluster

pytestmark = pytest.mark.usefixtures("operator")

EXAMPLES = PROJECT / "examples"
STEADY = ("wait", "--for=condition=Ready", "ecsclusters,ecstaskdefinitions,ecsservices,ecstasks", "--all")
OURS = ("ecsaccount", "ecscluster", "ecstaskdefinition", "ecstaskdefinitionrevision", "ecsservice", "ecstask")
CHILDREN = ("deployment", "replicaset", "controllerrevision", "poddisruptionbudget", "pod", "rolebinding")


def _apply(kubectl: Kubectl, manager: str) -> list[str]:
    """Server-side apply of all examples, as tools do it; returns what kubectl says of each object."""
    force = "--force-conflicts"  # two managers hold the same members, as after a change of tools
    return kubectl("apply", "--server-side", force, f"--field-manager={manager}", "-f", str(EXAMPLES)).splitlines()


def _generations(kubectl: Kubectl) -> dict[str, int]:
    kinds = (*OURS, "deployment", "horizontalpodautoscaler")
    return {
        f"{kind}/{each['metadata']['name']}": each["metadata"].get("generation", 0)
        for kind in kinds
        for each in kubectl.list(kind)
    }


def _pods(kubectl: Kubectl) -> set[str]:
    return ecs.uids(ecs.pods(kubectl))


def _told_of_all(kubectl: Kubectl) -> bool:
    status = ecs.status(kubectl.get("ecscluster", "shop"))
    counts = [status.get(f"{state}TasksCount") for state in ("running", "pending")]
    return counts == [len(ecs.pods(kubectl, cluster="shop")), 0]


def test_applying_again_by_two_managers_in_turn_changes_nothing(cluster: LocalCluster, kubectl: Kubectl) -> None:
    _apply(kubectl, "flux")
    kubectl(*STEADY, "--timeout=60s")
    wait_for(lambda: _told_of_all(kubectl), 20, "the cluster's status, written but once a second, tells of all tasks")
    audit = AuditLog(cluster)
    audit.settle(kubectl.namespace)
    generations, pods = _generations(kubectl), _pods(kubectl)
    audit.mark()

    for manager in ("argocd", "flux", "argocd", "flux"):
        _apply(kubectl, manager)
        assert (
            kubectl("diff", "--server-side", "--force-conflicts", f"--field-manager={manager}", "-f", str(EXAMPLES))
            == ""
        )
    audit.settle(kubectl.namespace)

    assert _generations(kubectl) == generations
    assert _pods(kubectl) == pods
    assert audit.counts(kubectl.namespace, shared=True) == {}
    assert len(kubectl.list("ecstaskdefinitionrevision")) == 3


def test_the_operator_owns_no_member_of_what_people_write(kubectl: Kubectl) -> None:
    """So no tool ever meets a conflict with it, but for counts that the scale subresource holds."""
    _apply(kubectl, "flux")
    kubectl(*STEADY, "--timeout=60s")
    for kind in ("ecscluster", "ecstaskdefinition", "ecsservice", "ecstask"):
        for found in kubectl.list(kind):
            operators = [each for each in found["metadata"]["managedFields"] if each["manager"].startswith("kubecs")]
            assert [(each["subresource"], *each["fieldsV1"]) for each in operators] == [("status", "f:status")]
    (account,) = kubectl.list("ecsaccount")
    assert {each["manager"] for each in account["metadata"]["managedFields"]} == {"flux"}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_client_side_apply_sees_no_difference_either(path: Path, kubectl: Kubectl) -> None:
    kubectl("apply", "-f", str(path))
    assert kubectl("diff", "-f", str(path)) == ""


def test_diff_is_empty_after_all_has_been_reconciled(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", str(EXAMPLES))
    kubectl(*STEADY, "--timeout=60s")
    assert kubectl("diff", "-f", str(EXAMPLES)) == ""
    again = kubectl("apply", "-f", str(EXAMPLES)).splitlines()
    assert [line for line in again if not line.endswith(" unchanged")] == []


# Deleting

NAMES = {"ecstaskdefinition": "web", "ecsservice": "shop.web", "ecscluster": "shop"}
ORDERS = list(itertools.permutations(NAMES))


def _shop(kubectl: Kubectl) -> None:
    """A family, a cluster, a service of both; and beside them a service that is to go on whatever happens."""
    other = [ecs.task_definition("other"), ecs.service("other", taskDefinition="other")]
    own = [ecs.cluster("shop"), ecs.task_definition(), ecs.service("web", 2, cluster="shop")]
    kubectl.apply([ecs.account(), *own, *other])
    ecs.wait_ready(kubectl, "ecsservice", "shop.web", "other")


def _nothing_left(kubectl: Kubectl) -> bool:
    for kind in CHILDREN:
        left = [each["metadata"]["name"] for each in kubectl.list(kind, ecs.selector(service="web"))]
        assert left == [], kind
    return True


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(kind.removeprefix("ecs") for kind in order))
def test_deletion_in_any_order_leaves_nothing_and_hurts_nothing(kubectl: Kubectl, order: Sequence[str]) -> None:
    _shop(kubectl)
    other, web = ecs.uids(ecs.pods(kubectl, service="other")), ecs.uids(ecs.pods(kubectl, service="web"))
    gone: list[str] = []
    for kind in order:
        kubectl.delete(kind, NAMES[kind])
        gone.append(kind)
        _wait_seen(kubectl, kind)
        if "ecsservice" not in gone:
            assert ecs.uids(ecs.pods(kubectl, service="web")) == web, f"tasks ran on before, and not without {kind}"

    wait_for(lambda: _nothing_left(kubectl), 30, "nothing is left of the service")
    (revision,) = kubectl.list("ecstaskdefinitionrevision", ecs.selector(family="web"))
    assert revision["spec"]["lifecycle"] == "INACTIVE"
    assert kubectl.find("ecscluster", "shop") is None
    assert ecs.is_ready(kubectl.get("ecsservice", "other"))
    assert ecs.uids(ecs.pods(kubectl, service="other")) == other


def _wait_seen(kubectl: Kubectl, kind: str) -> None:
    """Waits until the operator has done what it does about the deletion."""
    if kind == "ecstaskdefinition":
        wait_for(lambda: _lifecycle(kubectl) == "INACTIVE", 20, "the revision is deregistered")
    elif kind == "ecsservice":
        wait_for(lambda: kubectl.list("deployment", ecs.selector(service="web")) == [], 20, "no Deployment")
    elif kubectl.find("ecsservice", "shop.web") is not None:
        wait_for(lambda: not ecs.is_ready(kubectl.get("ecsservice", "shop.web")), 20, "the cluster is missed")


def _lifecycle(kubectl: Kubectl) -> str:
    return str(kubectl.get("ecstaskdefinitionrevision", "web.1")["spec"]["lifecycle"])


def _lifecycles(kubectl: Kubectl) -> list[str]:
    return [each["spec"]["lifecycle"] for each in kubectl.list("ecstaskdefinitionrevision")]


def test_pruning_a_whole_tree_at_once_leaves_only_what_keeps_numbers_taken(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", str(EXAMPLES))
    kubectl(*STEADY, "--timeout=60s")
    kubectl("delete", "-f", str(EXAMPLES))

    def gone() -> bool:
        assert [(kind, each["metadata"]["name"]) for kind in CHILDREN for each in kubectl.list(kind)] == []
        return True

    wait_for(gone, 60, "all children are gone")
    for kind in ("ecsaccount", "ecscluster", "ecstaskdefinition", "ecsservice", "ecstask"):
        assert kubectl.list(kind) == []
    wait_for(lambda: _lifecycles(kubectl) == ["INACTIVE"] * 3, 20, "the revisions are deregistered")
