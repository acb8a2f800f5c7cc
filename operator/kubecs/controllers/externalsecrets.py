"""Whether the cluster has External Secrets: asked at the start, and now and then for as long as it has none."""

import asyncio
import logging

from kubecs.controllers.resources import EXTERNAL_SECRETS
from kubecs.kube.client import Client
from kubecs.kube.errors import ApiError, TooManyRequests, Unavailable
from kubecs.kube.resources import Resource

log = logging.getLogger("kubecs")

ASK_SECONDS = 30.0


async def served(client: Client) -> Resource | None:
    """The version of ExternalSecrets that the API server has, if it has any; it is asked until it answers."""
    while True:
        try:
            return await client.served(EXTERNAL_SECRETS)
        except (TooManyRequests, Unavailable) as error:  # the client has waited between its own attempts
            log.warning("the API server was not asked about External Secrets", extra={"error": str(error)})
        except ApiError as error:
            log.warning("External Secrets are not to be had", extra={"error": str(error)})
            return None


async def installed(client: Client) -> Resource:
    """Returns when the API server has them."""
    while True:
        await asyncio.sleep(ASK_SECONDS)
        found = await served(client)
        if found is not None:
            return found
