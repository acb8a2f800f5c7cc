"""CloudFormation's intrinsic functions: worked out where the template alone decides, else named and left open."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kubecs.convert.choices import decided
from kubecs.convert.found import Given
from kubecs.convert.respelling import ABSENT, Partial, Unknown
from kubecs.convert.untrusted import mapping
from kubecs.ecs.members import Type
from kubecs.ecs.values import partition_of_region

NO_VALUE = "AWS::NoValue"

# What Ref and GetAtt of an ECS resource of the same template come to: the property that is its name.
NAMES = {
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ECS::Cluster": "ClusterName",
}

_DYNAMIC = re.compile(r"\{\{resolve:([^{}]*)\}\}")
_SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """The parts of a template that values are worked out from; empty for a lone resource.

    Attributes:
        resources: Resources by logical id.
        parameters: Their defaults, and over those what was given.
        mappings: Mappings.
        conditions: Conditions.
        pseudo: Pseudo parameters that are known.
    """

    resources: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    pseudo: Mapping[str, str] = field(default_factory=dict)


def template_of(document: Mapping[str, Any], given: Given) -> Template:
    """Read a template; parts that are not what they should be count as absent."""
    declared = {name: mapping(each) for name, each in mapping(document.get("Parameters")).items()}
    defaults = {name: _default(name, each) for name, each in declared.items() if "Default" in each}
    parameters = defaults | dict(given.parameters)
    pseudo = {"AWS::AccountId": given.account_id, "AWS::Region": given.region}
    if given.region:
        pseudo["AWS::Partition"] = partition = partition_of_region(given.region)
        pseudo["AWS::URLSuffix"] = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return Template(
        resources=mapping(document.get("Resources")),
        parameters={name: _listed(declared.get(name, {}), value) for name, value in parameters.items()},
        mappings=mapping(document.get("Mappings")),
        conditions=mapping(document.get("Conditions")),
        pseudo={name: value for name, value in pseudo.items() if value},
    )


def _default(name: str, declared: Mapping[str, Any]) -> Any:
    """The default of a parameter; one of these types is the name of an SSM parameter, which is read at deployment."""
    if str(declared.get("Type")).startswith("AWS::SSM::Parameter::Value<"):
        return Unknown(name, f"Ref {name}, the value of SSM parameter {_text(declared['Default'])},")
    return declared["Default"]


def _listed(declared: Mapping[str, Any], value: Any) -> Any:
    """Parameters of these types are lists, written as one text."""
    is_list = re.search(r"CommaDelimitedList|List<", str(declared.get("Type")))
    return _split_up(value) if is_list and isinstance(value, str) else value


def _split_up(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def evaluate(template: Template, raw: Any, type_: Type | None = None) -> Any:
    """A property's value: itself, what its function comes to, an Unknown, a Partial, or ABSENT for AWS::NoValue."""
    name = next(iter(raw)) if isinstance(raw, Mapping) and len(raw) == 1 else None
    if name in _FUNCTIONS and isinstance(raw, Mapping):
        value = _FUNCTIONS[name](template, raw[name])
    elif isinstance(name, str) and name.startswith("Fn::") and isinstance(raw, Mapping):
        value = _unknown(name, raw[name])
    else:
        value = raw
    value = _without_dynamic(value)
    if isinstance(value, str) and type_ is not None and type_.kind == "list":
        return _split_up(value)  # how parameters write lists
    return value


def _without_dynamic(value: Any) -> Any:
    """Dynamic references, which CloudFormation reads at deployment, are unknown parts of a text."""
    text = value.text if isinstance(value, Partial) else value
    if not isinstance(text, str) or "{{resolve:" not in text:
        return value
    parts: list[Any] = []
    position = 0
    for found in _DYNAMIC.finditer(text):
        parts += [text[position : found.start()], Unknown(found[1], found[0])]
        position = found.end()
    made = _joined([*parts, text[position:]], "")
    before = value.unknown if isinstance(value, Partial) else ()
    return replace(made, unknown=(*before, *made.unknown)) if isinstance(made, Partial) else made


def name_of(template: Template, logical_id: str, resource: Mapping[str, Any]) -> str:
    """The name of an ECS resource: as the template gives it, else its logical id, in whose place AWS makes one up."""
    properties = mapping(resource.get("Properties"))
    named = evaluate(template, properties.get(NAMES[str(resource.get("Type"))]))
    if isinstance(named, (Unknown, Partial)):
        return named.text
    return named if isinstance(named, str) else logical_id


def _ref(template: Template, argument: Any) -> Any:
    name = str(argument)
    if name == NO_VALUE:
        return ABSENT
    if name in template.parameters:
        return template.parameters[name]
    return template.pseudo.get(name) or _named(template, name) or Unknown(name, f"Ref {name}")


