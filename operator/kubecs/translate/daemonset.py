"""A DAEMON service to its DaemonSet: one task on each node that takes it."""

from typing import Any

from kubecs.translate.deployment import DeploymentContext, deployment

KEPT = ("selector", "minReadySeconds", "revisionHistoryLimit", "template")


def daemon_set(context: DeploymentContext) -> dict[str, Any]:
    """The manifest of the DaemonSet, spelled as the API server stores it; the nodes decide how many tasks there are.

    ECS stops a daemon's task before it starts the next on that instance, so there is no surge. A rollout that the
    percents leave no room for, which a Deployment would pause, waits for somebody to delete Pods.
    """
    manifest = deployment(context)
    unavailable = max(context.max_unavailable, 1)
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": unavailable}}
    strategy = {"type": "OnDelete"} if context.paused else rolling
    kept = {name: manifest["spec"][name] for name in KEPT if name in manifest["spec"]}
    return manifest | {"kind": "DaemonSet", "spec": {**kept, "updateStrategy": strategy}}
