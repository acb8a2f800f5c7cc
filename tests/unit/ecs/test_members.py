"""The walk over the models: kinds as botocore's model has them."""

import botocore.session
import pytest
from botocore.model import Shape as BotocoreShape

from kubecs.ecs import model
from kubecs.ecs.members import Member, Type, all_members, members

SERVICE = botocore.session.get_session().get_service_model("ecs")


def kind(shape: BotocoreShape) -> str:
    if shape.type_name == "structure":
        return "document" if shape.is_document_type else "structure"
    return "enum" if getattr(shape, "enum", None) else shape.type_name


def matches(type_: Type, shape: BotocoreShape) -> bool:
    if type_.kind != kind(shape) or list(type_.values) != sorted(getattr(shape, "enum", [])):
        return False
    if type_.item is not None:
        return matches(type_.item, shape.member if shape.type_name == "list" else shape.value)
    return type_.shape is None or type_.shape.__name__ == shape.name


@pytest.mark.parametrize(
    ("shape", "member"), [pytest.param(shape, member, id=f"{shape}.{member.name}") for shape, member in all_members()]
)
def test_types_are_those_of_botocore(shape: str, member: Member) -> None:
    structure = SERVICE.shape_for(shape)
    assert matches(member.type, structure.members[member.name])
    assert member.required == (member.name in structure.required_members)


def test_a_member_knows_its_attribute() -> None:
    by_name = {member.name: member for member in members(model.CreateServiceRequest)}
    assert by_name["enableECSManagedTags"].attribute == "enable_ecs_managed_tags"
    assert by_name["tags"].type == Type("list", item=Type("structure", shape=model.Tag))
