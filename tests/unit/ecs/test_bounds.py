"""Bounds: every value has one, none is looser than AWS's model says, and none refuses what people run."""

import botocore.session
import pytest
from botocore.model import Shape as BotocoreShape

from kubecs.ecs.bounds import ROWS, Bound, bound
from kubecs.ecs.members import Member, all_members

SERVICE = botocore.session.get_session().get_service_model("ecs")
MEMBERS = [pytest.param(shape, member, id=f"{shape}.{member.name}") for shape, member in all_members()]


def limits(limit: Bound) -> tuple[float | None, float | None]:
    pairs = (
        (limit.minimum, limit.maximum),
        (limit.min_length, limit.max_length),
        (limit.min_items, limit.max_items),
    )
    return next((pair for pair in pairs if pair != (None, None)), (None, None))


def check_kind(kind: str, limit: Bound | None) -> None:
    if kind in ("structure", "enum", "boolean", "document"):
        assert limit is None
    elif kind == "string":
        assert limit is not None
        assert limit.max_length is not None
    else:
        assert limit is not None
        assert None not in limits(limit)


@pytest.mark.parametrize(("shape", "member"), MEMBERS)
def test_every_member_is_bounded(shape: str, member: Member) -> None:
    limit = bound(shape, member)
    check_kind(member.type.kind, limit)
    if member.type.item is not None:
        assert limit is not None
        check_kind(member.type.item.kind, limit.item)
    if member.type.kind == "map":
        assert limit is not None
        check_kind("string", limit.key)


@pytest.mark.parametrize(("shape", "member"), MEMBERS)
def test_limits_that_aws_states_are_kept(shape: str, member: Member) -> None:
    stated: BotocoreShape = SERVICE.shape_for(shape).members[member.name]
    limit = bound(shape, member)
    if limit is None:
        assert "min" not in stated.metadata
        return
    minimum, maximum = limits(limit)
    assert stated.metadata.get("min", minimum) == minimum
    assert stated.metadata.get("max", maximum) == maximum
    assert ("pattern" in stated.metadata) <= (limit.pattern is not None)


def test_no_row_is_left_over() -> None:
    assert set(ROWS) <= {f"{shape}.{member.name}" for shape, member in all_members()}


def test_cross_checks_of_mounts_stay_affordable() -> None:
    mounts, volumes = ROWS["ContainerDefinition.mountPoints"], ROWS["RegisterTaskDefinitionRequest.volumes"]
    assert (mounts.max_items, volumes.max_items) == (50, 50)
    assert ROWS["RegisterTaskDefinitionRequest.containerDefinitions"].max_items == 10
