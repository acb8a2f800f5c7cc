"""What a document is, told by its keys: a row of the table for each form that people keep ECS resources in."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from kubecs.convert import cloudformation, terraform
from kubecs.convert.describing import without_computed
from kubecs.convert.found import NOTE, Found, Given, Kind, Remark, Skipped

Document = Mapping[str, Any]
STDIN = "-"  # the name of standard input

Result = tuple[Found, ...] | None  # None: it is something else

# Members by which a service without a name is told, as deploy tools keep it.
_OF_SERVICES = frozenset(
    {"deploymentConfiguration", "deploymentController", "loadBalancers", "networkConfiguration", "schedulingStrategy"}
)
_OF_TASKS = frozenset({"overrides", "containerOverrides", "startedBy", "containerInstances", "count"})

_NOT_CONVERTED: Mapping[str, str] = {
    "tasks": "tasks that ran; only what they are made from is converted",
    "capacityProvider": "a capacity provider",
    "capacityProviders": "capacity providers",
    "containerOverrides": "overrides of a task",
    "overrides": "the input of RunTask",
    "startedBy": "the input of RunTask",
    "terraform_version": "a Terraform state; give what `terraform show -json` prints",
    "apiVersion": "a Kubernetes object",
}


def recognise(document: Any, origin: str, given: Given) -> tuple[Found, ...] | Skipped:
    """The ECS resources in a document, or why it has none.

    Args:
        document: What JSON or YAML gave.
        origin: The file's name, for the report.
        given: What the command line adds.
    """
    if isinstance(document, list):
        found = _listed(document, origin, given)
    elif isinstance(document, Mapping):
        found = next((each for form in _FORMS if (each := form(document, origin, given)) is not None), None)
    else:
        found = None
    if found:
        return tuple(_completed(each, given) for each in found)
    why = _why_not(document) if found is None else "no ECS task definition, service or cluster in it"
    return Skipped(origin, why)


def _why_not(document: Any) -> str:
    if isinstance(document, Mapping):
        known = next((why for key, why in _NOT_CONVERTED.items() if key in document), None)
        return known or "no form of ECS resource that is known"
    return "no object"


def _listed(document: list[Any], origin: str, given: Given) -> Result:
    """An array is the containers of one task definition, or a list of resources."""
    if document and all(isinstance(each, Mapping) and "image" in each and "family" not in each for each in document):
        return (without_computed("task definition", {"containerDefinitions": document}, origin),)
    found = [recognise(each, f"{origin}[{index}]", given) for index, each in enumerate(document)]
    if any(isinstance(each, Skipped) for each in found):
        return None
    return tuple(one for each in found if not isinstance(each, Skipped) for one in each) or None


def _terraform(document: Document, origin: str, _: Given) -> Result:
    if "format_version" not in document or not ("values" in document or "planned_values" in document):
        return None
    return terraform.from_show(document, origin)


def _cloudformation(document: Document, origin: str, given: Given) -> Result:
    if isinstance(document.get("Resources"), Mapping):
        return cloudformation.from_template(document, origin, given)
    if str(document.get("Type")) in cloudformation.SHAPES and isinstance(document.get("Properties"), Mapping):
        return (cloudformation.from_properties(str(document["Type"]), document["Properties"], origin, given),)
    typed = [isinstance(each, Mapping) and cloudformation.is_type(each.get("Type")) for each in document.values()]
    if typed and all(typed):
        return cloudformation.from_resources(document, origin, given)
    return _properties(document, origin, given)


_TOLD_BY: Mapping[str, str] = {
    "ContainerDefinitions": "AWS::ECS::TaskDefinition",
    "ServiceName": "AWS::ECS::Service",
    "TaskDefinition": "AWS::ECS::Service",
    "ClusterName": "AWS::ECS::Cluster",
}


def _properties(document: Document, origin: str, given: Given) -> Result:
    """The properties alone, in CloudFormation's spelling."""
    resource_type = next((of for key, of in _TOLD_BY.items() if key in document), None)
    return (cloudformation.from_properties(resource_type, document, origin, given),) if resource_type else None


def _described(document: Document, origin: str, _: Given) -> Result:
    """The answers of AWS: one resource, or a list of them, under its name."""
    found: list[Found] = []
    wrapped: tuple[tuple[str, Kind], ...] = (
        ("taskDefinition", "task definition"),
        ("service", "service"),
        ("cluster", "cluster"),
    )
    for key, kind in wrapped:
        if isinstance(document.get(key), Mapping):
            tags = {"tags": document["tags"]} if kind == "task definition" and document.get("tags") else {}
            found.append(without_computed(kind, {**tags, **document[key]}, origin))
        several = document.get(f"{key}s")
        if isinstance(several, list) and all(isinstance(each, Mapping) for each in several):
            found += [without_computed(kind, each, f"{origin}: {key}s[{index}]") for index, each in enumerate(several)]
    return tuple(found) or None


def _task_definition(document: Document, origin: str, _: Given) -> Result:
    return (without_computed("task definition", document, origin),) if "containerDefinitions" in document else None


def _service(document: Document, origin: str, _: Given) -> Result:
    if _OF_TASKS & document.keys():
        return None
    if isinstance(document.get("service"), str) and "serviceName" not in document:
        return (_update(document, origin),)
    if "serviceName" in document or _OF_SERVICES & document.keys():
        return (without_computed("service", document, origin),)
    return None


def _update(document: Document, origin: str) -> Found:
    """The input of UpdateService: `service` is name or ARN, and members that it does not change are absent."""
    members = {"serviceName": document["service"].rpartition("/")[2]}
    members |= {name: value for name, value in document.items() if name not in ("service", "forceNewDeployment")}
    message = "the input of UpdateService; what it leaves as it is is not known here and left out"
    return Found("service", origin, members, (Remark(NOTE, "", "UpdateInput", message),))


def _cluster(document: Document, origin: str, _: Given) -> Result:
    return (without_computed("cluster", document, origin),) if "clusterName" in document else None


_FORMS: tuple[Callable[[Document, str, Given], Result], ...] = (
    _terraform,
    _cloudformation,
    _described,
    _task_definition,
    _service,
    _cluster,
)


def _completed(found: Found, given: Given) -> Found:
    """Fill in names that the document does not have."""
    members = dict(found.members)
    if found.kind == "service":
        for name, value in (("serviceName", given.service_name), ("cluster", given.cluster)):
            if value and name not in members:
                members[name] = value
        return replace(found, members=members)
    if found.kind == "cluster" or members.get("family"):
        return found
    family = given.family or _family(found.origin)
    if family is None:
        return found
    message = f"the document has none; it is {family} here (--family gives another)"
    return replace(
        found,
        members={"family": family, **members},
        remarks=(*found.remarks, Remark(NOTE, "family", "NoFamily", message)),
    )


def _family(origin: str) -> str | None:
    """A family for a document without one: the file's name; standard input has none."""
    name = PurePath(origin.partition(": ")[0]).name
    if name.startswith(STDIN):
        return None
    stem = name.partition(".")[0]
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in stem) or None
