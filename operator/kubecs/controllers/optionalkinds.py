"""Which of the kinds that not every cluster has are there: asked at the start, and of some now and then later on."""

import asyncio
import logging
from collections.abc import Sequence

from kubecs.kube.client import Client
from kubecs.kube.errors import ApiError, TooManyRequests, Unavailable
from kubecs.kube.resources import Resource

log = logging.getLogger("kubecs")

ASK_SECONDS = 30.0


async def served(client: Client, versions: Sequence[Resource], namespace: str | None) -> Resource | None:
    """The first of a kind's versions that the API server has and lets us list; it is asked until it answers.

    Args:
        client: The client.
        versions: The kind's versions, the preferred one first.
        namespace: The one that is served; None for all.
    """
    plural = versions[0].plural
    while True:
        try:
            found = await client.served(versions)
            if found is not None:
                await anext(client.pages(found, namespace, limit=1))
            return found  # noqa: TRY300 - either way it is the answer
        except (TooManyRequests, Unavailable) as error:  # the client has waited between its own attempts
            log.warning("the API server was not asked about a kind", extra={"resource": plural, "error": str(error)})
        except ApiError as error:
            log.warning("a kind is not to be had", extra={"resource": plural, "error": str(error)})
            return None


async def installed(client: Client, versions: Sequence[Resource], namespace: str | None) -> Resource:
    """Returns when the API server has the kind and lets us list it; see `served`."""
    while True:
        await asyncio.sleep(ASK_SECONDS)
        found = await served(client, versions, namespace)
        if found is not None:
            return found
