"""`kubecs convert` as people call it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from kubecs.cli.main import main
from tests.unit.convert.documents import service, task_definition
from tests.unit.docs.pages import PROJECT, commands, is_as_printed


def written(path: Path, document: object) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return str(path)


def kinds(text: str) -> list[str]:
    return [each["kind"] for each in yaml.safe_load_all(text) if each]


def test_files_and_exit_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths = [written(tmp_path / "td.json", task_definition()), written(tmp_path / "service.json", service())]
    assert main(["convert", *paths]) == 0
    output, report = capfd.readouterr()
    assert kinds(output) == ["ECSAccount", "ECSTaskDefinition", "ECSService"]
    assert "default/web  web              runs as it is" in report
    assert main(["convert", written(tmp_path / "bad.json", task_definition(cpu="much"))]) == 1
    assert "refused      cpu: " in capfd.readouterr().err


def test_a_directory_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    written(tmp_path / "a" / "td.json", task_definition())
    (tmp_path / "b.yaml").write_text("clusterName: shop\n")
    written(tmp_path / ".hidden" / "td.json", task_definition(cpu="much"))
    (tmp_path / "README.md").write_text("not JSON")
    written(tmp_path / "other.json", {"name": "left-pad"})
    assert main(["convert", str(tmp_path)]) == 0
    output, report = capfd.readouterr()
    assert kinds(output) == ["ECSAccount", "ECSCluster", "ECSTaskDefinition"]
    assert "KIND             FOUND  CLEAN  WITH CONDITIONS  REFUSED" in report
    assert "1 without ECS resources, 0 unreadable" in report


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    text = json.dumps([{"name": "web", "image": "nginx", "memory": 64}])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["convert", "-", "--family", "web", "--namespace", "team", "--to", "kubernetes"]) == 0
    assert kinds(capfd.readouterr().out) == ["ServiceAccount", "PodTemplate"]


def test_nothing_on_standard_input_is_refused(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert main(["convert", "-"]) == 1
    output, report = capfd.readouterr()
    assert output == ""
    assert "-\n  refused      NotConverted: there is no JSON or YAML document in it\n" in report


def test_a_directory_without_documents_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("not JSON")
    assert main(["convert", str(tmp_path)]) == 1
    output, report = capfd.readouterr()
    assert output == ""
    assert f"{tmp_path}\n  refused      NotConverted: there is no JSON or YAML document in it\n" in report


def test_links_and_what_cannot_be_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    elsewhere = tmp_path / "elsewhere"
    written(elsewhere / "shop.json", {"clusterName": "shop"})
    given = tmp_path / "given"
    written(given / "deep" / "td.json", task_definition())
    (given / "deep" / "back").symlink_to(given)
    (given / "linked").symlink_to(elsewhere)
    (given / "gone.json").symlink_to(tmp_path / "missing.json")
    os.mkfifo(given / "pipe.json")
    assert main(["convert", str(given)]) == 1
    output, report = capfd.readouterr()
    assert kinds(output) == ["ECSAccount", "ECSCluster", "ECSTaskDefinition"]
    assert f"{given}/gone.json\n  refused      Unreadable: No such file or directory\n" in report
    assert f"{given}/pipe.json\n  refused      Unreadable: no regular file\n" in report
    assert "0 without ECS resources, 2 unreadable" in report
    assert "Duplicate" not in report


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.json"], "missing.json"),
        (["examples/convert/template.yaml", "--set", "Tag"], "--set takes NAME=VALUE"),
        (["examples/convert/template.yaml", "--account", "examples/02-cluster.yaml"], "there is no ECSAccount in it"),
    ],
)
def test_unusable_arguments(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert main(["convert", *arguments]) == 2
    output, error = capfd.readouterr()
    assert output == ""
    assert error.startswith("kubecs convert: ")
    assert said in error


def test_the_examples_with_an_account(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(PROJECT)
    assert main(["convert", "examples/convert/terraform.json", "--account", "examples/01-account.yaml"]) == 0
    assert kinds(capfd.readouterr().out) == ["ECSCluster", "ECSTaskDefinition", "ECSService"]


def test_the_page_about_it_shows_what_it_prints() -> None:
    page = PROJECT / "docs" / "converting.md"
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    shown = commands(page)
    assert shown
    for command in shown:
        done = subprocess.run(
            ["sh", "-c", command.text],
            env=environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=60,
        )
        assert is_as_printed(command, done.stdout), f"{command.place}\n{done.stdout}"


def test_a_thousand_documents_at_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    containers = [
        {
            "name": name,
            "image": f"example.org/{name}:1",
            "memory": 64,
            "portMappings": [{"containerPort": 8080 + index}],
            "environment": [{"name": f"KEY_{n}", "value": f"value {n}"} for n in range(10)],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/web", "awslogs-region": "eu-west-1"},
            },
        }
        for index, name in enumerate(("web", "proxy", "agent"))
    ]
    for index in range(1000):
        document = task_definition(family=f"web-{index}", containerDefinitions=containers)
        written(tmp_path / f"{index}.json", document if index % 2 else service(serviceName=f"s{index}"))
    assert main(["convert", str(tmp_path)]) == 0
    assert len(kinds(capfd.readouterr().out)) == 1001
