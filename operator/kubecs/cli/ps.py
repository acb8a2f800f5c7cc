"""`kubectl ecs ps`: tasks, live and stopped alike."""

import argparse

from kubecs.cli import session
from kubecs.cli.exitcodes import ExitCode
from kubecs.console import tasklist
from kubecs.console.table import table
from kubecs.console.tasklist import Filters, Task
from kubecs.kube import resources
from kubecs.kube.direct import together


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `ps`."""
    parser.add_argument("--cluster", metavar="NAME", help="only of this ECS cluster")
    parser.add_argument("--service", metavar="NAME", help="only of this service")
    parser.add_argument("--family", metavar="NAME", help="only of this task definition family")
    parser.add_argument("--status", metavar="WORD", help="a lastStatus such as RUNNING or STOPPED, or live")
    session.add_output(parser)
    session.add_flags(parser, everywhere=True)


def run(arguments: argparse.Namespace) -> int:
    """Print the tasks that the filters leave."""
    here = session.opened(arguments)
    filters = Filters(arguments.cluster, arguments.service, arguments.family, arguments.status)
    tasks = [task for task in found(here, filters) if filters.take(task)]
    if arguments.output:
        session.show([tasklist.document(task) for task in tasks], arguments.output)
        return ExitCode.OK
    wide = here.namespace is None
    head = ("NAMESPACE", *tasklist.HEAD) if wide else tasklist.HEAD
    rows = (((task.namespace,) if wide else ()) + tasklist.row(task, here.now) for task in tasks)
    print(table(head, rows) if tasks else "No tasks found.")
    return ExitCode.OK


def found(here: session.Session, filters: Filters, *, fields: str = "", stopped: bool = True) -> list[Task]:
    """Tasks that the server's selection by labels leaves; ECSTasks have no labels, so all of them come.

    Args:
        here: The session.
        filters: Narrow what is asked for; Filters.take then decides.
        fields: Field selector of Pods.
        stopped: Look for records, too.
    """
    selector = filters.selector()
    pods, records, requests = together(
        [
            lambda: here.api.list(resources.PODS, here.namespace, labels=selector, fields=fields),
            lambda: here.api.list(resources.ECS_TASK_RECORDS, here.namespace, labels=selector) if stopped else [],
            lambda: here.api.list(resources.ECS_TASKS, here.namespace),
        ]
    )
    return tasklist.collect(pods, records, requests, here.now)
