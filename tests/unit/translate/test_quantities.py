"""Quantities in the spelling that the API server keeps."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecs.translate.quantities import cpu_quantity, memory_quantity, millicores

CPU = {"m": Fraction(1), "": Fraction(1000), "k": Fraction(10**6), "M": Fraction(10**9), "G": Fraction(10**12)}
MEMORY = {"Mi": 1, "Gi": 2**10, "Ti": 2**20, "Pi": 2**30, "Ei": 2**40}


@pytest.mark.parametrize(
    ("units", "expected"),
    [(1, "1m"), (128, "125m"), (256, "250m"), (341, "334m"), (1024, "1"), (1536, "1500m"), (2048, "2"), (10240, "10")],
)
def test_cpu(units: int, expected: str) -> None:
    assert cpu_quantity(millicores(units)) == expected


@pytest.mark.parametrize(
    ("mib", "expected"),
    [(4, "4Mi"), (512, "512Mi"), (1024, "1Gi"), (1536, "1536Mi"), (2048, "2Gi"), (1024 * 1024, "1Ti"), (30720, "30Gi")],
)
def test_memory(mib: int, expected: str) -> None:
    assert memory_quantity(mib) == expected


def _parts(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d+)([A-Za-z]*)", text)
    assert found
    return int(found[1]), found[2]


@given(st.integers(1, 10**9))
def test_a_quantity_keeps_its_value_in_the_largest_unit(number: int) -> None:
    amount, unit = _parts(cpu_quantity(number))
    assert amount * CPU[unit] == number
    assert amount % 1000 or unit == "G"
    amount, unit = _parts(memory_quantity(number))
    assert amount * MEMORY[unit] == number
    assert amount % 1024 or unit == "Ei"


@given(st.integers(1, 10**6))
def test_a_cpu_reservation_never_shrinks(units: int) -> None:
    assert Fraction(millicores(units) - 1, 1000) < Fraction(units, 1024) <= Fraction(millicores(units), 1000)
