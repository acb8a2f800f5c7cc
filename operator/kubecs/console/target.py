"""What a person means by a word on the command line: a service, a task, an ARN of either, `cluster/service`."""

import re
from dataclasses import dataclass
from typing import Literal

from kubecs.translate.names import DEFAULT_CLUSTER

Sort = Literal["service", "task", "any"]

_KINDS: dict[str, Sort] = {
    "ecsservice": "service",
    "ecsservices": "service",
    "ecssvc": "service",
    "service": "service",
    "ecstask": "task",
    "ecstasks": "task",
    "ecst": "task",
    "ecstaskrecord": "task",
    "ecstaskrecords": "task",
    "ecsrec": "task",
    "task": "task",
}
_TASK_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that is asked about.

    Attributes:
        sort: `any` where the word may name a service or a task.
        name: Name of the service or of its object, or the task's id, or the name of its ECSTask or Pod.
        cluster: ECS's name of the cluster, None where nothing says so.
    """

    sort: Sort
    name: str
    cluster: str | None = None


def parse(text: str, cluster: str | None = None) -> Target:
    """Read a word of the command line.

    Args:
        text: `web`, `shop/web`, `ecsservice/shop.web`, 32 hex digits, a Pod's name, or an ARN.
        cluster: ECS cluster that a flag names.

    Raises:
        ValueError: The text is an ARN of something else, or empty.
    """
    if not text:
        raise ValueError("an empty name means nothing")
    if text.startswith("arn:"):
        return _of_arn(text)
    head, slash, tail = text.partition("/")
    if slash and head.lower().partition(".")[0] in _KINDS:
        return Target(_KINDS[head.lower().partition(".")[0]], _plain_id(tail), cluster)
    if slash:
        return Target("service", tail, head)
    if _TASK_ID.fullmatch(text):
        return Target("task", _plain_id(text), cluster)
    return Target("any", text, cluster)


def _of_arn(text: str) -> Target:
    resource = text.split(":", 5)[-1]
    kind, *rest = resource.split("/")
    if kind not in ("service", "task") or not rest or not rest[-1]:
        raise ValueError(f"{text} is neither the ARN of a service nor of a task")
    cluster = rest[0] if len(rest) > 1 else DEFAULT_CLUSTER  # the short form has no cluster
    return Target("service" if kind == "service" else "task", rest[-1], cluster)


def _plain_id(text: str) -> str:
    return text.replace("-", "") if _TASK_ID.fullmatch(text) else text
