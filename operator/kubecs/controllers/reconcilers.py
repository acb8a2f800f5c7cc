"""One reconciler for each kind: the list that the engine works with."""

from kubecs.controllers.cache import Cache
from kubecs.controllers.cluster import ClusterReconciler
from kubecs.controllers.engine import Reconciler
from kubecs.controllers.family import FamilyReconciler, RevisionReconciler
from kubecs.controllers.grants import GrantReconciler
from kubecs.controllers.listener import Listener
from kubecs.controllers.pod import PodReconciler
from kubecs.controllers.record import RecordReconciler
from kubecs.controllers.service import ServiceReconciler
from kubecs.controllers.task import TaskReconciler
from kubecs.plan.settings import Settings


def reconcilers(cache: Cache, settings: Settings, listener: Listener) -> tuple[Reconciler, ...]:
    """All of them, over one cache."""
    return (
        ClusterReconciler(cache, settings),
        FamilyReconciler(cache, settings),
        GrantReconciler(cache, settings),
        PodReconciler(cache, settings, listener),
        RecordReconciler(cache, settings),
        RevisionReconciler(cache, settings, listener),
        ServiceReconciler(cache, settings),
        TaskReconciler(cache, settings),
    )
