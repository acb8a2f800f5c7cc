"""Errors: exactly those that AWS's model declares."""

import botocore.session
import pytest

from kubecs.ecs.errors import BY_CODE, ConflictException, ServerException


def test_every_declared_error_has_its_class() -> None:
    declared = botocore.session.get_session().get_service_model("ecs").error_shapes
    assert set(BY_CODE) == {shape.name for shape in declared}


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_an_error_carries_code_message_and_path(code: str) -> None:
    error = BY_CODE[code]("what is wrong", "containerDefinitions[0].image")
    assert (error.code, error.message, str(error)) == (code, "what is wrong", "what is wrong")
    assert error.path == "containerDefinitions[0].image"


def test_only_the_service_failing_is_not_the_callers_fault() -> None:
    assert {code for code, error in BY_CODE.items() if error.http_status != 400} == {"ServerException"}
    assert ServerException.http_status == 500


def test_a_conflict_names_what_the_first_request_made() -> None:
    assert ConflictException("token reused", resource_ids=("arn:x",)).resource_ids == ("arn:x",)
