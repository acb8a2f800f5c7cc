"""Reading the task definition of a revision. It never changes, and many services and tasks may run it: read it once."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.ecs.validation import validate_task_definition
from kubecs.translate.hashing import canonical

KEPT = 64  # a large one takes some 50 KiB


def definition(document: Mapping[str, Any]) -> RegisterTaskDefinitionRequest:
    """The model of a registered document; equal documents share one.

    Raises:
        ClientException: ECS would refuse it.
    """
    return _definition(canonical(document))


@lru_cache(KEPT)
def _definition(document: bytes) -> RegisterTaskDefinitionRequest:
    return validate_task_definition(orjson.loads(document))
