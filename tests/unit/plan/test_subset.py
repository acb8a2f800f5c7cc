"""Is all that we want already so?"""

import pytest

from kubecs.plan.subset import is_subset


@pytest.mark.parametrize(
    ("desired", "live", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": [1, 2]}, {"a": [1, 2]}, True),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": (1, 2)}, {"a": [1, 2]}, True),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 3}]}, True),
        ({"paused": False}, {}, True),
        ({"replicas": 0}, {"replicas": 0}, True),
        ({"replicas": 0}, {"replicas": 1}, False),
        ({"a": {}}, {}, True),
        ({"a": True}, {"a": 1}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": {"b": 1}}, {"a": "b"}, False),
        ({"a": ["b"]}, {"a": "b"}, False),
    ],
)
def test_is_subset(desired: object, live: object, expected: bool) -> None:
    assert is_subset(desired, live) is expected
