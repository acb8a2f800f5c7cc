"""What a namespace is as an AWS account: its id and region, which roles map to what, and what it lets tasks do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from kubecs.ecs.errors import ClientException
from kubecs.ecs.values import AccountId, derived_account_id, partition_of_region
from kubecs.plan.accountmaps import NONE_SERVED, maps_of
from kubecs.translate.maps import NO_MAPS, NODE_LOGS, Maps, Served
from kubecs.translate.serviceaccount import parse_role

PRIVILEGED = "privileged"
HOST_NETWORK = "hostNetwork"
HOST_PID = "hostPID"
HOST_IPC = "hostIPC"
UNCONFINED = "unconfined"
CAPABILITY = "capability"
HOST_VOLUMES = "hostVolumes"
ALL_CAPABILITIES = "ALL"

LAST_LOGS = "kubecs.dev/lastLogs"  # a setting of ours beside those of ECS: enabled (when absent) or disabled

REFUSALS = {
    PRIVILEGED: ("a privileged container", "spec.allow.privileged: true"),
    UNCONFINED: ("a container without its security profile", "spec.allow.privileged: true"),
    HOST_NETWORK: ("the network of the node", "spec.allow.hostNetwork: true"),
    HOST_PID: ("the processes of the node", "spec.allow.hostPID: true"),
    HOST_IPC: ("the IPC of the node", "spec.allow.hostIPC: true"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A member that the account does not allow, and a message that names it and how to allow it."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """What a role of AWS stands for here: Roles to bind, annotations of its ServiceAccount."""

    role: str
    role_refs: tuple[Mapping[str, str], ...] = ()
    annotations: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A namespace seen as one AWS account in one region.

    Attributes:
        namespace: The namespace.
        id: Account id, region and partition: what ARNs carry.
        grants: The role map of the ECSAccount, in its order.
        privileged: Whether containers may be privileged.
        host_network: Whether tasks may use the node's network.
        host_pid: Whether tasks may see the node's processes.
        host_ipc: Whether tasks may use the node's IPC.
        capabilities: Capabilities that containers may add beyond the usual ones; ALL stands for any.
        host_volumes: Directories of the node that tasks may mount, with all that is below them.
        roles: Role names or ARNs that tasks may have; None means any.
        maps: What the names of AWS stand for here.
        keep_logs: Whether records of stopped tasks keep the last lines of the output.
    """

    namespace: str
    id: AccountId
    grants: tuple[RoleGrant, ...] = ()
    privileged: bool = False
    host_network: bool = False
    host_pid: bool = False
    host_ipc: bool = False
    capabilities: tuple[str, ...] = ()
    host_volumes: tuple[str, ...] = ()
    roles: tuple[str, ...] | None = None
    maps: Maps = NO_MAPS
    keep_logs: bool = True

    def grant(self, role: str) -> RoleGrant | None:
        """What the role map says of a role, given by name or ARN; an entry with the very text wins."""
        exact = (grant for grant in self.grants if grant.role == role)
        alike = (grant for grant in self.grants if self._names(grant.role, role))
        return next(exact, None) or next(alike, None)

    def refusals(self, uses: Iterable[tuple[str, str]]) -> tuple[Refusal, ...]:
        """Which restricted uses of a task definition the account forbids.

        Args:
            uses: (member path, need), with the needs of translate.restricted.

        Raises:
            ValueError: A need of another name.
        """
        return tuple(Refusal(path, message) for path, need in uses if (message := self._refusal(path, need)))

    def role_refusal(self, path: str, role: str | None) -> Refusal | None:
        """The refusal of a role that `spec.allow.roles` lacks; None when it is allowed or absent."""
        if role is None or self.roles is None or any(self._names(entry, role) for entry in self.roles):
            return None
        return Refusal(path, f"{path}: the role {role} is not allowed here; ECSAccount spec.allow.roles can list it")

    def _refusal(self, path: str, need: str) -> str | None:
        kind, _, detail = need.partition(":")
        if kind == HOST_VOLUMES:
            return self._volume_refusal(path, detail)
        if kind == CAPABILITY:
            return self._capability_refusal(path, detail)
        what, how = REFUSALS.get(kind) or _unknown(need)
        allowed = {
            PRIVILEGED: self.privileged,
            UNCONFINED: self.privileged,
            HOST_NETWORK: self.host_network,
            HOST_PID: self.host_pid,
            HOST_IPC: self.host_ipc,
        }[kind]
        return None if allowed else f"{path}: {what} is not allowed here; ECSAccount {how} allows it"

    def _volume_refusal(self, path: str, directory: str) -> str | None:
        if any(_below(directory, allowed) for allowed in self.host_volumes):
            return None
        return f"{path}: the node's {directory} is not allowed here; ECSAccount spec.allow.hostVolumes can list it"

    def _capability_refusal(self, path: str, name: str) -> str | None:
        if self.privileged or name in self.capabilities or ALL_CAPABILITIES in self.capabilities:
            return None
        return f"{path}: the capability {name} is not allowed here; ECSAccount spec.allow.capabilities can list it"

    def _names(self, entry: str, role: str) -> bool:
        """Whether an entry of the ECSAccount means this role; a bare name means it in any account.

        Paths are not compared: a name is that of one role in an account, and a role given by name has no path. What
        is neither a name nor an ARN means no role.
        """
        try:
            listed, used = parse_role(entry, self.id), parse_role(role, self.id)
        except ClientException:
            return False
        return listed.name == used.name and (not _is_arn(entry) or listed.account_id == used.account_id)


