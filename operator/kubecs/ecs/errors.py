"""The errors of the ECS API: one exception class for each that the service model declares, named as there."""

# ruff: noqa: N818  the names are AWS's, and clients match on them

from collections.abc import Mapping
from typing import ClassVar


class EcsError(Exception):
    """An answer of ECS other than success.

    Attributes:
        message: what the caller reads, in ECS's words where they are known.
        path: the member at fault, such as `containerDefinitions[0].portMappings[1].hostPort`; None when no single
            member is.
        http_status: the status of the HTTP answer.
    """

    http_status: ClassVar[int] = 400

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    @property
    def code(self) -> str:
        """The name of the error on the wire."""
        return type(self).__name__


class AccessDeniedException(EcsError):
    """The caller may not do this."""


class AttributeLimitExceededException(EcsError):
    """A resource would have more than 10 custom attributes."""


class BlockedException(EcsError):
    """The account is blocked."""


class ClientException(EcsError):
    """A bad reference, state or task definition for which no narrower class exists."""


class ClusterContainsCapacityProviderException(EcsError):
    """A cluster that still has Managed Instances capacity providers cannot be deleted."""


class ClusterContainsContainerInstancesException(EcsError):
    """A cluster that still has container instances cannot be deleted."""


class ClusterContainsServicesException(EcsError):
    """A cluster that still has active services cannot be deleted."""


class ClusterContainsTasksException(EcsError):
    """A cluster that still runs tasks cannot be deleted."""


class ClusterNotFoundException(EcsError):
    """No such cluster, or it is inactive."""


class ConflictException(EcsError):
    """The request contradicts an earlier one: a client token with other parameters, or a state that forbids it.

    Attributes:
        resource_ids: ARNs of what the earlier request made.
    """

    def __init__(self, message: str, path: str | None = None, resource_ids: tuple[str, ...] = ()) -> None:
        super().__init__(message, path)
        self.resource_ids = resource_ids


class DaemonNotActiveException(EcsError):
    """The daemon is not active."""


class DaemonNotFoundException(EcsError):
    """No such daemon."""


class GatewayNotFoundException(EcsError):
    """No such gateway."""


class InvalidParameterException(EcsError):
    """A value, or a combination of values, that the operation does not take."""


class LimitExceededException(EcsError):
    """A quota that has no class of its own is used up."""


class MissingVersionException(EcsError):
    """The agent's version is unknown."""


class NamespaceNotFoundException(EcsError):
    """No such service discovery namespace."""


class NoUpdateAvailableException(EcsError):
    """There is no newer agent."""


class PlatformTaskDefinitionIncompatibilityException(EcsError):
    """The platform version cannot run what the task definition asks for."""


class PlatformUnknownException(EcsError):
    """No such platform version."""


class ResourceInUseException(EcsError):
    """A resource that is in use cannot be removed."""


class ResourceNotFoundException(EcsError):
    """No such resource."""


class ServerException(EcsError):
    """The service itself failed."""

    http_status = 500


class ServiceDeploymentNotFoundException(EcsError):
    """No such service deployment."""


class ServiceNotActiveException(EcsError):
    """The service is draining or deleted."""


class ServiceNotFoundException(EcsError):
    """No such service."""


class TargetNotConnectedException(EcsError):
    """The container's exec agent cannot be reached."""


class TargetNotFoundException(EcsError):
    """No such target of an attribute."""


class TaskSetNotFoundException(EcsError):
    """No such task set."""


class UnsupportedFeatureException(EcsError):
    """The operation is not offered here."""


class UpdateInProgressException(EcsError):
    """Another change of the resource is under way."""


BY_CODE: Mapping[str, type[EcsError]] = {error.__name__: error for error in EcsError.__subclasses__()}
