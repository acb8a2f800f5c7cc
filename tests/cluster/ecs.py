"""ECS documents as people write them, each with as little as it needs, and what the tests read in the objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tests.cluster.rig import Kubectl, wait_for

API_VERSION = "kubecs.dev/v1alpha1"
ACCOUNT_ID = "111122223333"
REGION = "eu-central-1"
KWOK = "play.kwok/"  # annotations that say what the containers do: tools/localcluster/kwok.py

Document = dict[str, Any]
T = TypeVar("T")


# Documents


def document(kind: str, name: str, spec: Mapping[str, Any], **metadata: Any) -> Document:
    """One object of ours."""
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name, **metadata}, "spec": dict(spec)}


def account(**spec: Any) -> Document:
    """The namespace's ECSAccount, with an id and a region that tests know."""
    return document("ECSAccount", "default", {"accountId": ACCOUNT_ID, "region": REGION, **spec})


def cluster(name: str) -> Document:
    """An ECSCluster."""
    return document("ECSCluster", name, {"clusterName": name})


def container(name: str = "app", **members: Any) -> Document:
    """A container definition."""
    return {"name": name, "image": "registry.example/app:1", "memory": 64, "essential": True, **members}


def task_definition(family: str = "web", *containers: Document, **members: Any) -> Document:
    """An ECSTaskDefinition, of one container unless more are given."""
    spec = {"family": family, "containerDefinitions": list(containers) or [container()], **members}
    return document("ECSTaskDefinition", family, spec)


def service(name: str = "web", desired: int = 1, *, cluster: str = "default", **members: Any) -> Document:
    """An ECSService that follows `web`; `annotations` go to its Pods."""
    spec: Document = {"serviceName": name, "taskDefinition": "web", "desiredCount": desired}
    if cluster != "default":
        spec["cluster"] = cluster
    notes = members.pop("annotations", None)
    if notes:
        spec["kubernetes"] = {"podAnnotations": notes}
    return document("ECSService", name if cluster == "default" else f"{cluster}.{name}", spec | members)


def daemon(name: str = "web", **members: Any) -> Document:
    """An ECSService of one task on each node."""
    found = service(name, schedulingStrategy="DAEMON", **members)
    del found["spec"]["desiredCount"]
    return found


def task(name: str = "job", **members: Any) -> Document:
    """An ECSTask of `web`; `annotations` go to its Pod."""
    notes = members.pop("annotations", None)
    spec = {"taskDefinition": "web"} | ({"kubernetes": {"podAnnotations": notes}} if notes else {})
    return document("ECSTask", name, spec | members)


def kwok(**notes: str) -> dict[str, str]:
    """Annotations for kwok: `ready_delay="2s"` is play.kwok/ready-delay."""
    return {f"{KWOK}{key.replace('_', '-')}": value for key, value in notes.items()}


def task_definition_arn(name: str, account_id: str = ACCOUNT_ID, region: str = REGION) -> str:
    """The ARN of `family:revision`."""
    return f"arn:aws:ecs:{region}:{account_id}:task-definition/{name}"


# What is in an object


def status(obj: Mapping[str, Any] | None) -> Document:
    """Its status, empty while there is none."""
    return dict((obj or {}).get("status") or {})


def condition(obj: Mapping[str, Any] | None, kind: str) -> Document:
    """One of its conditions, empty where it has none of that type."""
    return next((dict(each) for each in status(obj).get("conditions", ()) if each["type"] == kind), {})


def states(obj: Mapping[str, Any] | None) -> str:
    """The conditions of the kstatus triple that are True, and the reason: `Ready SteadyState`."""
    holding = [each for each in ("Ready", "Reconciling", "Stalled") if condition(obj, each).get("status") == "True"]
    return " ".join([*holding, condition(obj, "Ready").get("reason", "")])


def answered(obj: Mapping[str, Any]) -> bool:
    """The operator has looked at the object's present spec."""
    return bool(status(obj).get("observedGeneration") == obj["metadata"]["generation"])


def is_ready(obj: Mapping[str, Any] | None) -> bool:
    """Ready, and that was said of the present spec."""
    return obj is not None and answered(obj) and condition(obj, "Ready").get("status") == "True"


