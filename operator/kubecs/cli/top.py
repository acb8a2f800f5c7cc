"""`kubectl ecs top`: clusters, rollouts and tasks without a place; on a terminal it goes on until it is interrupted."""

import argparse
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from kubecs.cli import ps, session
from kubecs.cli.exitcodes import ExitCode
from kubecs.cli.session import Session
from kubecs.console.overview import overview
from kubecs.console.tasklist import Filters
from kubecs.kube import resources
from kubecs.translate import names

CLEAR = "\x1b[2J\x1b[H"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `top`."""
    parser.add_argument("--cluster", metavar="NAME", help="only of this ECS cluster")
    parser.add_argument("--once", action="store_true", help="print once, as it does in a pipe")
    parser.add_argument("--interval", type=float, default=2.0, metavar="SECONDS", help="between two looks")
    session.add_flags(parser, everywhere=True)


def run(arguments: argparse.Namespace) -> int:
    """Print the page, again and again on a terminal."""
    here = session.opened(arguments)
    if arguments.once or not sys.stdout.isatty():
        print(page(here, arguments.cluster))
        return ExitCode.OK
    try:
        while True:
            text = page(replace(here, now=datetime.now(UTC)), arguments.cluster)  # noqa: TID251 - the clock's place
            sys.stdout.write(f"{CLEAR}{text}\n")
            sys.stdout.flush()
            time.sleep(arguments.interval)
    except KeyboardInterrupt:
        return ExitCode.OK


def page(here: Session, cluster: str | None) -> str:
    """One look. The Pods that are asked for are those that do not run, which are few."""
    filters = Filters(cluster=cluster)
    services = here.api.list(resources.ECS_SERVICES, here.namespace)
    if cluster is not None:
        services = [each for each in services if names.cluster_name(each["spec"].get("cluster")) == cluster]
    tasks = ps.found(here, filters, fields="status.phase=Pending", stopped=False)
    return overview(services, tasks, here.now)
