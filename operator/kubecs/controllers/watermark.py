"""How far the events of Pods are handled, written into the Lease whenever that is written.

Pods have no finalizers, so the end of one that others delete is in its DELETED event alone. Whoever starts next hears
again of the deletions after the mark; what was recorded already is told apart by the name of its record.
"""

import logging
from collections.abc import Mapping

from kubecs.controllers.listener import Listener
from kubecs.kube.errors import ApiError
from kubecs.kube.informer import Informer
from kubecs.kube.lease import LeaderElection
from kubecs.translate.labels import GROUP

log = logging.getLogger("kubecs")

HANDLED = f"{GROUP}/pods-handled-up-to"  # annotation of the Lease: a resourceVersion


class Watermark:
    """The mark of one replica: read once at its start, written while it leads."""

    def __init__(self, pods: Informer, listener: Listener, election: LeaderElection) -> None:
        self._pods = pods
        self._listener = listener
        self._election = election
        election.annotations = self.annotations
        listener.dealt_with = self._inherited

    def annotations(self) -> Mapping[str, str]:
        """What the Lease shall say; nothing before the Pods are known, so that the last leader's mark stays.

        What the last leader has dealt with needs nothing more, though this replica may not have heard so of each Pod.
        """
        seen = self._pods.resource_version
        if not seen:
            return {}
        return {HANDLED: str(max(self._listener.handled_up_to(seen), min(self._inherited(), seen)))}

    def _inherited(self) -> int:
        return _number(self._election.inherited.get(HANDLED, ""))

    def known(self) -> None:
        """The Pods are known now: say so at once, since a leader may end before its next renewal."""
        self._election.renew_soon()

    async def follow_pods(self) -> None:
        """Run the Pods' informer until cancelled, from where the last leader left off.

        Raises:
            HistoryRewound: See Informer.run.
        """
        try:
            mark = (await self._election.left()).get(HANDLED, "")
        except ApiError as error:
            log.warning(
                "the Lease cannot be read, tasks that were deleted before this start may go unrecorded: %s", error
            )
            mark = ""
        if _number(mark):
            self._pods.resume_from(_number(mark))
        await self._pods.run()


def _number(mark: str) -> int:
    """The resourceVersion of a mark; 0 where there is none, or somebody has edited it."""
    return int(mark) if mark.isdigit() else 0
