"""CEL of a task definition: pieces of expressions that its rules are built of.

In the expressions c is a container, o another one, and `self` the task definition.
"""

from collections.abc import Callable

from kubecs.crds.rules import Rule

CONTAINERS = 10  # the most that a task definition has

Condition = Callable[[str], str]  # CEL of a container, given the CEL for it

ALL = "self.containerDefinitions"
AT = ".containerDefinitions"
AWSVPC = "(has(self.networkMode) && self.networkMode == 'awsvpc')"
SHARED_PORTS = "(has(self.networkMode) && self.networkMode in ['awsvpc', 'host'])"


def listed(launch_type: str) -> str:
    """CEL: the task definition must be able to run there."""
    return f"(has(self.requiresCompatibilities) && '{launch_type}' in self.requiresCompatibilities)"


FARGATE = listed("FARGATE")


def none(bad: Condition) -> str:
    """CEL: no container is bad."""
    return f"!{ALL}.exists(c, {bad('c')})"


def some_item(path: str, variable: str, bad: str) -> Condition:
    """A container with an item of this list for which `bad` holds; the list lies at a path below the container."""

    def condition(c: str) -> str:
        steps = path.split(".")
        there = [f"has({c}.{'.'.join(steps[: count + 1])})" for count in range(len(steps))]
        return f"{' && '.join(there)} && {c}.{path}.exists({variable}, {bad})"

    return condition


def present(path: str) -> Condition:
    """A container with a member at this path."""

    def condition(c: str) -> str:
        steps = path.split(".")
        return " && ".join(f"has({c}.{'.'.join(steps[: count + 1])})" for count in range(len(steps)))

    return condition


def filled(path: str) -> Condition:
    """A container with a list at this path that is not empty, or a text that is not."""
    return lambda c: f"{present(path)(c)} && {c}.{path}.size() > 0"


def named(before: str, bad: Condition, after: str) -> str:
    """CEL: a message with the name of the first bad container.

    Written out for every place: the API server can't tell how long the name of what a filter returns is, and refuses.
    """
    places = [f"{ALL}[{place}]" for place in range(CONTAINERS)]
    choices = [
        f"{ALL}.size() > {place} && ({bad(container)}) ? {container}.name : " for place, container in enumerate(places)
    ]
    return f'"{before}" + ({"".join(choices)}\'\') + "{after}"'


def forbidden(condition: str, bad: Condition, message: str, says: str = "") -> Rule:
    """Under the condition no container may be bad."""
    return Rule(f"!{condition} || {none(bad)}", message, AT, "FieldValueForbidden", says)


def size(member: str, unit: str) -> str:
    """CEL: the number that a task's size stands for: units or MiB as they are, vCPUs or GB times 1024.

    Only for texts that `sized` lets through.
    """
    text = f"self.{member}.trim()"
    number = f"{text}.lowerAscii().replace('{unit}', '').trim()"
    return f"({text}.matches('^[0-9]+$') ? int({text}) : int(double({number}) * 1024.0))"


def sized(member: str, unit: str) -> str:
    """CEL: the text of a task's size can be read."""
    letters = "".join(f"[{letter}{letter.upper()}]" for letter in unit)
    pattern = f"^([0-9]{{1,9}}|([0-9]{{1,6}}([.][0-9]{{1,6}})?|[.][0-9]{{1,6}}) ?{letters})$"
    return f"self.{member}.trim().matches('{pattern}')"


def with_size(member: str, unit: str, holds: str) -> str:
    """CEL: `holds` is true of the size, called n in it; true where there is no size, or none that can be read.

    CEL has no variables here, so the size is given its name as the only item of a list.
    """
    return f"!has(self.{member}) || !{sized(member, unit)} || [{size(member, unit)}].all(n, {holds})"


def with_option(option: str) -> Condition:
    """A container whose log driver has this option."""
    return lambda c: f"has({c}.logConfiguration.options) && '{option}' in {c}.logConfiguration.options"
