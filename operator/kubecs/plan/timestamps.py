"""Kubernetes timestamps as text and back; every time that kubecs writes is UTC, in whole seconds."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Print an aware time as `2026-01-02T03:04:05Z`, whatever its zone; fractions of a second are cut off."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """Read an RFC 3339 timestamp, with or without fractions.

    Raises:
        ValueError: The text is no such timestamp, or names no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return moment.astimezone(UTC)


def maybe(text: str | None) -> datetime | None:
    """Read a timestamp that may be absent or empty."""
    return parse(text) if text else None
