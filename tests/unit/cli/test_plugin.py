"""The command line of `kubectl ecs`: completion, help, exit codes."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

import pytest

from kubecs.cli import completion, main, plugin
from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.kube import errors
from kubecs.kube.kubeconfig import KubeconfigError


def offered(*words: str) -> list[str]:
    def names(kind: str) -> Sequence[str]:
        return {"services": ["shop.web", "worker"], "clusters": ["shop"], "families": ["web"]}[kind]

    return completion.candidates(words, names)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["w"], ["why"]),
        (["rollout", ""], ["history", "restart", "status", "undo"]),
        (["rollout", "undo", ""], ["shop.web", "worker"]),
        (["rollout", "undo", "--to"], ["--to-revision"]),
        (["why", "s"], ["shop.web"]),
        (["ps", "--status", "RU"], ["RUNNING"]),
        (["ps", "--cluster", ""], ["shop"]),
        (["ps", "--family", ""], ["web"]),
        (["ps", "-o", ""], ["json", "yaml"]),
        (["ps", ""], []),
        (["completion", ""], []),
    ],
)
def test_what_may_come_next(words: list[str], expected: list[str]) -> None:
    assert offered(*words) == expected


@pytest.mark.parametrize("command", [command.name for command in plugin.COMMANDS])
def test_every_command_has_its_help_in_both_programs(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for parse in (plugin.parser([command]), main.parser([command])):
        with pytest.raises(SystemExit) as ended:
            parse.parse_args([command, "--help"])
        assert ended.value.code == 0
        assert command in capsys.readouterr().out


@pytest.mark.parametrize("shell", sorted(completion.SCRIPTS))
def test_scripts_ask_the_program(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert plugin.main(["completion", shell]) == 0
    assert completion.PROGRAM in capsys.readouterr().out


def test_the_script_for_bash_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    plugin.main(["completion", "bash"])
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError(ExitCode.TIMEOUT, "late"), ExitCode.TIMEOUT),
        (errors.NotFound(404, "NotFound", "no"), ExitCode.NOT_FOUND),
        (errors.Forbidden(403, "Forbidden", "no"), ExitCode.REFUSED),
        (errors.unreachable("ConnectionError", "no"), ExitCode.UNREACHABLE),
        (KubeconfigError("no"), ExitCode.UNREACHABLE),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_have_their_codes(error: BaseException, code: int) -> None:
    def run(arguments: argparse.Namespace) -> int:
        del arguments
        raise error

    assert plugin.guarded(run)(argparse.Namespace()) == code


def test_no_command_but_diff_and_explain_imports_the_models_of_ecs() -> None:
    code = (
        "import sys, kubecs.cli.plugin as p\n"
        "for c in ('ps', 'why', 'logs', 'rollout', 'top', 'completion'): p.parser([c])\n"
        "print([m for m in ('pydantic', 'aiohttp', 'kopf', 'kubernetes') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
