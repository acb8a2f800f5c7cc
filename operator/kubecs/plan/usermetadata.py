"""Labels and annotations that users add to Pods, without the keys by which kubecs knows its own."""

from collections.abc import Mapping

from kubecs.translate import labels


def users_own(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Leave out keys of kubecs: a forged one could make a Pod another service's, or change a task's id."""
    return {key: value for key, value in (metadata or {}).items() if not _is_ours(key)}


def _is_ours(key: str) -> bool:
    domain = key.partition("/")[0]
    return key == labels.MANAGED_BY or domain == labels.GROUP or domain.endswith(f".{labels.GROUP}")
