"""The account that documents come from: guessed from their ARNs, and the ECSAccount that names what they need."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.convert.dumping import dump, quoted
from kubecs.convert.found import Given
from kubecs.convert.mapentries import map_entries
from kubecs.convert.seen import WHAT
from kubecs.ecs.values import AccountId, derived_account_id, partition_of_region
from kubecs.plan.account import Account, account_of
from kubecs.translate import labels
from kubecs.translate.maps import Served

_ARN = re.compile(rb"arn:aws[\w-]*:[a-z0-9-]+:([a-z0-9-]*):([0-9]{12}):")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]+")

DEFAULT_REGION = "us-east-1"
# No cluster is asked: an account that names stores or device classes has what they need.
ALL_SERVED = Served(external_secrets="external-secrets.io/v1", resource_claims=True)

# What tasks ask of the node: the need, and how the account allows it.
_ALLOWED = {
    "privileged": "privileged: true",
    "unconfined": "privileged: true",
    "hostNetwork": "hostNetwork: true",
    "hostPID": "hostPID: true",
    "hostIPC": "hostIPC: true",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Account id and region, where the documents or the command line say them."""

    account_id: str | None
    region: str | None


def identity_of(contents: Iterable[bytes], given: Given) -> Identity:
    """The account and region that most ARNs name; what the command line says goes first."""
    accounts: Counter[str] = Counter()
    regions: Counter[str] = Counter()
    for content in contents:
        for region, account in _ARN.findall(content):
            accounts[account.decode()] += 1
            regions[region.decode()] += 1
    usual = [name for name, _ in regions.most_common() if _REGION.fullmatch(name)]
    account_id = given.account_id or next((name for name, _ in accounts.most_common(1)), None)
    return Identity(account_id, given.region or next(iter(usual), None))


def account_for(manifest: Mapping[str, Any] | None, identity: Identity, namespace: str) -> Account:
    """The account that the resources are tried in: the one given, else one that maps no role and allows everything."""
    if manifest is not None:
        return account_of(manifest, namespace, identity.region or DEFAULT_REGION, ALL_SERVED)
    region = identity.region or DEFAULT_REGION
    account_id = identity.account_id or derived_account_id(namespace)
    own = AccountId(account_id, region, partition_of_region(region))
    return Account(
        namespace=namespace,
        id=own,
        privileged=True,
        host_network=True,
        host_pid=True,
        host_ipc=True,
        host_volumes=("/",),
    )


def skeleton(
    identity: Identity,
    namespace: str | None,
    used: Iterable[tuple[str, str, str]],
    needs: Iterable[tuple[str, str]],
) -> str:
    """The ECSAccount as YAML: entries for what its maps can hold, and comments that say who uses what.

    Args:
        identity: Account id and region.
        namespace: The namespace, if one was given.
        used: (what, name, resource that uses it), as seen.WHAT calls them.
        needs: (need, resource), as translate.restricted calls them.
    """
    by_what: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for what, name, user in used:
        by_what[what][name].append(user)
    spec: dict[str, Any] = {}
    if identity.account_id:
        spec["accountId"] = identity.account_id
    if identity.region and _REGION.fullmatch(identity.region):
        spec["region"] = identity.region
    spec |= map_entries(by_what)
    manifest = {
        "apiVersion": labels.API_VERSION,
        "kind": "ECSAccount",
        "metadata": {"name": "default", **({"namespace": namespace} if namespace else {})},
        "spec": spec,
    }
    lines = [
        "# What these documents need of their account. Look it over: the names that entries stand for are proposals."
    ]
    return "\n".join([*lines, dump([manifest]).rstrip("\n"), *_allow(needs), *_seen(by_what)]) + "\n"


def _allow(needs: Iterable[tuple[str, str]]) -> list[str]:
    asked: dict[str, list[str]] = defaultdict(list)
    for need, user in needs:
        kind, _, detail = need.partition(":")
        listed = "capabilities" if kind == "capability" else "hostVolumes"
        line = _ALLOWED.get(kind) or f"{listed}: [{quoted(detail)}]"
        if user not in asked[line]:
            asked[line].append(user)
    if not asked:
        return []
    return ["# spec.allow, which these need (a list can have several):", *_commented(asked)]


def _seen(by_what: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    lines = []
    for what in WHAT:
        if by_what.get(what):
            lines += [f"# {what} seen:", *_commented(by_what[what])]
    return lines


def _commented(users: Mapping[str, list[str]]) -> list[str]:
    return [f"#   {_one_line(name)}  ({_listed(who)})" for name, who in users.items()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _listed(names: list[str], limit: int = 4) -> str:
    distinct = list(dict.fromkeys(names))
    return ", ".join(distinct[:limit]) + (f" and {len(distinct) - limit} more" if len(distinct) > limit else "")
