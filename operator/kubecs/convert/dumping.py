"""Manifests as YAML that YAML 1.1 and 1.2 readers take for the same."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import yaml

LINE = 120

# Text that some readers take for a number, and this library would write without quotes.
_NUMBER_ELSEWHERE = re.compile(r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*\.?[0-9]*)(?:[eE][-+]?[0-9]+)|0[oO][0-7]+|0[bB][01]+\Z")


class _Dumper(yaml.CSafeDumper):
    """Writes equal parts out in full instead of by anchor and alias, which many readers refuse."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is the base class's
        return True


_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER_ELSEWHERE, list("-+.0123456789"))


def dump(manifests: Iterable[Mapping[str, Any]]) -> str:
    """One YAML document each."""
    text: str = yaml.dump_all(
        manifests, Dumper=_Dumper, sort_keys=False, width=LINE, allow_unicode=True, explicit_start=True
    )
    return text


def quoted(text: str) -> str:
    """A text as a YAML scalar on one line: JSON's strings are."""
    return orjson.dumps(text).decode()
