"""The commands that ask a cluster, as `kubectl ecs …` and as `kubecs …`, and what their errors are to the shell."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kubecs.cli.exitcodes import CommandError, ExitCode


@dataclass(frozen=True, slots=True)
class Command:
    """One row: its name is also that of the module with `add_options` and `run`."""

    name: str
    help: str


COMMANDS = (
    Command("ps", "list tasks, live and stopped alike"),
    Command("why", "tell what happened to a service or a task, and what to do"),
    Command("logs", "print output of tasks, also the last lines of stopped ones"),
    Command("rollout", "follow, list, undo and restart rollouts of a service"),
    Command("diff", "say what an apply would change, the tasks that it rolls included"),
    Command("top", "show clusters, rollouts and tasks without a place"),
    Command("completion", "print the script that completes commands in a shell"),
)
_MODULES = {"diff": "difference"}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", chosen: str | None) -> None:
    """Add every command; only the chosen one, whose module is imported for that, gets its options."""
    for command in COMMANDS:
        parser = commands.add_parser(command.name, help=command.help, description=command.help)
        if chosen == command.name:
            module = importlib.import_module(f"kubecs.cli.{_MODULES.get(command.name, command.name)}")
            module.add_options(parser)
            parser.set_defaults(run=guarded(module.run))


def guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """The same command; what it cannot do becomes a sentence and an exit code."""

    def call(arguments: argparse.Namespace) -> int:
        from kubecs.kube.errors import ApiError, NotFound  # noqa: PLC0415 - only commands that ask a cluster need it
        from kubecs.kube.kubeconfig import KubeconfigError  # noqa: PLC0415 - likewise

        try:
            return run(arguments)
        except CommandError as error:
            return _said(str(error), error.code)
        except NotFound as error:
            return _said(error.message, ExitCode.NOT_FOUND)
        except ApiError as error:
            return _said(error.message, ExitCode.REFUSED if error.status else ExitCode.UNREACHABLE)
        except KubeconfigError as error:
            return _said(str(error), ExitCode.UNREACHABLE)
        except BrokenPipeError:  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.OK
        except KeyboardInterrupt:
            return 130  # as shells count: 128 + SIGINT

    return call


def _said(message: str, code: ExitCode) -> ExitCode:
    print(f"error: {message}", file=sys.stderr)
    return code


def chosen(arguments: Sequence[str]) -> str | None:
    """The command in a command line: its first word that is no flag."""
    return next((word for word in arguments if not word.startswith("-")), None)


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The command line of `kubectl ecs`."""
    top = argparse.ArgumentParser(prog="kubectl ecs", description="Amazon ECS on this cluster, for those who run it.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_commands(commands, chosen(arguments))
    explain = commands.add_parser("explain", help="say what becomes of a member of task definitions")
    explain.add_argument("path", nargs="?", metavar="PATH", help="such as containerDefinitions.ulimits; absent: all")
    explain.set_defaults(run=_explain, write=None, check=None)
    return top


def _explain(arguments: argparse.Namespace) -> int:
    from kubecs.cli import explain  # noqa: PLC0415 - imports all of ECS's model

    return explain.run(arguments)


def main(given: Sequence[str] | None = None) -> int:
    """Entry point of `kubectl-ecs`. Returns the exit code."""
    gc.disable()  # the process ends before there is enough garbage to matter
    arguments = sys.argv[1:] if given is None else list(given)
    parsed = parser(arguments).parse_args(arguments)
    code: int = parsed.run(parsed)
    return code


if __name__ == "__main__":
    sys.exit(main())
