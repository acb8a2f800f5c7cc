"""`kubecs explain`, and the page that it writes."""

from pathlib import Path

import pytest

from kubecs.cli.explain import rows
from kubecs.cli.main import main
from kubecs.cli.verdictpage import DEPARTURES, SERVICE_DEPARTURES
from kubecs.translate.serviceverdicts import SERVICE
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
    assert page.read_text().count("\n| `") == sum(map(len, (VERDICTS, DEPARTURES, SERVICE, SERVICE_DEPARTURES)))


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


def test_members_of_services_are_explained_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "networkConfiguration.awsvpcConfiguration.securityGroups"]) == 0
    assert capsys.readouterr().out == (
        "networkConfiguration.awsvpcConfiguration.securityGroups (service)\n"
        "  verdict:    not applied\n"
        "  condition:  SecurityGroupsNotApplied\n"
        "  why:        traffic is not filtered; NetworkPolicies are yours to write\n"
    )
    assert main(["explain", "placementConstraints.type"]) == 0
    said = capsys.readouterr().out
    assert "placementConstraints[].type\n" in said
    assert "placementConstraints[].type (service)\n" in said


def test_a_departure_is_about_members_that_there_are() -> None:
    for member, _ in SERVICE_DEPARTURES:
        assert all(rows(each, SERVICE) for each in member.split(", "))
