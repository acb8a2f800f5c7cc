"""The same bytes that Go writes."""

from types import MappingProxyType

import orjson
import pytest

from kubecs.kube.canonical import canonical


@pytest.mark.parametrize(
    ("document", "written"),
    [
        ({"b": 1, "a": [True, None, 10.5]}, b'{"a":[true,null,10.5],"b":1}'),
        ({"sh": "a && b > c < d"}, rb'{"sh":"a \u0026\u0026 b \u003e c \u003c d"}'),
        ({"<k>": "\u2028\u2029é\n\t\\"}, rb'{"\u003ck\u003e":"\u2028\u2029' + "é".encode() + rb'\n\t\\"}'),
        ({"z": {"b": {}, "a": ()}}, b'{"z":{"a":[],"b":{}}}'),
    ],
)
def test_keys_are_sorted_and_html_is_escaped(document, written) -> None:
    assert canonical(document) == written
    assert orjson.loads(canonical(document)) == orjson.loads(orjson.dumps(document))


def test_frozen_mappings_are_written_as_the_caller_says() -> None:
    assert canonical({"a": MappingProxyType({"c": 1, "b": 2})}, default=dict) == b'{"a":{"b":2,"c":1}}'
