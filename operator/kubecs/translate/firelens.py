"""firelensConfiguration and the log driver awsfirelens: a log router in the Pod, with a generated configuration.

The configuration stands in an annotation of the Pod and is mounted from there, so that it belongs to the pod template.
The router reads its siblings' output from the node's log directory, where the account allows that.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubecs.ecs.model import ContainerDefinition, FirelensConfiguration, LogConfiguration, RegisterTaskDefinitionRequest
from kubecs.translate import labels
from kubecs.translate.environment import Variable, literal
from kubecs.translate.environmentfiles import projection
from kubecs.translate.finding import Finding, container_path
from kubecs.translate.firelensconfig import ADDRESS, PORT, Output, Router, fluent_bit, fluentd
from kubecs.translate.maps import NODE_LOGS, EnvironmentSource, Maps, entry
from kubecs.translate.names import container_name
from kubecs.translate.secrets import resolved, secret_key

DRIVER = "awsfirelens"
LOGS = "/kubecs/logs"  # where the router has the Pod's log directory
NOT_ROUTED = "FirelensStdoutNotRouted"
NOT_INCLUDED = "FirelensConfigNotIncluded"
METADATA, FILE_TYPE, FILE = "enable-ecs-log-metadata", "config-file-type", "config-file-value"

FILES: Mapping[str, str] = {"fluentbit": "/fluent-bit/etc/fluent-bit.conf", "fluentd": "/fluentd/etc/fluent.conf"}
_WRITERS = {"fluentbit": fluent_bit, "fluentd": fluentd}
_CONFIG_VOLUME = container_name("firelens.config")  # a name with a dot is none of a volume of ECS
_LOGS_VOLUME = container_name("firelens.logs")
_OWN_VOLUME = container_name("firelens.own")
_OWN_FILE = "external.conf"  # the user's own configuration from S3, beside the generated one, as the ECS agent has it
_POD_FIELDS = {
    "KUBECS_POD_NAMESPACE": "metadata.namespace",
    "KUBECS_POD_NAME": "metadata.name",
    "KUBECS_POD_UID": "metadata.uid",
}
_POD_DIRECTORY = "$(KUBECS_POD_NAMESPACE)_$(KUBECS_POD_NAME)_$(KUBECS_POD_UID)"

Document = RegisterTaskDefinitionRequest


def firelens_env(container: ContainerDefinition, document: Document, maps: Maps) -> list[Variable]:
    """Variables of a container: the router's address where it logs there, secrets and the Pod's names in the router.

    Raises:
        ResourceInitializationError: A secret option that the account's map lacks.
    """
    if container.firelens_configuration is None:
        logs_there = _logging(container) is not None and _router(document) is not None
        return [literal("FLUENT_HOST", ADDRESS), literal("FLUENT_PORT", str(PORT))] if logs_there else []
    fields = _POD_FIELDS if maps.node_logs else {}
    of_pod: list[Variable] = [
        {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}
        for name, path in fields.items()
    ]
    return [*of_pod, *_secret_env(document, maps)]


def firelens_mounts(container: ContainerDefinition, maps: Maps) -> list[dict[str, Any]]:
    """`volumeMounts` of the router."""
    if container.firelens_configuration is None:
        return []
    path = FILES[container.firelens_configuration.type]
    config = {"mountPath": path, "name": _CONFIG_VOLUME, "readOnly": True, "subPath": _file_name(path)}
    logs = {"mountPath": LOGS, "name": _LOGS_VOLUME, "readOnly": True, "subPathExpr": _POD_DIRECTORY}
    own_path = _own_path(container.firelens_configuration)
    own = {"mountPath": own_path, "name": _OWN_VOLUME, "readOnly": True, "subPath": _OWN_FILE}
    mounted = [config, own] if _own(container.firelens_configuration, maps) else [config]
    return [*mounted, logs] if maps.node_logs else mounted


def firelens_volumes(document: Document, maps: Maps) -> list[dict[str, Any]]:
    """`volumes` of the Pod for the router."""
    router = _router(document)
    if router is None or router.firelens_configuration is None:
        return []
    name = _file_name(FILES[router.firelens_configuration.type])
    field = {"apiVersion": "v1", "fieldPath": f"metadata.annotations['{labels.FIRELENS}']"}
    config = {"name": _CONFIG_VOLUME, "downwardAPI": {"items": [{"fieldRef": field, "path": name}]}}
    own = _own(router.firelens_configuration, maps)
    volumes = (
        [config, {"name": _OWN_VOLUME, "projected": {"sources": [projection(own, _OWN_FILE, optional=False)]}}]
        if own
        else [config]
    )
    return [*volumes, {"name": _LOGS_VOLUME, "hostPath": {"path": NODE_LOGS}}] if maps.node_logs else volumes


def firelens_annotations(document: Document, maps: Maps, cluster: str, revision: str) -> dict[str, str]:
    """The configuration, as the annotation that the router's volume is made from.

    Args:
        document: The task definition.
        maps: What the account says that the names of AWS stand for.
        cluster: ECS's name of the cluster.
        revision: Family and number of the revision: `web:3`.
    """
    container = _router(document)
    if container is None or container.firelens_configuration is None:
        return {}
    firelens = container.firelens_configuration
    options = firelens.options or {}
    metadata = {"ecs_cluster": cluster, "ecs_task_definition": revision}
    router = Router(
        outputs=tuple(_outputs(document, maps)),
        metadata={} if options.get(METADATA) == "false" else metadata,
        include=_included(firelens, maps),
    )
    return {labels.FIRELENS: _WRITERS[firelens.type](router)}


def firelens_findings(document: Document, maps: Maps) -> Iterator[Finding]:
    """Output that does not reach the router, a configuration that it does not get, secrets that the map lacks."""
    router = _router(document)
    if router is None or router.firelens_configuration is None:
        return
    options = router.firelens_configuration.options or {}
    if options.get(FILE) and not _included(router.firelens_configuration, maps):
        path = container_path(router, "firelensConfiguration.options")
        why = "no entry with a key in ECSAccount spec.environmentFiles is for it"
        message = f"the router goes without {options[FILE]}: {why}"
        yield Finding(path, NOT_INCLUDED, NOT_INCLUDED, message)
    for container in document.container_definitions:
        logging = _logging(container)
        if logging is None:
            continue
        path = container_path(container, "logConfiguration")
        if not maps.node_logs:
            message = f"output stays on the node: ECSAccount spec.allow.hostVolumes has no {NODE_LOGS} to read it from"
            yield Finding(f"{path}.logDriver", NOT_ROUTED, NOT_ROUTED, message)
        for option in logging.secret_options or ():
            if secret_key(option.value_from, maps) is None:
                message = f"it is not run: ECSAccount spec.secrets has no entry for {option.value_from}"
                member = f"{path}.secretOptions[{option.name}].valueFrom"
                yield Finding(member, "SecretNotMapped", "SecretNotMapped", message)


def has_router(document: Document) -> bool:
    """Whether the task has a log router of its own."""
    return _router(document) is not None


def _router(document: Document) -> ContainerDefinition | None:
    return next((each for each in document.container_definitions if each.firelens_configuration), None)


def _logging(container: ContainerDefinition) -> LogConfiguration | None:
    """The log configuration of a container whose records go to the router."""
    logging = container.log_configuration
    return logging if logging and logging.log_driver == DRIVER else None


def _outputs(document: Document, maps: Maps) -> Iterator[Output]:
    for index, container in enumerate(document.container_definitions):
        logging = _logging(container)
        if logging is not None:
            secrets = {each.name: f"${{{_variable(each.name, index)}}}" for each in logging.secret_options or ()}
            logs = f"{LOGS}/{container_name(container.name or '')}/*.log" if maps.node_logs else ""
            yield Output(container.name or "", {**(logging.options or {}), **secrets}, logs)


def _secret_env(document: Document, maps: Maps) -> Iterator[Variable]:
    for index, container in enumerate(document.container_definitions):
        logging = _logging(container)
        for option in (logging.secret_options if logging else None) or ():
            path = container_path(container, f"logConfiguration.secretOptions[{option.name}].valueFrom")
            key = resolved(option.value_from, maps, path)
            yield {"name": _variable(option.name, index), "valueFrom": key.value_from()}


def _variable(option: str, index: int) -> str:
    """The router's variable for a secret option of the container at this place, named as the ECS agent does."""
    return f"{option}_{index}"


def _included(firelens: FirelensConfiguration, maps: Maps) -> str:
    """Path of the user's own configuration in the router; empty where it has none."""
    options = firelens.options or {}
    if options.get(FILE_TYPE) == "file":
        return options.get(FILE, "")
    return _own_path(firelens) if _own(firelens, maps) else ""


def _own(firelens: FirelensConfiguration, maps: Maps) -> EnvironmentSource | None:
    """Where the user's own configuration in S3 stands in this namespace."""
    options = firelens.options or {}
    found = entry(maps.environment_files, options.get(FILE, "")) if options.get(FILE_TYPE) == "s3" else None
    return found if found and found.key else None


def _own_path(firelens: FirelensConfiguration) -> str:
    return f"{FILES[firelens.type].rpartition('/')[0]}/{_OWN_FILE}"


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]
