"""The options of each subcommand. An operator option that is absent is read from KUBECS_<NAME> in the environment."""

import argparse
import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One row: flag, type, default, help, and the values that are allowed where not all are."""

    flag: str
    type: type
    default: Any
    help: str
    choices: tuple[str, ...] = ()


OPERATOR = (
    Option("--kubeconfig", str, None, "kubeconfig file; without it the Pod's own ServiceAccount, then ~/.kube/config"),
    Option("--namespace", str, None, "serve only this namespace; absent: all"),
    Option("--health-port", int, 8080, "port of /healthz and /readyz; 0: any free one"),
    Option("--metrics-port", int, 9090, "port of /metrics; the same number serves all three; 0: any free one"),
    Option("--bind-address", str, "0.0.0.0", "address that both listen on"),  # noqa: S104 - a Pod's probes come from outside
    Option("--steady-seconds", int, 40, "a task without a health check is healthy after this long in RUNNING"),
    Option("--missing-grace-seconds", float, 60.0, "a missing reference is Reconciling for this long, then Stalled"),
    Option("--record-retention-seconds", float, 3600.0, "how long the record of a stopped task is kept"),
    Option("--records-per-service", int, 500, "how many records of a service's tasks are kept at most"),
    Option("--failed-start-seconds", float, 120.0, "how long a task may fail to pull an image or create a container"),
    Option("--region", str, "us-east-1", "AWS region of namespaces whose ECSAccount names none"),
    Option("--workers", int, 16, "how many objects are reconciled at the same time"),
    Option("--log-format", str, "text", "text or json"),
    Option("--log-level", str, "INFO", "DEBUG, INFO, WARNING or ERROR"),
    Option("--shim-image", str, "kubecs:dev", "image with the shim at /shim: that of kubecs; nodes have to reach it"),
    Option(
        "--shim-delivery",
        str,
        "initContainer",
        "how containers get the shim: initContainer, or imageVolume where the runtime lets one execute in it",
        ("initContainer", "imageVolume"),
    ),
    Option("--lease-namespace", str, "kubecs-system", "namespace of the leader's Lease"),
    Option("--lease-name", str, "kubecs-operator", "name of the leader's Lease"),
)


def _environment_default(option: Option) -> Any:
    name = "KUBECS_" + option.flag.removeprefix("--").replace("-", "_").upper()
    value = os.environ.get(name)
    return option.default if value is None else option.type(value)


def add_operator_options(parser: argparse.ArgumentParser) -> None:
    """Add every operator option."""
    for option in OPERATOR:
        default, choices = _environment_default(option), option.choices or None
        if choices and default not in choices:  # argparse does not look at defaults
            parser.error(f"{option.flag}: {default!r} is none of {', '.join(choices)}")
        parser.add_argument(option.flag, type=option.type, default=default, help=option.help, choices=choices)


def add_crds_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kubecs crds`."""
    parser.add_argument("--check", metavar="DIR", help="fail when the files in DIR are not what would be written")
    parser.add_argument("--write", metavar="DIR", help="write one file for each kind into DIR")


CONVERT = (
    Option("--namespace", str, None, "namespace of the manifests; absent: none, or `default` with --to kubernetes"),
    Option(
        "--account",
        str,
        None,
        "file with the ECSAccount whose maps and allow-lists hold; absent: a skeleton is written",
    ),
    Option("--account-id", str, None, "AWS account of the documents; absent: the one that most ARNs name"),
    Option("--region", str, None, "AWS region of the documents; absent: the one that most ARNs name"),
    Option("--family", str, None, "family of task definitions that name none; absent: the file's name"),
    Option("--service-name", str, None, "name of a service that has none"),
    Option("--cluster", str, None, "cluster of services that name none"),
)


def add_convert_options(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and options of `kubecs convert`."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="JSON or YAML file, directory, or - for standard input"
    )
    parser.add_argument(
        "--to", choices=("ecs", "kubernetes"), default="ecs", help="what to write; absent: ECS resources"
    )
    parser.add_argument("--keep-revisions", action="store_true", help="write each revision with its number")
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], help="value of a CloudFormation parameter"
    )
    for option in CONVERT:
        parser.add_argument(option.flag, type=option.type, default=option.default, help=option.help)


def add_explain_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kubecs explain`."""
    parser.add_argument("path", nargs="?", metavar="PATH", help="such as containerDefinitions.ulimits; absent: all")
    parser.add_argument("--check", metavar="FILE", help="fail when FILE is not the page that would be written")
    parser.add_argument("--write", metavar="FILE", help="write the page of all members to FILE")
