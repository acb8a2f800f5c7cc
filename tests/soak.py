"""The choice between a sample and the whole of a long suite.

A test marked `soak` is too long to be whole in `make test`: it takes a seeded sample of its cases unless KUBECS_SOAK=1
is in the environment (`make soak`).
"""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SEED = 20260101


def whole() -> bool:
    """Whether long suites run whole."""
    return os.environ.get("KUBECS_SOAK") == "1"


def sample(cases: Sequence[T], count: int, seed: int = SEED) -> list[T]:
    """All cases when long suites run whole, else `count` of them: the same ones every time, in their order."""
    if whole() or len(cases) <= count:
        return list(cases)
    chosen = random.Random(seed).sample(range(len(cases)), count)  # noqa: S311 - a choice of tests, no secret
    return [cases[index] for index in sorted(chosen)]
