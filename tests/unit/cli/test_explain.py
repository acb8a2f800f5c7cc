"""`kubecs explain`, and the page that it writes."""

from pathlib import Path

import pytest

from kubecs.cli.explain import rows
from kubecs.cli.main import main
from kubecs.cli.verdictpage import DEPARTURES
from kubecs.translate.verdicts import VERDICTS

PAGE = Path(__file__).parents[3] / "docs" / "verdicts.md"


def test_the_page_is_what_the_table_says() -> None:
    assert main(["explain", "--check", str(PAGE)]) == 0


def test_a_page_that_is_not_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "verdicts.md"
    assert main(["explain", "--check", str(page)]) == 1
    assert "kubecs explain --write" in capsys.readouterr().err
    assert main(["explain", "--write", str(page)]) == 0
    assert main(["explain", "--check", str(page)]) == 0
    assert page.read_text().count("\n| `") == len(VERDICTS) + len(DEPARTURES)


@pytest.mark.parametrize(
    "path",
    [
        "containerDefinitions.linuxParameters.maxSwap",
        "containerDefinitions[].linuxParameters.maxSwap",
        "containerDefinitions[web].linuxParameters.maxSwap",
        "containerdefinitions.linuxparameters.maxswap",
    ],
)
def test_a_row_is_found_however_the_path_is_written(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", path]) == 0
    assert capsys.readouterr().out == (
        "containerDefinitions[].linuxParameters.maxSwap\n"
        "  verdict:    not applied\n"
        "  condition:  SwapNotControlled\n"
        "  why:        the node decides about swap; Kubernetes sets no swap for a single container\n"
    )


def test_what_is_below_a_path_and_its_values_are_shown_with_it() -> None:
    assert set(rows("ipcMode")) == {"ipcMode", "ipcMode=host", "ipcMode=task", "ipcMode=none"}
    assert set(rows("ephemeralStorage")) == {"ephemeralStorage", "ephemeralStorage.sizeInGiB"}
    assert set(rows("")) == set(VERDICTS)


def test_an_error_is_shown_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "containerDefinitions.disableNetworking"]) == 0
    assert "  error:      ClientException: disableNetworking is not supported" in capsys.readouterr().out


def test_a_member_that_is_none_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "containerDefinitions.ulimit"]) == 1
    assert "did you mean containerdefinitions.ulimits" in capsys.readouterr().err
