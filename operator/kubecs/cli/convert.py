"""`kubecs convert`: documents to manifests on standard output, and the report on standard error."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubecs.convert.conversion import Options, Source, convert
from kubecs.convert.found import Given
from kubecs.convert.reading import MalformedError, documents

SUFFIXES = (".json", ".yaml", ".yml")


class _UnusableError(Exception):
    """An argument that cannot be used, for the user to read."""


def run(arguments: argparse.Namespace) -> int:
    """Convert.

    Returns:
        0; 1 when something was refused or unreadable; 2 when an argument cannot be used.
    """
    try:
        outcome = convert(list(_sources(arguments.paths)), _options(arguments))
    except (_UnusableError, OSError) as error:
        print(f"kubecs convert: {error}", file=sys.stderr)
        return 2
    sys.stdout.buffer.write(outcome.output.encode("utf-8", "backslashreplace"))
    sys.stdout.flush()
    print(outcome.report, end="", file=sys.stderr)
    return 1 if outcome.refused else 0


def _options(arguments: argparse.Namespace) -> Options:
    pairs = [each.partition("=") for each in arguments.set]
    if any(not separator for _, separator, _ in pairs):
        raise _UnusableError("--set takes NAME=VALUE")
    given = Given(
        family=arguments.family,
        service_name=arguments.service_name,
        cluster=arguments.cluster,
        account_id=arguments.account_id,
        region=arguments.region,
        parameters={name: value for name, _, value in pairs},
    )
    return Options(
        given=given,
        kubernetes=arguments.to == "kubernetes",
        keep_revisions=arguments.keep_revisions,
        namespace=arguments.namespace,
        account=_account(arguments.account),
    )


def _account(path: str | None) -> Any:
    """The ECSAccount in a file that may hold more than that."""
    if path is None:
        return None
    try:
        parsed = documents(Path(path).read_bytes(), path)
    except MalformedError as error:
        raise _UnusableError(f"{path}: {error}") from error
    found = next((each for each in parsed if isinstance(each, dict) and each.get("kind") == "ECSAccount"), None)
    if found is None:
        raise _UnusableError(f"{path}: there is no ECSAccount in it")
    return found


def _sources(paths: list[str]) -> Iterator[Source]:
    for each in paths:
        path = Path(each)
        if each == "-":
            yield Source("-", sys.stdin.buffer.read())
        elif path.is_dir():
            found = list(_below(path, each, frozenset()))
            yield from found or [Source(each, b"")]
        else:
            yield Source(each, path.read_bytes())


def _below(place: Path, within: str, above: frozenset[str]) -> Iterator[Source]:
    """JSON and YAML files below a directory in a fixed order; hidden files and directories are passed over.

    Links are followed, but not back to a directory that they lie in. What cannot be read is told, and the rest is read.
    """
    real = os.path.realpath(place)
    if real in above:
        return
    try:
        entries = sorted(each for each in place.iterdir() if not each.name.startswith("."))
    except OSError as error:
        yield Source(str(place), b"", within, unreadable=error.strerror or str(error))
        return
    directories = [each for each in entries if each.is_dir()]
    for file in entries:
        if file.name.endswith(SUFFIXES) and file not in directories:
            yield _read(file, within)
    for directory in directories:
        yield from _below(directory, within, above | {real})


def _read(file: Path, within: str) -> Source:
    try:
        if file.exists() and not file.is_file():
            return Source(str(file), b"", within, unreadable="no regular file")
        return Source(str(file), file.read_bytes(), within)
    except OSError as error:
        return Source(str(file), b"", within, unreadable=error.strerror or str(error))
