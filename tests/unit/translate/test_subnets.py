"""Subnets: the zones that the account gives them, and the nodes that a Pod may run on for it."""

from typing import Any

import pytest

from kubecs.translate.maps import Maps, Subnet
from kubecs.translate.pod import pod_template
from kubecs.translate.subnets import subnet_findings, zones_of
from tests.unit.translate.documents import context, task

MAPS = Maps(subnets=(Subnet("subnet-a", ("west-1", "west-2")), Subnet("subnet-b*", ("west-2",)), Subnet("subnet-new")))


def spec(*subnets: str) -> dict[str, Any]:
    return {"networkConfiguration": {"awsvpcConfiguration": {"subnets": list(subnets)}}}


@pytest.mark.parametrize(
    ("named", "zones"),
    [
        ((), ()),
        (("subnet-a",), ("west-1", "west-2")),
        (("subnet-b1", "subnet-a"), ("west-2", "west-1")),
        (("subnet-a", "subnet-c"), ()),
        (("subnet-a", "subnet-new"), ()),
    ],
)
def test_zones(named: tuple[str, ...], zones: tuple[str, ...]) -> None:
    assert zones_of(spec(*named), MAPS) == zones


def test_a_service_without_a_network_has_none() -> None:
    assert zones_of({}, MAPS) == zones_of({"networkConfiguration": None}, MAPS) == ()
    assert list(subnet_findings({}, MAPS)) == []


def test_subnets_that_the_map_lacks_are_named() -> None:
    assert list(subnet_findings(spec("subnet-a"), MAPS)) == []
    (found,) = subnet_findings(spec("subnet-a", "subnet-c", "subnet-new"), MAPS)
    assert found.member == "networkConfiguration.awsvpcConfiguration.subnets"
    assert found.condition == "SubnetsNotApplied"
    assert found.message.endswith("ECSAccount spec.subnets has no zones for subnet-c, subnet-new")


def terms(*zones: str, **members: Any) -> list[list[str]]:
    made = pod_template(task(**members), context(zones=zones), standalone=False)["spec"]
    required = made["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return [
        [f"{each['key']} {' '.join(each['values'])}" for each in term["matchExpressions"]]
        for term in required["nodeSelectorTerms"]
    ]


def test_pods_run_in_the_zones() -> None:
    assert terms("west-1", "west-2") == [["topology.kubernetes.io/zone west-1 west-2"]]


def test_zones_narrow_every_alternative_of_a_constraint() -> None:
    constraint = {"type": "memberOf", "expression": "attribute:a == 1 or attribute:b == 2"}
    zone = "topology.kubernetes.io/zone west-1"
    assert terms("west-1", placementConstraints=[constraint]) == [
        ["attr.kubecs.dev/a 1", zone],
        ["attr.kubecs.dev/b 2", zone],
    ]


def test_without_zones_any_node_may_be_chosen() -> None:
    assert "affinity" not in pod_template(task(), context(), standalone=False)["spec"]
