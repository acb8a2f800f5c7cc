"""Namespaces seen as AWS accounts, read from the cache."""

from functools import lru_cache

import orjson

from kubecs.controllers.cache import Cache
from kubecs.plan.account import Account, account_of
from kubecs.plan.settings import Settings
from kubecs.translate.maps import Served

SINGLETON = "default"  # the name of a namespace's one ECSAccount
KEPT = 256


def account(cache: Cache, settings: Settings, namespace: str) -> Account:
    """The account that a namespace is."""
    entry = cache.stores["ECSAccount"].entry(namespace, SINGLETON)
    return _account(entry.raw if entry else None, namespace, settings.region, settings.served)


@lru_cache(KEPT)
def _account(manifest: bytes | None, namespace: str, region: str, served: Served) -> Account:
    """Every decision asks for it, and it hardly ever changes."""
    return account_of(orjson.loads(manifest) if manifest else None, namespace, region, served)
