"""logConfiguration: where output goes.

The container's output is always on the node, where `kubectl logs` reads it. What a log driver was told stands in one
annotation of the Pod, for an agent on the node that delivers it; the account says which drivers such an agent serves.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.model import ContainerDefinition, LogConfiguration, RegisterTaskDefinitionRequest
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.maps import LogDriver, Maps, entry
from kubecs.translate.names import container_name
from kubecs.translate.secrets import resolved, secret_key

ON_THE_NODE = frozenset({"json-file", "journald"})  # read on the node there too
FIRELENS = "awsfirelens"
GROUP_OPTION = "awslogs-group"
NOT_DELIVERED = "LogsNotDelivered"
NOT_ROUTED = "FirelensStdoutNotRouted"


def log_settings(document: RegisterTaskDefinitionRequest, maps: Maps) -> dict[str, Any]:
    """Kubernetes container name to driver, options, secret options (as keys of Secrets), and the log group by the map.

    Raises:
        ResourceInitializationError: A driver that is served has a secret option that the account's map lacks.
    """
    return {
        container_name(each.name or ""): _settings(each, each.log_configuration, maps)
        for each in document.container_definitions
        if each.log_configuration
    }


def log_annotations(document: RegisterTaskDefinitionRequest, maps: Maps) -> dict[str, str]:
    """What the agents of the drivers in use go by."""
    served = (_served(each.log_configuration, maps) for each in document.container_definitions)
    return {name: value for driver in served if driver for name, value in driver.annotations.items()}


def log_findings(container: ContainerDefinition, maps: Maps, *, routed: bool) -> Iterator[Finding]:
    """LogsNotDelivered or FirelensStdoutNotRouted where output stays on the node; secrets that the map lacks.

    Args:
        container: The container.
        maps: What the account says that the names of AWS stand for.
        routed: The task has a log router of its own, of which firelens.py speaks.
    """
    logging = container.log_configuration
    if logging is None or logging.log_driver in ON_THE_NODE or (logging.log_driver == FIRELENS and routed):
        return
    if _served(logging, maps) is None:
        condition = NOT_ROUTED if logging.log_driver == FIRELENS else NOT_DELIVERED
        message = f"output stays on the node, where `kubectl logs` reads it: nothing serves {logging.log_driver}"
        yield Finding(container_path(container, "logConfiguration.logDriver"), condition, condition, message)
        return
    for option in logging.secret_options or ():
        if secret_key(option.value_from, maps) is None:
            path = container_path(container, f"logConfiguration.secretOptions[{option.name}].valueFrom")
            message = f"it is not run: ECSAccount spec.secrets has no entry for {option.value_from}"
            yield Finding(path, "SecretNotMapped", "SecretNotMapped", message)


def is_served(logging: LogConfiguration, maps: Maps) -> bool:
    """Whether an agent on the nodes serves the driver."""
    return _served(logging, maps) is not None


def _served(logging: LogConfiguration | None, maps: Maps) -> LogDriver | None:
    return entry(maps.log_drivers, logging.log_driver) if logging else None


def _settings(container: ContainerDefinition, logging: LogConfiguration, maps: Maps) -> Mapping[str, Any]:
    settings: dict[str, Any] = {"driver": logging.log_driver}
    if logging.options:
        settings["options"] = dict(logging.options)
    group = entry(maps.log_groups, (logging.options or {}).get(GROUP_OPTION, ""))
    if group:
        settings["group"] = group.target
    if logging.secret_options and _served(logging, maps):
        settings["secretOptions"] = {
            option.name: resolved(
                option.value_from, maps, container_path(container, f"logConfiguration.secretOptions[{option.name}]")
            ).value_from()["secretKeyRef"]
            for option in logging.secret_options
        }
    return settings
