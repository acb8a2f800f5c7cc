"""Names in CEL: an object's name must be the one that translate/names.py makes of what ECS calls it.

CEL has no hash. So the rules check the readable part and that 8 hex digits follow where the name had to be mangled;
wrong digits are for the operator to refuse.
"""

from kubecs.crds.rules import Rule, given
from kubecs.translate.names import DEFAULT_CLUSTER, OBJECT_LIMIT, PAIR_LIMIT

_TAIL = 9  # "-" and 8 hex digits
_NAME = "self.metadata.name"
_FIELD = ".metadata.name"
_FAMILY = "self.spec.family"
_SERVICE = "self.spec.serviceName"
_REVISED = "self.spec.taskDefinition.family"
_CLUSTER_NAME = given("self.spec.clusterName", f"'{DEFAULT_CLUSTER}'")
_CLUSTER_REFERENCE = given("self.spec.cluster", f"'{DEFAULT_CLUSTER}'")
_SHORT_CLUSTER = f"{_CLUSTER_REFERENCE}.substring({_CLUSTER_REFERENCE}.lastIndexOf('/') + 1)"
_IN_DEFAULT = f"{_SHORT_CLUSTER} == '{DEFAULT_CLUSTER}'"


def _untouched(text: str, limit: int) -> str:
    return f"{text}.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$') && size({text}) <= {limit}"


def _readable(text: str) -> str:
    return f"(({text}.matches('^[A-Za-z0-9]') ? '' : 'x') + {text}.lowerAscii().replace('_', '-'))"


def _names(name: str, text: str, limit: int = OBJECT_LIMIT) -> str:
    """CEL: `name` is what names.object_name(text, limit) gives, the digits apart."""
    stem = f"{name}.substring(0, size({name}) - {_TAIL})"
    mangled = (
        f"size({name}) <= {limit}",
        f"{name}.matches('.-[0-9a-f]{{8}}$')",
        f"{_readable(text)}.startsWith({stem})",
        f"(size({name}) == {limit} || {stem} == {_readable(text)})",
    )
    return f"({_untouched(text, limit)} ? {name} == {text} : {' && '.join(mangled)})"


def _wanted(text: str, limit: int = OBJECT_LIMIT) -> str:
    """CEL: the name to use, for a message."""
    stem = f"[{_readable(text)}].map(t, size(t) > {limit - _TAIL} ? t.substring(0, {limit - _TAIL}) : t)[0]"
    return f"({_untouched(text, limit)} ? {text} : {stem} + '-<8 hex digits of the SHA-256 of ' + {text} + '>')"


def _rule(condition: str, wanted: str, message: str) -> Rule:
    return Rule(condition, f"metadata.name must be {message}", _FIELD, says=f"'metadata.name must be ' + {wanted}")


ACCOUNT = Rule(f"{_NAME} == 'default'", "metadata.name must be default: a namespace is one account", _FIELD)

CLUSTER = _rule(
    _names(_NAME, _CLUSTER_NAME),
    _wanted(_CLUSTER_NAME),
    "the clusterName, mangled where it is no lower-case DNS label",
)

FAMILY = _rule(_names(_NAME, _FAMILY), _wanted(_FAMILY), "the family, mangled where it is no lower-case DNS label")

_HALVES = f"{_NAME}.split('.')"
_FIRST, _SECOND = f"{_HALVES}[0]", f"{_HALVES}[1]"

REVISION = _rule(
    f"{_HALVES}.size() == 2 && {_SECOND} == string(self.spec.revision) && {_names(_FIRST, _REVISED)}",
    f"{_wanted(_REVISED)} + '.<revision>'",  # of a number's text CEL can't tell how long it is
    "<family>.<revision>, the family mangled where it is no lower-case DNS label",
)

_PAIR = " && ".join(
    (f"{_HALVES}.size() == 2", _names(_FIRST, _SHORT_CLUSTER, PAIR_LIMIT), _names(_SECOND, _SERVICE, PAIR_LIMIT))
)
_WANTED_PAIR = f"{_wanted(_SHORT_CLUSTER, PAIR_LIMIT)} + '.' + {_wanted(_SERVICE, PAIR_LIMIT)}"

SERVICE = _rule(
    f"{_IN_DEFAULT} ? {_names(_NAME, _SERVICE)} : {_PAIR}",
    f"({_IN_DEFAULT} ? {_wanted(_SERVICE)} : {_WANTED_PAIR})",
    "the serviceName in the cluster default, else <cluster>.<serviceName>, each mangled where it is no DNS label",
)

RECORD = Rule(
    f"{_NAME}.matches('^[0-9a-f]{{32}}$') && self.spec.taskArn.endsWith('/' + {_NAME})",
    "metadata.name must be the task id, which is the last part of taskArn",
    _FIELD,
)
