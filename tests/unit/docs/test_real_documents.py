"""The page about real documents is what the collection gives now."""

from pathlib import Path

import pytest

from tests.cluster import realdocuments


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    found = realdocuments.documents()
    if not found:
        pytest.skip(realdocuments.ABSENT)
    assert realdocuments.PAGE.read_text(encoding="utf-8") == realdocuments.page(found)
    other = tmp_path / "page.md"
    other.write_text("another")
    assert realdocuments.main(["--check", str(other)]) == 1
    assert realdocuments.main(["--write", str(other)]) == 0
    assert realdocuments.main(["--check", str(other)]) == 0


def test_without_the_collection_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(realdocuments, "CORPUS", tmp_path)
    assert realdocuments.main(["--check", str(tmp_path / "page.md")]) == 0
    assert realdocuments.ABSENT in capsys.readouterr().out