def selector(**labels: str) -> str:
    """A label selector from the short names of our labels: `service="web"` is kubecs.dev/service=web."""
    return ",".join(f"kubecs.dev/{name.replace('_', '-')}={value}" for name, value in labels.items())


# Doing


def evict(kubectl: Kubectl, pod: Document) -> None:
    """Ask for a Pod's eviction, as drains do; an ApiError of 429 where its PodDisruptionBudget does not allow it."""
    name = pod["metadata"]["name"]
    path = kubectl.cluster.api.resource("pod").path(kubectl.namespace, name, "eviction")
    kubectl.cluster.api.call("POST", path, {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}})


# Waiting


def wait_ready(kubectl: Kubectl, kind: str, *names: str, timeout: float = 30.0) -> list[Document]:
    """Waits until objects are Ready, and returns them."""

    def all_ready() -> list[Document]:
        found = [kubectl.get(kind, name) for name in names]
        assert all(map(is_ready, found)), [(each["metadata"]["name"], status(each).get("conditions")) for each in found]
        return found

    return wait_for(all_ready, timeout, f"{kind} {', '.join(names)} ready")


def wait_state(kubectl: Kubectl, kind: str, name: str, expected: str, timeout: float = 20.0) -> Document:
    """Waits until `states` of an object is as expected and speaks of its present spec; returns the object."""

    def there() -> Document:
        found = kubectl.get(kind, name)
        assert answered(found), status(found)
        assert states(found) == expected, status(found).get("conditions")
        return found

    return wait_for(there, timeout, f"{kind} {name}: {expected}")


def wait_evictable(kubectl: Kubectl, service: str) -> None:
    """Waits until the PodDisruptionBudget of a service lets a task go."""

    def allowed() -> bool:
        found = kubectl.list("poddisruptionbudget", selector(service=service))
        return any(status(budget).get("disruptionsAllowed") for budget in found)

    wait_for(allowed, 20, f"a task of {service} may be evicted")


def pods(kubectl: Kubectl, **labels: str) -> list[Document]:
    """Pods by our labels, without those that are being deleted."""
    found = kubectl.list("pod", selector(**labels))
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def names(objects: list[Document]) -> list[str]:
    """Their names."""
    return [each["metadata"]["name"] for each in objects]


def uids(objects: list[Document]) -> set[str]:
    """Their uids."""
    return {each["metadata"]["uid"] for each in objects}


def warnings(kubectl: Kubectl) -> list[str]:
    """What the Events of type Warning say."""
    return [event["message"] for event in kubectl.list("event") if event["type"] == "Warning"]


def deployment_of(kubectl: Kubectl, service: str, cluster: str = "default") -> Document:
    """The Deployment of a service."""
    found = kubectl.list("deployment", selector(cluster=cluster, service=service))
    assert len(found) == 1, names(found)  # an assertion, so that whoever waits goes on waiting
    return found[0]


def event_notes(kubectl: Kubectl, kind: str, name: str, reason: str | None = None) -> list[str]:
    """What the Events about an object say, those of one reason or all."""
    return [
        event["message"]
        for event in kubectl.list("event")
        if (event["involvedObject"]["kind"], event["involvedObject"]["name"]) == (kind, name)
        and reason in (None, event["reason"])
    ]


def wait_notes(kubectl: Kubectl, kind: str, name: str, reason: str | None, expected: Sequence[str]) -> None:
    """Until the Events about an object say just this: they are posted beside the work that they tell of."""

    def said() -> bool:
        assert sorted(event_notes(kubectl, kind, name, reason)) == sorted(expected)
        return True

    wait_for(said, 10, "its Events")


def sample(text: str, name: str, /, **labels: str) -> float | None:
    """The value of one series of a scrape, None where there is no such series. All of its labels must be given."""
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    for line in text.splitlines():
        head, _, value = line.rpartition(" ")
        series, _, held = head.partition("{")
        if series == name and set(filter(None, held.rstrip("}").split(","))) == wanted:
            return float(value)
    return None


def sampled(look: Callable[[], T], until: Callable[[], object], timeout: float = 30.0) -> list[T]:
    """What `look` gave on the way, until a condition is true; the test says afterwards what it must have been."""
    seen: list[T] = []

    def over() -> object:
        seen.append(look())
        return until()

    wait_for(over, timeout, "the end of what was watched")
    return seen
