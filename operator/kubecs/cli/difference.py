"""`kubectl ecs diff -f`: what an apply would change in the objects and in what the operator makes of them.

The API server tells what the objects would be (a dry run of a server-side apply, so its schema and policies have their
say), and the operator's own planning what would follow. Nothing is written.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import yaml

from kubecs.cli import reads, session
from kubecs.cli.exitcodes import CommandError, ExitCode
from kubecs.cli.reads import Reads
from kubecs.cli.session import Object, Session
from kubecs.kube import resources
from kubecs.kube.direct import together
from kubecs.kube.errors import ApiError
from kubecs.plan.settings import Settings
from kubecs.translate import labels

if TYPE_CHECKING:
    from kubecs.console.changes import Change

# Those that others refer to come first, whatever the order in the files.
KINDS = {
    "ECSAccount": resources.ECS_ACCOUNTS,
    "ECSCluster": resources.ECS_CLUSTERS,
    "ECSTaskDefinition": resources.ECS_TASK_DEFINITIONS,
    "ECSService": resources.ECS_SERVICES,
    "ECSTask": resources.ECS_TASKS,
}
_AT_ONCE = 8  # documents that are asked about beside each other
_SUFFIXES = (".yaml", ".yml", ".json")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `diff`."""
    parser.add_argument(
        "-f",
        "--filename",
        action="append",
        required=True,
        metavar="FILE",
        help="file, directory, or - ; may be repeated",
    )
    parser.add_argument("--region", default=Settings().region, help="the operator's --region, if it has another")
    session.add_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the changes; 0 when there are none."""
    here = session.opened(arguments)
    documents = [each for name in arguments.filename for each in _documents(name)]
    ordered = sorted(documents, key=lambda each: list(KINDS).index(each["kind"]))
    seen = Reads(here)
    calls: list[Callable[[], Any]] = [_planning, partial(_all_asked, here, seen, ordered)]
    planning, asked = together(calls)
    trial = planning.Trial(seen, here.now, arguments.region)
    found: list[Change] = [change for each in asked for change in trial.apply(each)]
    for change in found:
        _print(change)
    rolled = sum(change.tasks for change in found)
    changed = [change for change in found if not change.empty]
    print(f"{len(changed)} of {len(found)} objects would change; rolls {rolled} tasks")
    if any(change.refused for change in found):
        return ExitCode.REFUSED
    return ExitCode.NEGATIVE if changed else ExitCode.OK


def _planning() -> ModuleType:
    """The operator's planning, which takes as long to import as the server takes to answer."""
    from kubecs.cli import trial  # noqa: PLC0415 - see above

    return trial


@dataclass(frozen=True, slots=True)
class Asked:
    """A document, and what the API server says to it.

    Attributes:
        document: As it is in the file.
        namespace: Where it belongs.
        live: The object as it is, None where there is none.
        made: The object as an apply would make it, or why the server refuses that.
    """

    document: Object
    namespace: str
    live: Object | None
    made: Object | ApiError


def _all_asked(here: Session, seen: Reads, documents: Sequence[Object]) -> list[Asked]:
    groups = (documents[at : at + _AT_ONCE] for at in range(0, len(documents), _AT_ONCE))
    return [asked for group in groups for asked in together([partial(_asked, here, seen, each) for each in group])]


def _asked(here: Session, seen: Reads, document: Object) -> Asked:
    resource, name = KINDS[document["kind"]], document["metadata"]["name"]
    namespace = document["metadata"].get("namespace") or here.home

    def tried() -> Object | ApiError:
        try:
            return here.api.dry_apply(resource, namespace, document)
        except ApiError as error:
            return error

    calls: list[Callable[[], Any]] = [
        lambda: here.api.find(resource, namespace, name),
        tried,
        lambda: reads.ahead(seen, document, namespace),
    ]
    live, made, _ = together(calls)
    return Asked(document, namespace, live, made)


def _print(change: "Change") -> None:
    if change.empty:
        return
    print("\n".join([*change.lines, *(f"{change.title}: {sentence}" for sentence in change.says), ""]))


def _documents(name: str) -> Iterator[Object]:
    """The documents of kubecs in a file or directory.

    Raises:
        CommandError: A file cannot be read.
    """
    try:
        texts = [sys.stdin.read()] if name == "-" else [path.read_text(encoding="utf-8") for path in _files(Path(name))]
        read = [each for text in texts for each in yaml.load_all(text, _LOADER) if each]
    except (OSError, yaml.YAMLError) as error:
        raise CommandError(ExitCode.USAGE, f"{name}: {error}") from error
    for document in read:
        if document.get("apiVersion") == labels.API_VERSION and document.get("kind") in KINDS:
            yield document
        else:
            print(f"{document.get('kind')}: not of kubecs, see kubectl diff", file=sys.stderr)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES)
