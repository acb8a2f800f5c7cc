"""docs/metrics.md is what the table says."""

from pathlib import Path

import pytest

from kubecs.metrics.document import document, main
from kubecs.metrics.table import TABLE

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run `python -m kubecs.metrics.document`"


def test_each_metric_has_one_line() -> None:
    rows = [line.split("`")[1] for line in document().splitlines() if line.startswith("| `")]
    assert rows == [metric.name for metric in TABLE]


def test_check_tells_a_stale_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "metrics.md"
    assert main(["--check", "--path", str(page)]) == 1
    assert main(["--path", str(page)]) == 0
    assert main(["--check", "--path", str(page)]) == 0
    page.write_text(document() + "more\n", encoding="utf-8")
    assert main(["--check", "--path", str(page)]) == 1
    assert "make generate" in capsys.readouterr().err
