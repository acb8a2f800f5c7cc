"""Reading registered task definitions."""

import pytest

from kubecs.ecs.errors import ClientException
from kubecs.plan.definition import definition

WEB = {"family": "web", "containerDefinitions": [{"name": "app", "image": "nginx", "memory": 64}]}


def test_equal_documents_are_read_once() -> None:
    other_order = dict(reversed(WEB.items()))
    assert definition(WEB) is definition(other_order)
    assert definition(WEB | {"cpu": "256"}) is not definition(WEB)
    assert definition(WEB).container_definitions[0].image == "nginx"


def test_a_refusal_is_raised_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ClientException):
            definition({"family": "web"})
