"""`kubectl ecs rollout`: how a service's rollout stands, its revisions, back to one of them, and once more.

The operator never writes a spec: `undo` and `restart` edit it as the user who runs them, with that user's rights.
"""

import argparse
import time

from kubecs.cli import session
from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.cli.session import Object, Session
from kubecs.console import rollouts
from kubecs.console.table import table
from kubecs.kube import resources
from kubecs.plan.timestamps import rfc3339

POLL_SECONDS = 0.5


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands of `rollout`."""
    commands = parser.add_subparsers(dest="rollout", required=True, metavar="COMMAND")
    status = _command(commands, "status", "wait until the rollout has ended, and say how")
    status.add_argument("--timeout", type=float, metavar="SECONDS", help="give up after so long; absent: never")
    status.add_argument("--no-wait", action="store_true", help="say how it stands now")
    history = _command(commands, "history", "list the revisions that there were")
    session.add_output(history)
    undo = _command(commands, "undo", "write spec.taskDefinition of an earlier revision")
    undo.add_argument("--to-revision", type=int, metavar="N", help="absent: the last one of another task definition")
    undo.add_argument("--dry-run", action="store_true", help="only say what would be written")
    _command(commands, "restart", "start every task anew: a new deployment of the same revision")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",  # argparse has no public name for it
    name: str,
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("service", metavar="SERVICE", help="name, cluster/name or ARN")
    parser.add_argument("--cluster", metavar="NAME", help="ECS cluster of the service")
    session.add_flags(parser)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Do what the subcommand says."""
    here = session.opened(arguments)
    service = here.need_service(arguments.service, arguments.cluster)
    return COMMANDS[arguments.rollout](here, service, arguments)


def _status(here: Session, service: Object, arguments: argparse.Namespace) -> ExitCode:
    deadline = time.monotonic() + arguments.timeout if arguments.timeout is not None else None
    said = ""
    while True:
        stand = rollouts.standing(service)
        if stand.text != said:
            print(stand.text, flush=True)
            said = stand.text
        if stand.ended or arguments.no_wait:
            return ExitCode.NEGATIVE if stand.ended and not stand.succeeded else ExitCode.OK
        if deadline is not None and time.monotonic() > deadline:
            raise CommandError(ExitCode.TIMEOUT, f"the rollout has not ended after {arguments.timeout:g} s")
        time.sleep(POLL_SECONDS)
        metadata = service["metadata"]
        service = here.api.get(resources.ECS_SERVICES, metadata["namespace"], metadata["name"])


def _history(here: Session, service: Object, arguments: argparse.Namespace) -> ExitCode:
    rows = rollouts.history(service, here.children(resources.CONTROLLER_REVISIONS, service), here.now)
    if arguments.output:
        keys = [word.lower() for word in rollouts.HEAD]
        session.show([dict(zip(keys, row, strict=True)) for row in rows], arguments.output)
    else:
        print(table(rollouts.HEAD, rows))
    return ExitCode.OK


def _undo(here: Session, service: Object, arguments: argparse.Namespace) -> ExitCode:
    try:
        back = rollouts.way_back(service, here.children(resources.CONTROLLER_REVISIONS, service), arguments.to_revision)
    except rollouts.NoRevisionError as error:
        raise CommandError(ExitCode.NOT_FOUND, str(error)) from error
    name = service["metadata"]["name"]
    if back.unchanged:
        print(f"{name}: spec.taskDefinition is {back.task_definition} already")
        return ExitCode.OK
    patch = {
        "metadata": {"resourceVersion": service["metadata"]["resourceVersion"]},  # nobody wrote it meanwhile
        "spec": {"taskDefinition": back.task_definition},
    }
    _write(here, service, patch, dry_run=arguments.dry_run)
    done = "would be written" if arguments.dry_run else "written"
    print(f"{name}: back to revision {back.number}: spec.taskDefinition {back.task_definition} {done}")
    for note in back.notes:
        print(f"note: {note}")
    return ExitCode.OK


def _restart(here: Session, service: Object, arguments: argparse.Namespace) -> ExitCode:
    del arguments
    _write(here, service, {"spec": {"kubernetes": {"restartedAt": rfc3339(here.now)}}}, dry_run=False)
    print(f"{service['metadata']['name']}: spec.kubernetes.restartedAt written; a new deployment starts")
    return ExitCode.OK


def _write(here: Session, service: Object, patch: Object, *, dry_run: bool) -> None:
    metadata = service["metadata"]
    here.api.merge(resources.ECS_SERVICES, metadata["namespace"], metadata["name"], patch, dry_run=dry_run)


COMMANDS = {"status": _status, "history": _history, "undo": _undo, "restart": _restart}
