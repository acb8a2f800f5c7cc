"""Namespaces seen as AWS accounts, read from the cache."""

from kubecs.controllers.cache import Cache
from kubecs.plan.account import Account, account_of
from kubecs.plan.settings import Settings

SINGLETON = "default"  # the name of a namespace's one ECSAccount


def account(cache: Cache, settings: Settings, namespace: str) -> Account:
    """The account that a namespace is."""
    return account_of(cache.get("ECSAccount", namespace, SINGLETON), namespace, settings.region)
