"""The Services of an ECS service: what is missing or differs is applied, what is no longer asked for is deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kubecs.ecs.errors import EcsError
from kubecs.plan.account import Account
from kubecs.plan.actions import Action, Apply, Delete, Manifest, Ref
from kubecs.plan.adoption import is_orphan
from kubecs.plan.definition import definition
from kubecs.plan.references import Resolved
from kubecs.plan.refusal import Refusal
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.subset import is_subset
from kubecs.translate import labels
from kubecs.translate.finding import Finding
from kubecs.translate.kubernetesservice import ServiceOwner, kubernetes_service
from kubecs.translate.owner import owner_reference
from kubecs.translate.traffic import Scope, Traffic, Wanted, traffic_of

NAME_TAKEN = "ServiceNameTaken"
PORT_MISSING = "ServicePortMissing"
TAKEN_SECONDS = 30.0  # nobody tells when a Service of somebody else goes
_MEMBERS = ("loadBalancers", "serviceRegistries", "serviceConnectConfiguration")


@dataclass(frozen=True, slots=True)
class Served:
    """What is to be done about a service's traffic.

    Attributes:
        actions: What to write, at the latest with the first task.
        unserved: Why the service is not Ready, though its tasks may run.
        findings: What does not carry over as it stands.
        restores: A Service that was there before is gone.
        again: Seconds until it is worth looking again though nothing of ours changed.
    """

    actions: tuple[Action, ...] = ()
    unserved: Refusal | None = None
    findings: tuple[Finding, ...] = ()
    restores: bool = False
    again: float | None = None


NOTHING_SERVED = Served()


def service_names(
    spec: Mapping[str, Any], account: Account, child_name: str, connect_namespace: str | None
) -> list[str]:
    """The names of the Services that an ECSService asks for, so that they can be looked up before the decision."""
    if not any(spec.get(member) for member in _MEMBERS):
        return []
    scope = Scope(child_name, account.namespace, connect_namespace)
    return [each.name for each in traffic_of(spec, account.maps, scope).services]


def connect_namespace(cluster: Manifest | None) -> str | None:
    """The namespace of Service Connect that an ECSCluster gives to services that name none."""
    defaults = ((cluster or {}).get("spec") or {}).get("serviceConnectDefaults") or {}
    return defaults.get("namespace") or None


def served(snapshot: ServiceSnapshot, resolution: Resolved, *, settled: bool) -> Served:
    """Decide.

    Args:
        snapshot: The service.
        resolution: The task definition that it runs.
        settled: No task of an older deployment is left that a Service which is no longer asked for might serve.
    """
    traffic = _traffic(snapshot, resolution)
    held = snapshot.kubernetes_services
    taken = [each for each in traffic.services if each.name in held and not _own(held[each.name], snapshot)]
    ours = [each for each in traffic.services if each not in taken]
    wanted = {each.name: kubernetes_service(each, _owner(snapshot)) for each in ours if each.ports or _headless(each)}
    applied = tuple(
        Apply(manifest, f"lead {manifest['metadata']['annotations'][labels.STANDS_FOR]} to service {snapshot.name}")
        for name, manifest in wanted.items()
        if not _as_wanted(manifest, held.get(name))
    )
    kept = {each.name for each in traffic.services}
    removed = [each for name, each in held.items() if name not in kept and _own(each, snapshot)] if settled else []
    return Served(
        actions=(*applied, *map(_deleted, removed)),
        unserved=_unserved(traffic, taken, [each for each in ours if each.name not in wanted], held),
        findings=traffic.findings,
        restores=any(action.manifest["metadata"]["name"] not in held for action in applied),
        again=TAKEN_SECONDS if taken else None,
    )


def _traffic(snapshot: ServiceSnapshot, resolution: Resolved) -> Traffic:
    if not any(snapshot.spec.get(member) for member in _MEMBERS):
        return Traffic()
    try:
        document = definition(resolution.revision["spec"]["taskDefinition"])
    except EcsError:
        document = None  # an older kubecs took it, and its tasks go on: what there is of Services stays
    namespace = connect_namespace(snapshot.cluster_object)
    scope = Scope(snapshot.child_name, snapshot.namespace, namespace, document)
    return traffic_of(snapshot.spec, snapshot.account.maps, scope)


def _as_wanted(wanted: Manifest, held: Manifest | None) -> bool:
    """A label more in the selector would select other Pods, or none."""
    return (
        held is not None
        and is_subset(wanted, held)
        and (held.get("spec") or {}).get("selector") == wanted["spec"]["selector"]
    )


def _headless(wanted: Wanted) -> bool:
    """Names of Pods need no port."""
    return wanted.to == "Headless"


def _owner(snapshot: ServiceSnapshot) -> ServiceOwner:
    return ServiceOwner(
        namespace=snapshot.namespace,
        reference=owner_reference(snapshot.service),
        object_name=snapshot.service["metadata"]["name"],
        cluster=snapshot.cluster,
        service=snapshot.name,
    )


def _own(manifest: Manifest, snapshot: ServiceSnapshot) -> bool:
    """Owned by this ECSService, or by an earlier one of its name whose children are still going, or left behind."""
    name = snapshot.service["metadata"]["name"]
    references = manifest["metadata"].get("ownerReferences") or ()
    owned = any((each["kind"], each["name"]) == ("ECSService", name) for each in references)
    return owned or is_orphan(manifest, snapshot.service)


def _deleted(manifest: Manifest) -> Delete:
    metadata = manifest["metadata"]
    ref = Ref("v1", "Service", metadata["namespace"], metadata["name"], metadata["uid"])
    return Delete(ref, f"nothing is led through Service {metadata['name']} any more")


def _unserved(
    traffic: Traffic, taken: list[Wanted], portless: list[Wanted], held: Mapping[str, Manifest]
) -> Refusal | None:
    problems = [(each.reason, f"{each.member}: {each.message}") for each in traffic.unmapped]
    problems += [(NAME_TAKEN, f"{each.stands_for}: {_taken_by(held[each.name])}") for each in taken]
    problems += [(PORT_MISSING, f"{each.stands_for}: the task definition has no port for it") for each in portless]
    if not problems:
        return None
    return Refusal(problems[0][0], "; ".join(message for _, message in problems))


def _taken_by(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    owner = next(iter(metadata.get("ownerReferences") or ()), None)
    of = f" of {owner['kind']} {owner['name']}" if owner else ""
    return f"there is another Service {metadata['name']}{of}, which is left as it is"
