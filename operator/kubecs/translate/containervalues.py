"""The members of a container that its values decide: image, variables, mounts, rights. Order and life are elsewhere."""

from typing import Any

from kubecs.ecs.model import ContainerDefinition, RegisterTaskDefinitionRequest
from kubecs.translate.accelerators import accelerator_env
from kubecs.translate.credentialspecs import windows_security
from kubecs.translate.environment import env
from kubecs.translate.environmentfiles import env_from, env_mounts
from kubecs.translate.firelens import firelens_env
from kubecs.translate.images import image, pull_policy
from kubecs.translate.maps import Maps
from kubecs.translate.mounts import container_mounts
from kubecs.translate.placement import is_windows
from kubecs.translate.security import security_context


def container_values(
    container: ContainerDefinition, document: RegisterTaskDefinitionRequest, maps: Maps
) -> dict[str, Any]:
    """Those members, where they are not empty.

    Raises:
        ClientException: A volume that the task definition or the account's map lacks.
        ResourceInitializationError: A secret or an environment file that the account's map lacks.
    """
    linux = not is_windows(document)
    reference = image(container.image or "", maps)
    variables = {each["name"]: each for each in (*accelerator_env(container), *env(container, maps))}
    variables |= {each["name"]: each for each in firelens_env(container, document, maps)}
    members = {
        "image": reference,
        "imagePullPolicy": pull_policy(reference),
        "workingDir": container.working_directory,
        "env": list(variables.values()),
        "envFrom": env_from(container, document, maps),
        "volumeMounts": [*container_mounts(container, document, maps), *env_mounts(container, maps)],
        "securityContext": security_context(container, restricted=maps.restricted)
        if linux
        else windows_security(container, maps),
        "stdin": container.interactive,
        "tty": container.pseudo_terminal,
    }
    return {name: value for name, value in members.items() if value}
