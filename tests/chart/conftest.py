"""Fixtures of the chart's tests, which need helm and no cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.binaries import SETS, NoGoError, ensure

HERE = Path(__file__).parent


def pytest_collection_finish(session: pytest.Session) -> None:
    """Builds helm before the first test, so that no test's timeout pays for a compiler."""
    if session.config.option.collectonly or not any(item.path.is_relative_to(HERE) for item in session.items):
        return
    try:
        ensure(SETS["helm"], quiet=True)
    except NoGoError:
        return  # the fixture says so


@pytest.fixture(autouse=True, scope="session")
def _helm() -> None:
    try:
        ensure(SETS["helm"], quiet=True)
    except NoGoError as missing:
        pytest.skip(str(missing))
