"""`kubecs operator`: from the command line to a running replica."""

import argparse
import asyncio
import logging
import sys
from importlib.metadata import version

from kubecs.controllers import logs
from kubecs.controllers.operator import LeaseLost, Options
from kubecs.controllers.operator import run as run_operator
from kubecs.kube.config import NoConfiguration
from kubecs.plan.settings import Settings
from kubecs.translate.delivery import Shim

# How long kopf's thread may keep the others waiting for the interpreter: Python's 5 ms are longer than a reconcile.
SWITCH_SECONDS = 0.0002

log = logging.getLogger("kubecs")


def options(arguments: argparse.Namespace) -> Options:
    """The options of a parsed command line."""
    return Options(
        kubeconfig=arguments.kubeconfig,
        namespace=arguments.namespace,
        bind_address=arguments.bind_address,
        health_port=arguments.health_port,
        metrics_port=arguments.metrics_port,
        workers=arguments.workers,
        lease_namespace=arguments.lease_namespace,
        lease_name=arguments.lease_name,
        settings=Settings(
            region=arguments.region,
            steady_seconds=arguments.steady_seconds,
            missing_grace_seconds=arguments.missing_grace_seconds,
            record_retention_seconds=arguments.record_retention_seconds,
            records_per_service=arguments.records_per_service,
            failed_start_seconds=arguments.failed_start_seconds,
            shim=Shim(arguments.shim_image, arguments.shim_delivery),
        ),
        version=version("kubecs"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Run until told to stop. Returns the exit code: 0 after SIGTERM, 1 when it could not go on."""
    logs.configure(arguments.log_format, arguments.log_level)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        asyncio.run(run_operator(options(arguments)))
    except (LeaseLost, NoConfiguration, OSError) as error:
        log.error("ended: %s", error)  # noqa: TRY400 - the message says it all
        return 1
    except (Exception, BaseExceptionGroup):
        log.exception("ended")
        return 1
    return 0
