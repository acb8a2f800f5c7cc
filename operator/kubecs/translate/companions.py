"""What tasks need beside their Pods, made before the first of them: isolation, shared volumes, fetched secrets.

Nobody owns the first two: other services and tasks use them too, and a shared volume outlives all of them. Secrets are
the service's or task's own.
"""

from collections.abc import Mapping
from typing import Any

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.deviceclaims import claim_templates
from kubecs.translate.dockervolumes import claims
from kubecs.translate.externalsecrets import external_secrets
from kubecs.translate.maps import Maps, for_role
from kubecs.translate.networkpolicy import needs_isolation, network_policy


def companions(
    document: RegisterTaskDefinitionRequest, maps: Maps, namespace: str, owner: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The manifests that have to be there before a task of this task definition.

    Args:
        document: The task definition.
        maps: What the account says that the names of AWS stand for.
        namespace: The namespace.
        owner: Owner reference to the service or task, for what is its own.
    """
    isolation = [network_policy(namespace)] if needs_isolation(document) else []
    own = external_secrets(document, for_role(maps, document.execution_role_arn), namespace, owner)
    devices = claim_templates(document, maps, namespace)
    return [*isolation, *claims(document, maps, namespace), *devices, *own]
