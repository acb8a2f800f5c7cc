"""ECS names made into Kubernetes names."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kubecs.translate import names

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(rf"{LABEL.pattern}(\.{LABEL.pattern})*")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
LETTER_FIRST = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")

ecs_names = st.text("abcXYZ019-_", min_size=1, max_size=255)
anything = st.text(max_size=300)
ambiguous = st.text("aA-_", min_size=1, max_size=6)  # many that differ only by what mangling would lose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("web", "web"),
        ("web-2", "web-2"),
        ("Web", "web-29751047"),
        ("my_web", "my-web-"),
        ("_web", "x-web-"),
        ("-web", "x-web-"),
        ("web-", "web--"),
        ("a.b", "a-b-"),
        ("", "x-e3b0c442"),
        ("w" * 200, "w" * 200),
        ("w" * 201, "w" * 191 + "-"),
    ],
)
def test_object_name(text: str, expected: str) -> None:
    name = names.object_name(text)
    assert name.startswith(expected)
    assert name in {text, expected, expected + names.digits(text)}


@given(anything, st.sampled_from([40, 63, 120, 200]))
def test_object_names_are_dns_names_within_the_limit(text: str, limit: int) -> None:
    name = names.object_name(text, limit)
    assert LABEL.fullmatch(name)
    assert len(name) <= limit


@given(anything)
def test_label_values_are_valid_and_valid_ones_stay(text: str) -> None:
    value = names.label_value(text)
    assert len(value) <= 63
    assert LABEL_VALUE.fullmatch(value)
    if len(text) <= 63 and LABEL_VALUE.fullmatch(text):
        assert value == text


@given(ambiguous | ecs_names, ambiguous | ecs_names)
def test_different_texts_get_different_names(one: str, other: str) -> None:
    assume(one != other)
    assert names.object_name(one) != names.object_name(other)
    assert names.container_name(one) != names.container_name(other)
    assert names.label_value(one) != names.label_value(other)


@given(st.tuples(ambiguous, ambiguous), st.tuples(ambiguous, ambiguous))
def test_different_services_get_different_names(one: tuple[str, str], other: tuple[str, str]) -> None:
    assume(one != other)
    assert names.child_name(*one) != names.child_name(*other)
    assert names.service_object_name(*one) != names.service_object_name(*other)


def test_hyphens_do_not_let_services_meet() -> None:
    assert names.child_name("a-b", "c") != names.child_name("a", "b-c")


@given(ecs_names | anything, ecs_names | anything)
def test_child_names_suit_kubernetes_services(cluster: str, service: str) -> None:
    name = names.child_name(cluster, service)
    assert LETTER_FIRST.fullmatch(name)
    assert len(name) <= 52


def test_child_name_reads_well() -> None:
    assert re.fullmatch(r"shop-web-[0-9a-f]{8}", names.child_name("shop", "web"))
    assert re.fullmatch(r"x7shop-web-ui-[0-9a-f]{8}", names.child_name("7Shop", "web_UI"))
    assert re.fullmatch(r"c{14}-s{28}-[0-9a-f]{8}", names.child_name("c" * 99, "s" * 99))
    assert re.fullmatch(r"c{39}-web-[0-9a-f]{8}", names.child_name("c" * 99, "web"))


@given(ecs_names, ecs_names, st.integers(1, 2**31 - 1))
def test_composed_names_are_object_names(cluster: str, other: str, number: int) -> None:
    for name in (names.service_object_name(cluster, other), names.revision_object_name(other, number)):
        assert SUBDOMAIN.fullmatch(name)
        assert len(name) <= 253


def test_composed_names() -> None:
    assert names.service_object_name("default", "web") == "web"
    assert names.service_object_name("shop", "web") == "shop.web"
    assert names.revision_object_name("web", 3) == "web.3"
    assert names.task_pod_name("web", "0123456789") == "web-0123456789"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (None, "default"),
        ("", "default"),
        ("shop", "shop"),
        ("arn:aws:ecs:eu-west-1:123456789012:cluster/shop", "shop"),
    ],
)
def test_cluster_name(reference: str | None, expected: str) -> None:
    assert names.cluster_name(reference) == expected
