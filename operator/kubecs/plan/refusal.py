"""Why a service or an ECSTask is left as it is; and the checks of a task definition that both make before it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.ecs.model import RegisterTaskDefinitionRequest
from kubecs.plan.account import Account
from kubecs.plan.definition import definition
from kubecs.plan.references import NOT_FOUND, NOT_REGISTERED, Resolved, Unresolved, family_referred_to
from kubecs.translate import names
from kubecs.translate.initialization import ResourceInitializationError
from kubecs.translate.restricted import restricted_uses


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an object is left as it is.

    Attributes:
        reason: The reason of its conditions and Event, CamelCase.
        message: What is wrong and where, with ECS's words where it has them.
        missing: Something is not there (yet): Reconciling at first, Stalled only after the grace.
        waits: Nothing is wrong, somebody asked to wait: Reconciling, and no Event.
        quiet: What is missing is about to be made by us: an Event only once it has stalled.
        unseen: The ECSTaskDefinition that was not seen: applied at the same time, its watch may tell of it later.
    """

    reason: str
    message: str
    missing: bool = False
    waits: bool = False
    quiet: bool = False
    unseen: str | None = None


def resolution_refusal(resolution: Unresolved, reference: str, family_object: Mapping[str, Any] | None) -> Refusal:
    """A task definition that is not there may still come; it is missing, not wrong.

    Args:
        resolution: What came of the reference.
        reference: As it is written.
        family_object: The ECSTaskDefinition of its family, if one was seen.
    """
    message = f"{resolution.message} (spec.taskDefinition)"
    family = family_referred_to(reference) if family_object is None else None
    return Refusal(
        resolution.reason,
        message,
        missing=True,
        quiet=resolution.reason == NOT_REGISTERED,
        unseen=names.object_name(family) if family and resolution.reason == NOT_FOUND else None,
    )


def invalid(error: EcsError) -> Refusal:
    """ECS's own error about a task definition, or about what it needs at its start."""
    reason = error.code if isinstance(error, ResourceInitializationError) else "InvalidTaskDefinition"
    return Refusal(reason, described(error))


def described(error: EcsError) -> str:
    """ECS's error as one text: class, message, member path."""
    return f"{error.code}: {error.message}" + (f" ({error.path})" if error.path else "")


def definition_of(account: Account, resolved: Resolved) -> RegisterTaskDefinitionRequest | Refusal:
    """Read a revision's task definition, and hold it against what the account allows."""
    try:
        found = definition(resolved.revision["spec"]["taskDefinition"])
    except EcsError as error:
        return invalid(error)
    return not_allowed(account, found) or found


def not_allowed(account: Account, definition: RegisterTaskDefinitionRequest) -> Refusal | None:
    """Hold a task definition against what the account allows."""
    forbidden = account.refusals(restricted_uses(definition))
    if forbidden:
        return Refusal("NotAllowed", "; ".join(each.message for each in forbidden))
    role = account.role_refusal("taskRoleArn", definition.task_role_arn)
    return Refusal("RoleNotAllowed", role.message) if role else None
