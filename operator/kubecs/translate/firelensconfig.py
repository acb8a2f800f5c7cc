"""The configuration that a log router gets: forwarded records and, where it may read them, its siblings' output in.

ECS writes the same for its routers: one input for the containers' records, one of Fluent Bit for health checks of the
router, metadata, the user's own file, and one output for each container with the log driver awsfirelens, from the
options of that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

PORT = 24224
ADDRESS = "127.0.0.1"
HEALTH_PORT = 8877  # where the health check that AWS documents for a Fluent Bit router sends its record
HEALTH_TAG = "firelens-healthcheck"

# A line of the kubelet's log files: time, stream, whether the line is whole, and what the container wrote.
_LINE = r"/^(?<time>[^ ]+) (?<source>stdout|stderr) (?<partial>[FP]) (?<log>.*)$/"


@dataclass(frozen=True, slots=True)
class Output:
    """Where the records of one container go.

    Attributes:
        container: ECS's name of the container; the tags of its records begin with `<name>-firelens`.
        options: The plugin's options, its type among them (`Name` of Fluent Bit, `@type` of Fluentd).
        logs: Path of its log files for the router, with a pattern; empty where the router cannot read them.
    """

    container: str
    options: Mapping[str, str]
    logs: str = ""

    @property
    def tag(self) -> str:
        """The beginning of its records' tags."""
        return f"{self.container}-firelens"


@dataclass(frozen=True, slots=True)
class Router:
    """What the configuration of a router depends on.

    Attributes:
        outputs: One for each container.
        metadata: Added to every record; empty where that is turned off.
        include: Path in the image of the user's own configuration; empty for none.
    """

    outputs: tuple[Output, ...]
    metadata: Mapping[str, str]
    include: str = ""


def fluent_bit(router: Router) -> str:
    """The configuration in Fluent Bit's classic syntax."""
    return "\n".join(_fluent_bit(router)) + "\n"


def fluentd(router: Router) -> str:
    """The configuration in Fluentd's syntax."""
    return "\n".join(_fluentd(router)) + "\n"


def _fluent_bit(router: Router) -> Iterator[str]:
    yield from _section("INPUT", {"Name": "forward", "Listen": ADDRESS, "Port": str(PORT)})
    health = {"Name": "tcp", "Listen": ADDRESS, "Port": str(HEALTH_PORT), "Tag": HEALTH_TAG}
    yield from _section("INPUT", health)
    for output in router.outputs:
        if output.logs:
            tail = {"Name": "tail", "Path": output.logs, "Tag": output.tag, "multiline.parser": "cri"}
            yield from _section("INPUT", tail | {"Read_from_Head": "true", "Refresh_Interval": "1"})
    if router.metadata:
        yield from _section("FILTER", {"Name": "record_modifier", "Match": "*"})
        yield from (f"    Record {name} {value}" for name, value in router.metadata.items())
    if router.include:
        yield f"@INCLUDE {router.include}"
    yield from _section("OUTPUT", {"Name": "null", "Match": HEALTH_TAG})
    for output in router.outputs:
        if output.options:
            yield from _section("OUTPUT", {**_named_first(output.options, "Name"), "Match": f"{output.tag}*"})


def _section(kind: str, members: Mapping[str, str]) -> Iterator[str]:
    yield f"[{kind}]"
    yield from (f"    {name} {_one_line(value)}" for name, value in members.items())


def _fluentd(router: Router) -> Iterator[str]:
    yield from _block("source", "", {"@type": "forward", "bind": ADDRESS, "port": str(PORT)})
    for output in router.outputs:
        if output.logs:
            members = {"@type": "tail", "path": output.logs, "tag": output.tag, "read_from_head": "true"}
            members |= {"pos_file": f"/tmp/{output.tag}.pos"}  # noqa: S108 - in the router's own file system
            parse = _block("parse", "", {"@type": "regexp", "expression": _LINE})
            yield from _block("source", "", members, parse)
    if router.metadata:
        record = _block("record", "", router.metadata)
        yield from _block("filter", "**", {"@type": "record_transformer"}, record)
    if router.include:
        yield f"@include {router.include}"
    for output in router.outputs:
        if output.options:
            yield from _block("match", f"{output.tag}**", _named_first(output.options, "@type"))


def _block(kind: str, pattern: str, members: Mapping[str, str], inner: Iterable[str] = ()) -> Iterator[str]:
    yield f"<{kind} {pattern}>" if pattern else f"<{kind}>"
    yield from (f"  {name} {_one_line(value)}" for name, value in members.items())
    yield from (f"  {line}" for line in inner)
    yield f"</{kind}>"


def _named_first(options: Mapping[str, str], name: str) -> dict[str, str]:
    """The options by name, but with the plugin's type in front, however it is capitalized."""
    return dict(sorted(options.items(), key=lambda option: (option[0].lower() != name.lower(), option[0])))


def _one_line(value: str) -> str:
    """A value cannot end its line: what follows would be a member of its own."""
    return " ".join(value.splitlines())
