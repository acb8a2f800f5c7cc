"""The value ALL of resourceRequirements: every device that the node has."""

from typing import Any

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.plan.accountmaps import maps_of
from kubecs.translate.companions import companions
from kubecs.translate.maps import Maps, Served
from kubecs.translate.pod import pod_template
from kubecs.translate.verdicts import findings
from tests.unit.translate.documents import container, context, task

ENTRY = {"from": "GPU", "resourceName": "nvidia.com/gpu", "deviceClassName": "gpu.nvidia.com"}


def maps(*entries: dict[str, Any], claims: bool = True) -> Maps:
    return maps_of({"accelerators": list(entries)}, node_logs=False, served=Served(resource_claims=claims))


def wanting(value: str, **members: Any) -> dict[str, Any]:
    return container(resourceRequirements=[{"type": "GPU", "value": value}], **members)


def test_all_devices_of_a_kind_are_claimed_once_for_the_task() -> None:
    document = task(wanting("ALL"), wanting("ALL", name="second"), wanting("2", name="third"))
    spec = pod_template(document, context(maps=maps(ENTRY)), standalone=False)["spec"]
    (claim,) = spec["resourceClaims"]
    first, second, third = (each["resources"] for each in spec["containers"])
    assert first == second == {"claims": [{"name": claim["name"]}]}
    assert third == {"limits": {"nvidia.com/gpu": "2"}}
    (template,) = companions(document, maps(ENTRY), "shop")
    assert (template["kind"], template["metadata"]["name"]) == (
        "ResourceClaimTemplate",
        claim["resourceClaimTemplateName"],
    )
    assert template["spec"]["spec"]["devices"]["requests"] == [
        {"name": "all", "exactly": {"deviceClassName": "gpu.nvidia.com", "allocationMode": "All"}}
    ]
    assert findings(document, maps(ENTRY)) == ()


@pytest.mark.parametrize("without", [maps(), maps(ENTRY, claims=False), maps({**ENTRY, "deviceClassName": None})])
def test_without_a_device_class_it_is_refused(without: Maps) -> None:
    document = task(wanting("ALL"))
    with pytest.raises(ClientException, match="deviceClassName"):
        pod_template(document, context(maps=without), standalone=False)
    assert [each.condition for each in findings(document, without)] == ["AcceleratorNotMapped"]
    assert companions(document, without, "shop") == []


def test_numbers_claim_nothing() -> None:
    spec = pod_template(task(wanting("1")), context(maps=maps(ENTRY)), standalone=False)["spec"]
    assert "resourceClaims" not in spec
