"""A process that only lists, page by page, what the operator lists at its start, with the operator's own client.

Run as `python -m tests.perf.bare_list KUBECONFIG`; it prints how many objects there were.
"""

import asyncio
import sys

from kubecs.kube import imports

imports.install()

from kubecs.controllers.resources import INFORMED, WATCHED, Selected  # noqa: E402 - after the small import is in force
from kubecs.kube import config  # noqa: E402
from kubecs.kube.client import Client  # noqa: E402


async def main(kubeconfig: str) -> int:
    """Lists everything; returns the number of objects."""
    selected = (*INFORMED, *(Selected(resource, None) for resource in WATCHED))
    async with Client(await config.load(kubeconfig)) as client:
        return sum(await asyncio.gather(*(_count(client, each) for each in selected)))


async def _count(client: Client, selected: Selected) -> int:
    count = 0
    async for page in client.pages(selected.resource, label_selector=selected.label_selector):
        count += len(page.items)
    return count


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1])))
