"""Leader election on a coordination.k8s.io Lease, with release on stop and annotations for the next leader.

The rules are client-go's: a holder that renews in time keeps the Lease; others take it when they have not seen it
change for its duration, by their own monotonic clock (clocks of different machines are never compared); every write
tests the resourceVersion, so of several takers one wins. A Lease is no lock: a leader that hangs may still be writing
when the next one starts, so writes have to be idempotent all the same.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from kubecs.kube.client import Client
from kubecs.kube.clock import Clock
from kubecs.kube.errors import AlreadyExists, ApiError, Conflict, NotFound
from kubecs.kube.resources import LEASES

log = logging.getLogger(__name__)

RELEASE_SECONDS = 1.25  # the end may not wait longer for an API server that does not answer

Object = dict[str, Any]
Annotations = Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Timing:
    """Periods in seconds.

    Attributes:
        duration: For how long others respect a Lease that does not change.
        renew: Between renewals.
        give_up: Without a successful renewal for so long, counted from the start of the last one, the leader stops.
        look: Between looks at a Lease that is another's: short, so that one that is given back is soon taken.
    """

    duration: float = 10.0
    renew: float = 2.0
    give_up: float = 7.0
    look: float = 0.5

    def __post_init__(self) -> None:
        if not self.renew < self.give_up < self.duration:
            raise ValueError("a leader must renew before it gives up, and give up before others take over")

    @property
    def attempt(self) -> float:
        """How long one request may take, so that a hung one leaves time for another."""
        return (self.give_up - self.renew) / 2


@dataclass(frozen=True, slots=True)
class Record:
    """A Lease as it was last seen.

    Attributes:
        holder: Identity of the leader, empty when it was released.
        resource_version: For the test on the next write.
        duration: Seconds that the holder asked for.
        transitions: How often the leader changed.
        annotations: What the holder left for its successor.
        since: Monotonic time at which this very state was first seen.
    """

    holder: str
    resource_version: str
    duration: float
    transitions: int
    annotations: Mapping[str, str]
    since: float

    @classmethod
    def of(cls, lease: Object, now: float) -> "Record":
        """Reads a Lease."""
        metadata, spec = lease["metadata"], lease.get("spec") or {}
        return cls(
            holder=spec.get("holderIdentity") or "",
            resource_version=metadata["resourceVersion"],
            duration=float(spec.get("leaseDurationSeconds") or 0),
            transitions=int(spec.get("leaseTransitions") or 0),
            annotations=metadata.get("annotations") or {},
            since=now,
        )

    def seen_again(self, newer: "Record") -> "Record":
        """The newer look, dated back to the first sight if nothing was written in between."""
        return replace(newer, since=self.since) if newer.resource_version == self.resource_version else newer

    def free_for(self, identity: str, now: float) -> bool:
        """Whether that candidate may take or renew it."""
        return self.holder in ("", identity) or now >= self.since + self.duration


class LeaderElection:
    """One candidate. As an async context manager it runs in the background and releases the Lease at the end.

    Attributes:
        leading: Set when this candidate became the leader.
        lost: Set when it is the leader no more, or never will be; the process should end. Elections are not repeated.
        annotations: Asked for annotations at every write: when the Lease is taken, renewed and given back. Those that
            it does not give stay as they are, so a leader that does not know better yet keeps what the former one left.
            Set it before `run`.
        inherited: Annotations of the Lease as its holder left them, at each look until it is taken over.
    """

    def __init__(
        self,
        client: Client,
        namespace: str,
        name: str,
        identity: str,
        timing: Timing | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepares a candidate.

        Args:
            client: For the Lease.
            namespace: Of the Lease.
            name: Of the Lease.
            identity: Unique among the candidates, for example the Pod's name and UID.
            timing: None for 10 s, 2 s, 7 s and 0.5 s.
            clock: None for the machine's.
        """
        self.leading = asyncio.Event()
        self.lost = asyncio.Event()
        self.annotations: Annotations = dict
        self.inherited: Mapping[str, str] = {}
        self._client = client
        self._namespace, self._name, self._identity = namespace, name, identity
        self._timing = timing or Timing()
        self._clock = clock or Clock()
        self._renewed = 0.0  # when the last successful write began
        self._record: Record | None = None
        self._unanswered = False  # a write was sent, and what came of it is not known
        self._task: asyncio.Task[None] | None = None
        self._soon = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.run(), name="leader election")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.release()

    def held(self) -> bool:
        """Whether this candidate leads by its own clock: to be asked before a write, since a process can be held up."""
        return self.leading.is_set() and not self.lost.is_set() and self._remaining() > 0

    async def run(self) -> None:
        """Waits for the Lease, then keeps it, until it is lost (returns) or the task is cancelled."""
        try:
            await self._acquire()
            await self._keep()
        finally:
            self.lost.set()

    def renew_soon(self) -> None:
        """Renew at once: there are other annotations to be left than at the last write."""
        self._soon.set()

    async def left(self) -> Mapping[str, str]:
        """Annotations of the Lease as it is now, whoever holds it; none while there is no Lease.

        Raises:
            ApiError: It could not be read.
        """
        try:
            lease = await self._client.get(LEASES, self._namespace, self._name)
        except NotFound:
            return {}
        return Record.of(lease, self._clock.monotonic()).annotations

    async def release(self) -> None:
        """Ends the candidacy, and gives the Lease back if it is held, so that the next leader need not wait."""
        self.lost.set()
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await self._give_back()
        except NotFound:
            return
        except (ApiError, TimeoutError) as error:
            log.warning("the lease %s was not released, others wait until it runs out: %s", self._name, error)
        finally:
            self._record = None

    async def _give_back(self) -> None:
        """A write that the end has cut off may have been carried out, or still be: what is written now decides."""
        unsure = self._unanswered
        record = await self._look() if unsure else self._record
        if record is None or record.holder not in ({self._identity, ""} if unsure else {self._identity}):
            return
        try:
            await self._write_free(record)
        except Conflict:
            record = await self._look()
            if record.holder == self._identity:
                await self._write_free(record)

    async def _write_free(self, record: Record) -> None:
        body = self._body(record, holder="", duration=1, annotations=self.annotations())
        await self._client.patch(LEASES, self._namespace, self._name, body)

    # Phases

    async def _acquire(self) -> None:
        while not await self._attempt(self._try_to_acquire, self._timing.attempt):
            jitter = random.random() * self._timing.look / 5  # noqa: S311 - keeps candidates apart
            await asyncio.sleep(self._timing.look + jitter)
        log.info("%s leads: lease %s/%s", self._identity, self._namespace, self._name)
        self.leading.set()

    async def _keep(self) -> None:
        pause = self._timing.renew
        while True:
            await self._pause(min(pause, max(0.0, self._remaining())))
            remaining = self._remaining()  # none, too, when the process itself was held up
            if remaining <= 0:
                log.error("%s leads no more: no renewal in %s s", self._identity, self._timing.give_up)
                return
            if await self._attempt(self._renew, min(remaining, self._timing.attempt)):
                pause = self._timing.renew
                continue
            pause = self._timing.renew / 4
            if self._record is not None and not self._record.free_for(self._identity, self._clock.monotonic()):
                log.error("%s leads no more: %s took the lease", self._identity, self._record.holder)
                return

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._soon.wait()
        self._soon.clear()

    def _remaining(self) -> float:
        return self._renewed + self._timing.give_up - self._clock.monotonic()

    async def _attempt(self, step: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """One try within its time; a fault of the API server is a failed try."""
        started = self._clock.monotonic()
        try:
            async with asyncio.timeout(seconds):
                succeeded = await step()
        except (ApiError, TimeoutError) as error:
            log.warning("lease %s: %s", self._name, error if isinstance(error, ApiError) else "no answer in time")
            return False
        if succeeded:
            self._renewed = started
        return succeeded

    # Steps

    async def _try_to_acquire(self) -> bool:
        try:
            record = await self._look()
        except NotFound:
            return await self._create()
        self.inherited = record.annotations
        if not record.free_for(self._identity, self._clock.monotonic()):
            return False
        return await self._write(record, self.annotations())

    async def _renew(self) -> bool:
        """Writes on what was last seen; after a conflict looks again, since it may be our own lost write."""
        record = self._record or await self._look()
        annotations = self.annotations()
        if await self._write(record, annotations):
            return True
        record = await self._look()
        return record.holder == self._identity and await self._write(record, annotations)

    async def _look(self) -> Record:
        lease = await self._client.get(LEASES, self._namespace, self._name)
        record = Record.of(lease, self._clock.monotonic())
        self._record = self._record.seen_again(record) if self._record else record
        return self._record

    async def _create(self) -> bool:
        body = {
            "apiVersion": LEASES.api_version,
            "kind": LEASES.kind,
            "metadata": {
                "namespace": self._namespace,
                "name": self._name,
                "annotations": dict(self.annotations()),
            },
            "spec": {**self._spec(self._identity, self._timing.duration, 0), "acquireTime": self._clock.micro_time()},
        }
        try:
            return await self._answered(self._client.create(body))
        except AlreadyExists:
            return False

    async def _write(self, record: Record, annotations: Mapping[str, str] | None = None) -> bool:
        """Takes or renews; False when somebody wrote in between."""
        body = self._body(record, self._identity, self._timing.duration, annotations)
        try:
            return await self._answered(self._client.patch(LEASES, self._namespace, self._name, body))
        except Conflict:
            return False

    async def _answered(self, writing: Awaitable[Object]) -> bool:
        self._unanswered = True
        try:
            self._record = Record.of(await writing, self._clock.monotonic())
        except (AlreadyExists, Conflict):
            self._unanswered = False
            raise
        self._unanswered = False
        return True

    # Bodies

    def _body(
        self, record: Record, holder: str, duration: float, annotations: Mapping[str, str] | None = None
    ) -> Object:
        metadata: Object = {"resourceVersion": record.resource_version}
        if annotations:
            metadata["annotations"] = dict(annotations)
        changed = bool(holder) and holder != record.holder
        spec = self._spec(holder, duration, record.transitions + changed)
        if changed:
            spec["acquireTime"] = spec["renewTime"]
        return {"metadata": metadata, "spec": spec}

    def _spec(self, holder: str, duration: float, transitions: int) -> Object:
        return {
            "holderIdentity": holder,
            "leaseDurationSeconds": max(1, round(duration)),
            "renewTime": self._clock.micro_time(),
            "leaseTransitions": transitions,
        }
