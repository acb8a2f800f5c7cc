"""The generated files: what is checked in is what the code writes, and the command says when it is not."""

import argparse
from pathlib import Path

import pytest
import yaml

from kubecs.cli.crds import run
from kubecs.crds.kinds import kinds
from kubecs.crds.write import HEADER, files

CHECKED_IN = Path(__file__).resolve().parents[3] / "crds"


def arguments(check: Path | None = None, write: Path | None = None) -> argparse.Namespace:
    return argparse.Namespace(check=check and str(check), write=write and str(write))


@pytest.mark.parametrize("name", files())
def test_the_checked_in_file_is_what_the_code_writes(name: str) -> None:
    assert (CHECKED_IN / name).read_text() == files()[name], "run `kubecs crds --write crds`"


def test_there_are_no_other_files() -> None:
    assert {path.name for path in CHECKED_IN.iterdir()} == set(files())
    assert run(arguments(check=CHECKED_IN)) == 0


def test_writing_twice_gives_the_same(tmp_path: Path) -> None:
    assert run(arguments(write=tmp_path / "new")) == 0
    first = {path.name: path.read_text() for path in (tmp_path / "new").iterdir()}
    assert run(arguments(write=tmp_path / "new")) == 0
    assert {path.name: path.read_text() for path in (tmp_path / "new").iterdir()} == first == dict(files())


def test_a_difference_is_found_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(arguments(write=tmp_path))
    (tmp_path / "ecstasks.yaml").write_text(HEADER)
    (tmp_path / "ecsclusters.yaml").unlink()
    (tmp_path / "ecsgone.yaml").write_text(HEADER)
    assert run(arguments(check=tmp_path)) == 1
    named = capsys.readouterr().err
    assert all(name in named for name in ("ecstasks.yaml", "ecsclusters.yaml", "ecsgone.yaml"))
    assert "ecsservices.yaml" not in named


def test_writing_removes_files_of_kinds_that_are_gone_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "ecsgone.yaml").write_text(HEADER)
    (tmp_path / "mine.yaml").write_text("kind: ConfigMap\n")
    run(arguments(write=tmp_path))
    assert not (tmp_path / "ecsgone.yaml").exists()
    assert (tmp_path / "mine.yaml").exists()


def test_without_options_all_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments()) == 0
    documents = list(yaml.safe_load_all(capsys.readouterr().out))
    assert [document["spec"]["names"]["kind"] for document in documents] == [kind.kind for kind in kinds()]


@pytest.mark.parametrize("name", files())
def test_files_say_that_they_are_generated_and_hold_no_references(name: str) -> None:
    text = files()[name]
    assert text.startswith("# Generated")
    assert not [line for line in text.splitlines() if line.lstrip().startswith(("*id", "<<:")) or ": &id" in line]
