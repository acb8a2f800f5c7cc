"""Disruption: the lower bound of a service as a PodDisruptionBudget, for `kubectl drain` and node autoscalers."""

from kubecs.plan import rollout
from kubecs.plan.actions import Action, Apply, Manifest
from kubecs.plan.snapshot import ServiceSnapshot
from kubecs.plan.subset import is_subset
from kubecs.translate.disruptionbudget import disruption_budget
from kubecs.translate.owner import owner_reference


def budget_actions(snapshot: ServiceSnapshot) -> tuple[Action, ...]:
    """Write the budget where it is missing or differs; it is a percent, so scaling does not change it."""
    wanted = budget(snapshot)
    if snapshot.disruption_budget is not None and is_subset(wanted, snapshot.disruption_budget):
        return ()
    return (Apply(wanted, f"let no disruption take service {snapshot.name} below its lower bound"),)


def budget(snapshot: ServiceSnapshot) -> Manifest:
    """The PodDisruptionBudget as it should be."""
    return disruption_budget(
        snapshot.child_name,
        snapshot.namespace,
        owner_reference(snapshot.service),
        (snapshot.cluster, snapshot.name),
        rollout.minimum_healthy_percent(snapshot.spec),
    )
