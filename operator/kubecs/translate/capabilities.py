"""linuxParameters.capabilities to a container's capabilities. Those above the usual set need the account's word."""

from kubecs.ecs.model import ContainerDefinition, KernelCapabilities

# What container runtimes give to any container, so that asking for it asks for nothing.
USUAL = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)


def capabilities(container: ContainerDefinition) -> dict[str, list[str]]:
    """`capabilities` of the securityContext: names without CAP_, each once."""
    given = _given(container)
    lists = {"add": _names(given.add), "drop": _names(given.drop)} if given else {}
    return {name: found for name, found in lists.items() if found}


def extraordinary(container: ContainerDefinition) -> list[str]:
    """The capabilities that it asks for beyond the usual ones."""
    given = _given(container)
    return [name for name in _names(given.add) if name not in USUAL] if given else []


def _given(container: ContainerDefinition) -> KernelCapabilities | None:
    return container.linux_parameters.capabilities if container.linux_parameters else None


def _names(names: tuple[str, ...] | None) -> list[str]:
    return list(dict.fromkeys(name.upper().removeprefix("CAP_") for name in names or ()))
