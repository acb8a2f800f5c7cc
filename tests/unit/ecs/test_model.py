"""The generated models: they say what botocore says, and read documents as strictly as ECS does."""

import importlib.util
from pathlib import Path
from types import ModuleType

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kubecs.ecs import model
from kubecs.ecs.base import Shape, UnionShape

ROOT = Path(__file__).parents[3]
SERVICE = botocore.session.get_session().get_service_model("ecs")
SHAPES = {
    name: value
    for name, value in vars(model).items()
    if isinstance(value, type) and issubclass(value, Shape) and value not in (Shape, UnionShape)
}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_models", ROOT / "tools" / "generate_models.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def aliases(shape: type[BaseModel]) -> dict[str, bool]:
    return {str(field.alias): field.is_required() for field in shape.model_fields.values()}


def test_file_is_what_the_generator_writes(generator: ModuleType) -> None:
    assert generator.TARGET.read_text() == generator.render()
    assert generator.main(["--check"]) == 0


def test_check_reports_a_file_that_differs(
    generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generator, "TARGET", tmp_path / "model.py")
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    generator.TARGET.write_text("")
    assert generator.main(["--check"]) == 1
    assert "generate_models.py" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_members_and_requirements_are_those_of_botocore(name: str) -> None:
    shape = SERVICE.shape_for(name)
    assert aliases(SHAPES[name]) == {member: member in shape.required_members for member in shape.members}
    assert issubclass(SHAPES[name], UnionShape) == bool(shape.is_tagged_union)


@pytest.mark.parametrize(
    ("member", "attribute"),
    [
        ("containerDefinitions", "container_definitions"),
        ("enableECSManagedTags", "enable_ecs_managed_tags"),
        ("sizeInGiB", "size_in_gib"),
        ("memoryGiBPerVCpu", "memory_gib_per_vcpu"),
        ("vCpuCount", "vcpu_count"),
        ("s3BucketName", "s3_bucket_name"),
        ("managedEBSVolume", "managed_ebs_volume"),
    ],
)
def test_attributes_are_spelled_the_python_way(generator: ModuleType, member: str, attribute: str) -> None:
    assert generator.snake_case(member) == attribute


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"containerPort": "80"}, "containerPort"),
        ({"containerPort": 80.0}, "containerPort"),
        ({"containerPort": True}, "containerPort"),
        ({"protocol": "TCP"}, "protocol"),
        ({"name": 1}, "name"),
        ({"port": 80}, "port"),
    ],
)
def test_nothing_is_coerced(document: dict[str, object], path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        model.PortMapping.model_validate(document)
    assert [error["loc"] for error in caught.value.errors()] == [(path,)]


def test_booleans_are_not_numbers() -> None:
    with pytest.raises(ValidationError):
        model.ContainerDefinition.model_validate({"essential": 1})


def test_a_double_may_be_written_as_a_whole_number() -> None:
    assert model.CanaryConfiguration.model_validate({"canaryPercent": 5}).canary_percent == 5.0


def test_a_union_has_exactly_one_member() -> None:
    with pytest.raises(ValidationError):
        model.ServiceConnectContainerConfiguration.model_validate({})
    configuration = model.ServiceConnectContainerConfiguration.model_validate({"logLevel": "info"})
    assert configuration.log_level == "info"


def test_a_model_cannot_be_changed() -> None:
    mapping = model.PortMapping(container_port=80)
    with pytest.raises(ValidationError):
        mapping.container_port = 81


names = st.text(min_size=1, max_size=20)
containers = st.fixed_dictionaries(
    {"name": names, "image": names},
    optional={
        "cpu": st.integers(),
        "essential": st.booleans(),
        "command": st.lists(st.text()),
        "dockerLabels": st.dictionaries(names, st.text()),
        "portMappings": st.lists(st.fixed_dictionaries({"containerPort": st.integers(0, 65535)})),
        "linuxParameters": st.fixed_dictionaries({}, optional={"maxSwap": st.integers()}),
    },
)


@given(st.fixed_dictionaries({"family": names, "containerDefinitions": st.lists(containers)}))
def test_a_document_comes_out_as_it_went_in(document: dict[str, object]) -> None:
    request = model.RegisterTaskDefinitionRequest.model_validate(document)
    assert request.model_dump(mode="json", by_alias=True, exclude_none=True) == document


def test_free_form_details_pass_through() -> None:
    details = {"steps": [1, "two", None, {"three": 3.5}]}
    hook = model.DeploymentLifecycleHook.model_validate({"hookDetails": details})
    assert hook.model_dump(by_alias=True, exclude_unset=True) == {"hookDetails": details}
