"""The uses of a node that an account must allow before a task may have them."""

from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.translate.finding import container_path


def restricted_uses(definition: RegisterTaskDefinitionRequest) -> tuple[tuple[str, str], ...]:
    """(member path, need) of every such use; need is `privileged`, `hostNetwork` or `hostVolumes:<path>`."""
    host_network = [("networkMode", "hostNetwork")] if definition.network_mode == "host" else []
    containers = definition.container_definitions
    privileged = [(container_path(each, "privileged"), "privileged") for each in containers if each.privileged]
    paths = [
        (f"volumes[{each.name or ''}].host.sourcePath", f"hostVolumes:{each.host.source_path}")
        for each in definition.volumes or ()
        if each.host and each.host.source_path
    ]
    return (*host_network, *privileged, *paths)
