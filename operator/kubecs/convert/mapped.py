"""Whether an account's maps say what a name of AWS stands for: a row for each kind of name that a task needs."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from kubecs.convert.found import NOTE, Remark
from kubecs.convert.seen import (
    CREDENTIALS,
    ENVIRONMENT_FILES,
    FILE_SYSTEMS,
    LOAD_BALANCERS,
    NAMESPACES,
    REGISTRIES,
    ROLES,
    SECRETS,
    TARGET_GROUPS,
    seen,
)
from kubecs.ecs.base import Shape
from kubecs.plan.account import Account
from kubecs.translate.maps import Maps, Target, entry, fits, for_role
from kubecs.translate.secrets import secret_key, store_for
from kubecs.translate.traffic import NONE

MAPPED_TO_NONE = "MappedToNone"


def account_for_role(account: Account, document: Shape) -> Account:
    """The account as a task definition sees it: some of its stores are for other execution roles."""
    role = getattr(document, "execution_role_arn", None)
    return replace(account, maps=for_role(account.maps, role)) if account.maps.secret_stores else account


def is_mapped(what: str, name: str, account: Account) -> bool:
    """Whether the account has an entry for a name; `what` is seen's word for its kind."""
    if what in _TARGETS:
        return entry(_TARGETS[what](account.maps), name) is not None
    return bool(account.grant(name)) if what == ROLES else _MAPPED[what](name, account.maps)


def mapped_to_none(document: Shape, account: Account) -> tuple[Remark, ...]:
    """A note on each name whose entry says that nothing stands for it here."""
    found = ((name, entry(_TARGETS[what](account.maps), name)) for what, name in seen(document) if what in _TARGETS)
    return tuple(
        Remark(NOTE, "", MAPPED_TO_NONE, f"the ECSAccount maps {name} to none: nothing is made for it")
        for name, target in found
        if target is not None and target.to == NONE
    )


def _has_credentials(name: str, maps: Maps) -> bool:
    return entry(maps.pull_secrets, name) is not None or store_for(name, maps) is not None


_TARGETS: Mapping[str, Callable[[Maps], tuple[Target, ...]]] = {
    TARGET_GROUPS: lambda maps: maps.target_groups,
    LOAD_BALANCERS: lambda maps: maps.target_groups,
    REGISTRIES: lambda maps: maps.service_registries,
    NAMESPACES: lambda maps: tuple(each for each in maps.service_connect if each.alias is None),
}
_MAPPED: Mapping[str, Callable[[str, Maps], bool]] = {
    SECRETS: lambda name, maps: secret_key(name, maps) is not None,
    CREDENTIALS: _has_credentials,
    ENVIRONMENT_FILES: lambda name, maps: entry(maps.environment_files, name) is not None,
    FILE_SYSTEMS: lambda name, maps: any(fits(each.source, name) for each in maps.file_systems),
}
