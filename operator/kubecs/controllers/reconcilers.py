"""One reconciler for each kind: the list that the engine works with."""

from kubecs.controllers.cache import Cache
from kubecs.controllers.engine import Reconciler
from kubecs.controllers.routing import Router
from kubecs.controllers.service import ServiceReconciler
from kubecs.plan.settings import Settings


def reconcilers(cache: Cache, settings: Settings, router: Router) -> tuple[Reconciler, ...]:
    """All of them, over one cache."""
    del router
    return (ServiceReconciler(cache, settings),)