def _named(template: Template, logical_id: str) -> str | None:
    resource = mapping(template.resources.get(logical_id))
    return name_of(template, logical_id, resource) if str(resource.get("Type")) in NAMES else None


def _get_att(template: Template, argument: Any) -> Any:
    parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
    name = ".".join(str(part) for part in parts)
    return _named(template, str(parts[0]) if parts else "") or Unknown(name, f"Fn::GetAtt {name}")


def _sub(template: Template, argument: Any) -> Any:
    text, values = (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(text, str):
        return _unknown("Fn::Sub", argument)
    parts: list[Any] = []
    position = 0
    for found in _SUBSTITUTION.finditer(text):
        parts += [text[position : found.start()], _substituted(template, found, mapping(values))]
        position = found.end()
    return _joined([*parts, text[position:]], "")


def _substituted(template: Template, found: re.Match[str], values: Mapping[str, Any]) -> Any:
    literal, name = found[1], found[2].strip()
    if literal:
        return "${" + name + "}"
    if name in values:
        return evaluate(template, values[name])
    return _get_att(template, name) if "." in name else _ref(template, name)


def _join(template: Template, argument: Any) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        return _unknown("Fn::Join", argument)
    parts = evaluate(template, argument[1])
    if isinstance(parts, (Unknown, Partial)):
        return parts
    if not isinstance(parts, list):
        return _unknown("Fn::Join", argument)
    return _joined([evaluate(template, part) for part in parts], str(argument[0]))


def _joined(parts: list[Any], delimiter: str) -> Any:
    """One text of parts, of which some may be unknown; a lone unknown part stays one."""
    present = [part for part in parts if part is not ABSENT and (part != "" or delimiter)]
    if len(present) == 1 and isinstance(present[0], Unknown):
        return present[0]
    unknown: list[Unknown] = []
    texts = []
    for part in present:
        if isinstance(part, Unknown):
            unknown.append(part)
        elif isinstance(part, Partial):
            unknown += part.unknown
        texts.append(part.text if isinstance(part, (Unknown, Partial)) else _text(part))
    text = delimiter.join(texts)
    return Partial(text, tuple(unknown)) if unknown else text


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _find_in_map(template: Template, argument: Any) -> Any:
    keys = [evaluate(template, key) for key in argument] if isinstance(argument, list) else []
    found: Any = template.mappings
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) and isinstance(key, str) else None
    if found is None or len(keys) != 3:
        return Unknown(".".join(_label(key) for key in keys), f"Fn::FindInMap {_label(argument)}")
    return found


def _select(template: Template, argument: Any) -> Any:
    if isinstance(argument, list) and len(argument) == 2:
        index, items = (evaluate(template, each) for each in argument)
        if isinstance(items, list) and str(index).isdigit() and int(index) < len(items):
            return evaluate(template, items[int(index)])
    return _unknown("Fn::Select", argument)


def _split(template: Template, argument: Any) -> Any:
    if isinstance(argument, list) and len(argument) == 2:
        text = evaluate(template, argument[1])
        if isinstance(text, str):
            return text.split(str(argument[0]))
    return _unknown("Fn::Split", argument)


def holds(template: Template, condition: str) -> bool | None:
    """Whether a condition of the template holds; None where the template alone does not decide."""
    return decided(template.conditions, condition, lambda raw: evaluate(template, raw))


def _if(template: Template, argument: Any) -> Any:
    condition = argument[0] if isinstance(argument, list) and argument else argument
    if isinstance(argument, list) and len(argument) == 3 and (held := holds(template, str(condition))) is not None:
        return evaluate(template, argument[1 if held else 2])
    return Unknown(f"If.{_label(condition)}", f"Fn::If {_label(condition)}")


def _import(template: Template, argument: Any) -> Any:
    name = evaluate(template, argument)
    text = name.text if isinstance(name, (Unknown, Partial)) else _label(name)
    return Unknown(text, f"Fn::ImportValue {text}")


_FUNCTIONS: Mapping[Any, Callable[[Template, Any], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::FindInMap": _find_in_map,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::ImportValue": _import,
}


def _unknown(function: str, argument: Any) -> Unknown:
    label = _label(argument)
    return Unknown(f"{function.removeprefix('Fn::')}.{label}", f"{function} {label}")


def _label(value: Any) -> str:
    """A short name for a function's argument."""
    if isinstance(value, (Unknown, Partial)):
        return value.text
    if isinstance(value, list):
        return " ".join(_label(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_label(each)}" for key, each in value.items())
    return _text(value)
