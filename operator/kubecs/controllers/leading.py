"""Whether this replica leads and may write: one small value that the engine's owner sets and others read."""

from dataclasses import dataclass


@dataclass(slots=True)
class Standing:
    """Where this replica stands.

    Attributes:
        synced: The caches hold what the API server had when they were first listed.
        leading: The Lease is held.
    """

    synced: bool = False
    leading: bool = False
