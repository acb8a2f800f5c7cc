"""What this API server can do beyond the oldest one: asked by a dry run, since a field whose gate is off is dropped."""

import logging

from kubecs.kube.client import Client, Object
from kubecs.kube.errors import ApiError, TooManyRequests, Unavailable

log = logging.getLogger(__name__)

_UNPRIVILEGED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


async def keeps_container_restart_rules(client: Client, namespace: str) -> bool:
    """Whether the server stores the restart policies of single containers; no where it refuses the question.

    While it does not answer it is asked again: nothing else can be done without it either.

    Args:
        client: The client.
        namespace: One in which Pods may be created; none is.
    """
    rule = {"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [1]}}
    container = {
        "name": "probe",
        "image": "probe",
        "restartPolicy": "Never",
        "restartPolicyRules": [rule],
        "securityContext": _UNPRIVILEGED,
    }
    spec = {"containers": [container], "restartPolicy": "Never", "automountServiceAccountToken": False}
    metadata = {"name": "kubecs-probe-restart-rules", "namespace": namespace}
    kept = None
    while kept is None:
        try:
            kept = await client.create(_pod(metadata, spec), dry_run=True)
        except (TooManyRequests, Unavailable) as error:  # the client has waited between its own attempts
            log.warning("the API server was not asked what it can", extra={"error": str(error)})
        except ApiError as error:
            log.warning("restart policies of single containers are not to be had", extra={"error": str(error)})
            return False
    return bool(kept["spec"]["containers"][0].get("restartPolicyRules") == [rule])


def _pod(metadata: Object, spec: Object) -> Object:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
