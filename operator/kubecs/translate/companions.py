"""What the tasks of a namespace share beside their Pods, made before the first of them: isolation, shared volumes.

Nobody owns these objects: other services and tasks use them too, and a shared volume outlives all of them.
"""

from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.dockervolumes import claims
from kubecs.translate.maps import Maps
from kubecs.translate.networkpolicy import needs_isolation, network_policy


def companions(document: RegisterTaskDefinitionRequest, maps: Maps, namespace: str) -> list[dict[str, Any]]:
    """The manifests that have to be there before a task of this task definition.

    Args:
        document: The task definition.
        maps: What the account says that the names of AWS stand for.
        namespace: The namespace.
    """
    isolation = [network_policy(namespace)] if needs_isolation(document) else []
    return [*isolation, *claims(document, maps, namespace)]
