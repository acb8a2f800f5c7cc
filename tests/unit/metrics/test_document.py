"""docs/metrics.md says what the table says."""

from kubecs.metrics.document import document
from kubecs.metrics.table import TABLE


def test_each_metric_has_one_line() -> None:
    rows = [line.split("`")[1] for line in document().splitlines() if line.startswith("| `")]
    assert rows == [metric.name for metric in TABLE]