def account_of(
    manifest: Mapping[str, Any] | None, namespace: str, default_region: str, served: Served = NONE_SERVED
) -> Account:
    """Read an ECSAccount.

    Args:
        manifest: The ECSAccount named `default`, or None: the id is then derived from the namespace's name.
        namespace: The namespace.
        default_region: The operator's region, for an ECSAccount that names none.
        served: Which of the kinds that not every cluster has are there.
    """
    spec: Mapping[str, Any] = (manifest or {}).get("spec") or {}
    allow: Mapping[str, Any] = spec.get("allow") or {}
    region = spec.get("region") or default_region
    roles = allow.get("roles")
    return Account(
        namespace=namespace,
        id=AccountId(spec.get("accountId") or derived_account_id(namespace), region, partition_of_region(region)),
        grants=tuple(_grant(entry) for entry in spec.get("roles") or ()),
        privileged=bool(allow.get("privileged")),
        host_network=bool(allow.get("hostNetwork")),
        host_pid=bool(allow.get("hostPID")),
        host_ipc=bool(allow.get("hostIPC")),
        capabilities=tuple(allow.get("capabilities") or ()),
        host_volumes=tuple(allow.get("hostVolumes") or ()),
        roles=None if roles is None else tuple(roles),
        maps=maps_of(
            spec,
            node_logs=any(_below(NODE_LOGS, path) for path in allow.get("hostVolumes") or ()),
            served=served,
        ),
        keep_logs=_setting(spec, LAST_LOGS) != "disabled",
    )


def _setting(spec: Mapping[str, Any], name: str) -> str | None:
    """The value of an account setting; None where it is not set."""
    return next((each["value"] for each in spec.get("settings") or () if each["name"] == name), None)


def _grant(entry: Mapping[str, Any]) -> RoleGrant:
    references = tuple(entry.get("roleRefs") or ())
    return RoleGrant(entry["role"], references, entry.get("serviceAccountAnnotations") or {})


def _unknown(need: str) -> tuple[str, str]:
    raise ValueError(f"unknown restricted use {need!r}")


def _below(directory: str, allowed: str) -> bool:
    """Whether a directory is the allowed one or lies in it; `..` could lead out again and never is."""
    path = PurePosixPath(directory)
    return ".." not in path.parts and path.is_relative_to(PurePosixPath(allowed))


def _is_arn(text: str) -> bool:
    return text.startswith("arn:")
