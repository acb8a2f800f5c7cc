"""The ServiceAccounts and RoleBindings that some task definitions may need, as they are in the cache."""

from collections.abc import Iterable

from kubecs.controllers.accounts import account
from kubecs.controllers.cache import Cache, Object
from kubecs.ecs.errors import EcsError
from kubecs.plan.settings import Settings
from kubecs.translate.serviceaccount import service_account_name


def identities(
    cache: Cache, settings: Settings, namespace: str, revisions: Iterable[Object]
) -> dict[tuple[str, str], Object]:
    """What is there for the roles of these revisions, by (kind, name). A role that is none is left to the planner."""
    held: dict[tuple[str, str], Object] = {}
    own = account(cache, settings, namespace).id
    for role in {revision["spec"]["taskDefinition"].get("taskRoleArn") for revision in revisions}:
        try:
            name = service_account_name(role, own)
        except EcsError:
            continue
        found = cache.get("ServiceAccount", namespace, name)
        if found is not None:
            held["ServiceAccount", name] = found
        for binding in cache.by_index("RoleBinding", "subject", namespace, name):
            held["RoleBinding", binding["metadata"]["name"]] = binding
    return held
