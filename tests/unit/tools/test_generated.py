"""The generated files: checked in as their modules tell them, and mended where they are not."""

from pathlib import Path

import pytest

from tools.dashboards import present
from tools.generated import brought_up_to_date, main, texts


def test_the_checked_in_files_are_what_the_code_writes() -> None:
    assert brought_up_to_date(texts(), present(), write=False) == [], "run `make generate`"
    assert main(["--check"]) == 0


def test_what_differs_is_told_and_mended(tmp_path: Path) -> None:
    new, old, right = tmp_path / "new" / "a.md", tmp_path / "old.json", tmp_path / "right.md"
    old.write_text("of a table that is gone")
    right.write_text("ä", encoding="utf-8")
    wanted = {new: "a", right: "ä"}
    assert brought_up_to_date(wanted, [old, right], write=False) == [new, old]
    assert (new.exists(), old.exists()) == (False, True)
    assert brought_up_to_date(wanted, [old, right], write=True) == [new, old]
    assert (new.read_text(), old.exists()) == ("a", False)
    assert brought_up_to_date(wanted, [right], write=False) == []


def test_the_check_names_the_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(iter(texts()))
    monkeypatch.setattr("tools.generated.texts", lambda: {path: "another"})
    monkeypatch.setattr("tools.dashboards.present", list)
    assert main(["--check"]) == 1
    assert "docs/metrics.md is out of date: run `make generate`" in capsys.readouterr().err
