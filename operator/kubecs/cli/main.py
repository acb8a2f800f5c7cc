"""The `kubecs` command. Each subcommand imports what it needs when it is chosen, so that `--help` is quick."""

import argparse
import gc
import sys
from collections.abc import Sequence


def _operator(arguments: argparse.Namespace) -> int:
    gc.disable()  # nothing of a start is garbage; the operator turns it on again
    from kubecs.cli import operator  # noqa: PLC0415 - see the module's description

    return operator.run(arguments)


def _crds(arguments: argparse.Namespace) -> int:
    from kubecs.cli import crds  # noqa: PLC0415 - see the module's description

    return crds.run(arguments)


def _convert(arguments: argparse.Namespace) -> int:
    from kubecs.cli import convert  # noqa: PLC0415 - see the module's description

    return convert.run(arguments)


def _explain(arguments: argparse.Namespace) -> int:
    from kubecs.cli import explain  # noqa: PLC0415 - see the module's description

    return explain.run(arguments)


def parser(arguments: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The command line: one subcommand for each running part, offline tool, and question to a cluster.

    Args:
        arguments: The words that will be parsed; of the questions only the one that is asked gets its options.
    """
    from kubecs.cli import options, plugin  # noqa: PLC0415 - see the module's description

    top = argparse.ArgumentParser(prog="kubecs", description="Amazon ECS on any Kubernetes cluster.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    operator = commands.add_parser("operator", help="run the operator")
    options.add_operator_options(operator)
    operator.set_defaults(run=_operator)
    crds = commands.add_parser("crds", help="write or check the custom resource definitions")
    options.add_crds_options(crds)
    crds.set_defaults(run=_crds)
    convert = commands.add_parser("convert", help="turn ECS documents, CloudFormation and Terraform into manifests")
    options.add_convert_options(convert)
    convert.set_defaults(run=_convert)
    explain = commands.add_parser("explain", help="say what becomes of a member of task definitions and services")
    options.add_explain_options(explain)
    explain.set_defaults(run=_explain)
    plugin.add_commands(commands, plugin.chosen(arguments))
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point. Returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parsed = parser(given).parse_args(given)
    code: int = parsed.run(parsed)
    return code


if __name__ == "__main__":
    sys.exit(main())
