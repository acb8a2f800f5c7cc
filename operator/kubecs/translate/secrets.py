"""secrets and secretOptions: references to Secrets Manager and SSM, resolved by the account's map to Secret keys.

What has no entry there is fetched by External Secrets, if a store is for it (externalsecrets.py). Nothing here reads a
Secret. What neither holds is refused, since an empty variable would be worse.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kubecs.translate.hashing import digest
from kubecs.translate.initialization import SECRETS, ResourceInitializationError
from kubecs.translate.maps import Maps, SecretSource, SecretStore, fits

CURRENT = "AWSCURRENT"
DEFAULT_KEY = "value"
NAME_DIGITS = 8

_SECRET_ARN_PARTS = 7  # arn:partition:secretsmanager:region:account:secret:name
_PARAMETER_ARN = re.compile(r"arn:[^:]*:ssm:[^:]*:[^:]*:parameter/(.*)", re.DOTALL)
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A `valueFrom`: the ARN or name, and for Secrets Manager what follows the ARN (empty where it is not given)."""

    source: str
    json_key: str = ""
    version_stage: str = ""
    version_id: str = ""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One key of a Kubernetes Secret."""

    name: str
    key: str

    def value_from(self) -> dict[str, dict[str, str]]:
        """As `valueFrom` of a variable."""
        return {"secretKeyRef": {"name": self.name, "key": self.key}}


def parse_reference(value_from: str) -> SecretReference:
    """Read a `valueFrom`: `arn:…:secret:name[:json-key[:version-stage[:version-id]]]`, a parameter's ARN or name."""
    parts = value_from.split(":")
    if len(parts) <= _SECRET_ARN_PARTS or parts[0] != "arn" or parts[2] != "secretsmanager":
        return SecretReference(value_from)
    rest = [*parts[_SECRET_ARN_PARTS:], "", ""]
    return SecretReference(":".join(parts[:_SECRET_ARN_PARTS]), rest[0], rest[1], rest[2])


def secret_key(value_from: str, maps: Maps) -> SecretKey | None:
    """The key of a Secret that a `valueFrom` stands for; None when the map does not say."""
    reference = parse_reference(value_from)
    fitting = [each for each in maps.secrets if _means(each, reference)]
    exact = (each for each in fitting if each.source == reference.source)
    found = next(exact, fitting[0] if fitting else None)
    if found is None:
        store = store_for(value_from, maps)
        return SecretKey(external_name(value_from, store, maps.scope), DEFAULT_KEY) if store else None
    key = found.key or reference.json_key or DEFAULT_KEY
    return SecretKey(found.secret_name, key) if _KEY.fullmatch(key) else None


def store_for(value_from: str, maps: Maps) -> SecretStore | None:
    """The store of External Secrets that has what a `valueFrom` stands for; None where there is none."""
    if not maps.served.external_secrets:
        return None
    source = parse_reference(value_from).source
    return next((each for each in maps.secret_stores if _same_secret(each.source, source)), None)


def external_name(value_from: str, store: SecretStore, scope: str) -> str:
    """The name of the ExternalSecret for a `valueFrom`, and of the Secret that is made of it."""
    return f"{scope}-{digest([store.kind, store.name, value_from], NAME_DIGITS)}"


def has_entry(value_from: str, maps: Maps) -> bool:
    """Whether the map itself holds it, so that no store is asked."""
    reference = parse_reference(value_from)
    return any(_means(each, reference) for each in maps.secrets)


def resolved(value_from: str, maps: Maps, path: str) -> SecretKey:
    """The same, where there must be one.

    Raises:
        ResourceInitializationError: The map does not say; `path` is the member's.
    """
    found = secret_key(value_from, maps)
    if found is None:
        message = f"{SECRETS}: no entry of ECSAccount spec.secrets is for {value_from}"
        raise ResourceInitializationError(message, path)
    return found


def unmapped(value_froms: Iterable[str], maps: Maps) -> list[str]:
    """Those that the map does not hold."""
    return [each for each in value_froms if secret_key(each, maps) is None]


def _means(entry: SecretSource, reference: SecretReference) -> bool:
    """Whether an entry is for a reference; one to an older version needs an entry that names that version."""
    return (
        _same_secret(entry.source, reference.source)
        and entry.json_key in (None, reference.json_key)
        and (entry.version_stage or CURRENT) == (reference.version_stage or CURRENT)
        and (entry.version_id or "") == reference.version_id
    )


def _same_secret(entry: str, reference: str) -> bool:
    if entry.startswith("arn:") and reference.startswith("arn:"):
        return fits(entry, reference)
    mine, theirs = _parameter(entry), _parameter(reference)
    return mine is not None and theirs is not None and fits(mine, theirs)


def _parameter(text: str) -> str | None:
    """The name of a parameter without its leading slash, which ARNs drop; None for what is no parameter."""
    if not text.startswith("arn:"):
        return text.removeprefix("/")
    found = _PARAMETER_ARN.fullmatch(text)
    return found[1].removeprefix("/") if found else None
