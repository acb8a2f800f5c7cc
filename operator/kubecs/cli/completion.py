"""`kubectl ecs completion`: scripts for shells, and the candidates that they ask for while a person types."""

import argparse
import sys
from collections.abc import Callable, Sequence

from kubecs.cli.exitcodes import ExitCode

_BASH = """_kubecs() {{
  local IFS=$'\\n' found
  found=$({candidates} "${{COMP_WORDS[@]:1:COMP_CWORD}}" 2>/dev/null | grep -v '^:')
  COMPREPLY=($(compgen -W "$found" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _kubecs kubecs kubectl-ecs
"""
_ZSH = """#compdef kubecs kubectl-ecs
_kubecs() {{
  compadd -- ${{(f)"$({candidates} "${{(@)words[2,CURRENT]}}" 2>/dev/null | grep -v '^:')"}}
}}
compdef _kubecs kubecs kubectl-ecs
"""
_FISH = """function __kubecs
  {candidates} (commandline -opc)[2..] (commandline -ct) 2>/dev/null | string match -v ':*'
end
complete -c kubecs -f -a '(__kubecs)'
complete -c kubectl-ecs -f -a '(__kubecs)'
"""
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
PROGRAM = "kubectl_complete-ecs"  # kubectl calls it for what follows `kubectl ecs`
NO_FILES = ":4"  # kubectl's directive: nothing but these

STATUSES = ("DEPROVISIONING", "PENDING", "PROVISIONING", "RUNNING", "STOPPED", "STOPPING", "live")
VALUES = {"--status": STATUSES, "-o": ("json", "yaml"), "--output": ("json", "yaml")}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `completion`."""
    parser.add_argument("shell", choices=sorted(SCRIPTS), help="kubectl itself needs none: it asks by itself")


def run(arguments: argparse.Namespace) -> int:
    """Print a shell's script."""
    print(SCRIPTS[arguments.shell].format(candidates=PROGRAM), end="")
    return ExitCode.OK


def candidates(words: Sequence[str], names: Callable[[str], Sequence[str]]) -> list[str]:
    """What may stand in the place of the last word.

    Args:
        words: What is typed after `kubectl ecs`; the last one is unfinished, perhaps empty.
        names: Gives the names of objects for one of `services`, `clusters`, `families`.
    """
    from kubecs.cli import plugin  # noqa: PLC0415 - plugin imports the command's module

    *done, last = words or [""]
    chosen = plugin.chosen(done)
    if chosen is None:
        found: Sequence[str] = [command.name for command in plugin.COMMANDS] + ["explain"]
    else:
        found = _of_command(plugin.parser([chosen]), chosen, done, last, names)
    return sorted(each for each in set(found) if each.startswith(last))


def _of_command(
    top: argparse.ArgumentParser, chosen: str, done: Sequence[str], last: str, names: Callable[[str], Sequence[str]]
) -> Sequence[str]:
    command = _child(top, chosen)
    nested = _child(command, next((word for word in done[done.index(chosen) + 1 :] if not word.startswith("-")), ""))
    if command is not None and nested is None and _children(command) and not last.startswith("-"):
        return list(_children(command))
    before = done[-1]
    if before in VALUES:
        return VALUES[before]
    kind = {"--cluster": "clusters", "--service": "services", "--family": "families"}.get(before)
    if kind is not None:
        return names(kind)
    if last.startswith("-"):
        return [flag for action in (nested or command or top)._actions for flag in action.option_strings]  # noqa: SLF001
    return names("services") if chosen in ("why", "logs", "rollout") else []


def _children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to look at a parser
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - likewise
            return dict(action.choices)
    return {}


def _child(parser: argparse.ArgumentParser | None, name: str) -> argparse.ArgumentParser | None:
    return _children(parser).get(name) if parser is not None else None


def _names(words: Sequence[str], kind: str) -> Sequence[str]:
    """Names in the namespace that the words speak of; none where the cluster cannot be asked."""
    from kubecs.cli import session  # noqa: PLC0415 - most candidates need no cluster
    from kubecs.kube import resources  # noqa: PLC0415 - likewise
    from kubecs.kube.errors import ApiError  # noqa: PLC0415 - likewise
    from kubecs.kube.kubeconfig import KubeconfigError  # noqa: PLC0415 - likewise

    kinds = {
        "services": (resources.ECS_SERVICES, "serviceName"),
        "clusters": (resources.ECS_CLUSTERS, "clusterName"),
        "families": (resources.ECS_TASK_DEFINITIONS, "family"),
    }
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    session.add_flags(parser)
    resource, member = kinds[kind]
    try:
        here = session.opened(parser.parse_known_args(list(words))[0])
        objects = here.api.list(resource, here.namespace)
    except (ApiError, KubeconfigError, argparse.ArgumentError):
        return []  # a shell's completion has nowhere to say why
    return [each["metadata"]["name"] if kind == "services" else each["spec"][member] for each in objects]


def main(given: Sequence[str] | None = None) -> int:
    """Entry point of `kubectl_complete-ecs`: prints candidates, one a line, then kubectl's directive."""
    words = sys.argv[1:] if given is None else list(given)
    found = candidates(words, lambda kind: _names(words[:-1], kind))
    print("\n".join([*found, NO_FILES]))
    return ExitCode.OK
