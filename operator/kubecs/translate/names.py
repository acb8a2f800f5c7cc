"""Names: ECS's names made into Kubernetes ones, in this one place. The originals are kept in annotations.

A name that Kubernetes takes as it is stays untouched; any other becomes a readable part and 8 hex digits of the
SHA-256 of the original, so that different originals stay different.
"""

import hashlib
import re

DEFAULT_CLUSTER = "default"

OBJECT_LIMIT = 200  # leaves room for ".<revision>" within the 253 characters of an object name
PAIR_LIMIT = 120  # each half of "<cluster>.<service>"
LABEL_LIMIT = 63
CHILD_LIMIT = 52  # a ReplicaSet and its Pods append up to 17 characters, a controller-made Job 11
FAMILY_IN_POD_LIMIT = 40
CLUSTER_IN_CHILD = 14  # what a long service name leaves of the cluster's name

_DIGITS = 8
_TAIL = _DIGITS + 1
_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_LABEL_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?")
_NOT_DNS = re.compile(r"[^-a-z0-9]")
_NOT_LABEL = re.compile(r"[^-_.A-Za-z0-9]")


def digits(text: str, count: int = _DIGITS) -> str:
    """The first `count` hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:count]


def label_value(text: str) -> str:
    """A valid label value for a text: itself where possible, else a readable part and 8 hex digits."""
    if len(text) <= LABEL_LIMIT and _LABEL_VALUE.fullmatch(text):
        return text
    readable = _led_by_alphanumeric(_NOT_LABEL.sub("-", text))
    return f"{readable[: LABEL_LIMIT - _TAIL]}-{digits(text)}"


def object_name(text: str, limit: int = OBJECT_LIMIT) -> str:
    """A lower-case DNS name of at most `limit` characters for an ECS name.

    A text that is such a name already is returned as it is; else its readable part (lower case, "_" to "-", cut) is
    followed by 8 hex digits.
    """
    if len(text) <= limit and _DNS_LABEL.fullmatch(text):
        return text
    return f"{_readable(text)[: limit - _TAIL]}-{digits(text)}"


def service_object_name(cluster: str, service: str) -> str:
    """The name of the ECSService of a service: `<service>` in the cluster default, else `<cluster>.<service>`."""
    if cluster == DEFAULT_CLUSTER:
        return object_name(service)
    return f"{object_name(cluster, PAIR_LIMIT)}.{object_name(service, PAIR_LIMIT)}"


def revision_object_name(family: str, revision: int) -> str:
    """The name of the ECSTaskDefinitionRevision of a family's revision: `<family>.<n>`."""
    return f"{object_name(family)}.{revision}"


def child_name(cluster: str, service: str) -> str:
    """The name of what a service owns: `<cluster>-<service>-<8 hex>`, at most 52 characters.

    Kubernetes Services want a leading letter and no dots, so these names have that shape. The digits are those of
    "cluster/service": hyphens alone would let ("a-b", "c") and ("a", "b-c") meet.
    """
    room = CHILD_LIMIT - _TAIL
    owner, own = _readable(cluster), _readable(service)
    owner = owner[: max(room - 1 - len(own), CLUSTER_IN_CHILD)]
    if not owner[0].isalpha():
        owner = f"x{owner}"
    return f"{f'{owner}-{own}'[:room]}-{digits(f'{cluster}/{service}')}"


def task_pod_name(family: str, ten_hex: str) -> str:
    """The name of a standalone task's Pod: the family, cut to 40 characters, and ten hex digits."""
    return f"{object_name(family, FAMILY_IN_POD_LIMIT)}-{ten_hex}"


def container_name(text: str) -> str:
    """The Kubernetes name of an ECS container or volume: a DNS label of at most 63 characters."""
    return object_name(text, LABEL_LIMIT)


def cluster_name(reference: str | None) -> str:
    """The short name in a cluster reference (a name or an ARN); `default` when there is none."""
    return reference.rsplit("/", 1)[-1] if reference else DEFAULT_CLUSTER


def _readable(text: str) -> str:
    return _led_by_alphanumeric(_NOT_DNS.sub("-", text.replace("_", "-").lower()))


def _led_by_alphanumeric(text: str) -> str:
    return text if text[:1].isalnum() else f"x{text}"
