"""The operator's options: defaults, environment, and values that are refused."""

import argparse

import pytest

from kubecs.cli.operator import options
from kubecs.cli.options import add_operator_options
from kubecs.translate.delivery import Shim


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_operator_options(parser)
    return parser.parse_args(arguments)


def test_the_shim_comes_from_the_image_of_kubecs() -> None:
    assert options(parsed()).settings.shim == Shim("kubecs:dev", "initContainer")
    given = options(parsed("--shim-image", "registry/kubecs:2", "--shim-delivery", "imageVolume"))
    assert given.settings.shim == Shim("registry/kubecs:2", "imageVolume")


def test_an_unknown_delivery_is_refused_wherever_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit):
        parsed("--shim-delivery", "carrier")
    monkeypatch.setenv("KUBECS_SHIM_DELIVERY", "carrier")
    with pytest.raises(SystemExit):
        parsed()
