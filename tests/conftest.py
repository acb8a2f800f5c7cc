"""What every test may use: the marker `soak` (see soak.py), and figures that are shown at the end of a run.

Property tests are judged by what they find, not by how fast a busy machine draws examples.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("kubecs", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kubecs")

TOLD = "told"  # name of the user property that carries a line, also from a worker of xdist, to the summary


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line("markers", "soak: runs a seeded sample of its cases unless KUBECS_SOAK=1")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests told, whether they passed or failed."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    told = [line for report in reports for name, line in report.user_properties if name == TOLD]
    lines = list(dict.fromkeys(told))
    if lines:
        terminalreporter.section("figures")
        terminalreporter.write("\n".join(lines) + "\n")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Shows a line under `figures` at the end of the run."""
    return lambda line: record_property(TOLD, line)
