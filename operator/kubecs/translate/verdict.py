"""A verdict: what becomes of one member of a task definition."""

from dataclasses import dataclass
from typing import Literal

Effect = Literal["translated", "kept", "not applied", "refused"]

NOT_TRANSLATED = "NotTranslated"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one member.

    Attributes:
        effect: `translated` into Kubernetes' terms; `kept`, to be shown and to be looked at, as in ECS; `not applied`,
            which a condition says wherever the member is given; or `refused`.
        kubernetes: Where it is found in the Pod or beside it; empty where nothing is.
        condition: Type of the condition that reports it: always where it is not applied, else where it must.
        error: The class of ECS's error, where it is refused.
        message: What happens instead or does not happen; the message of the error.
        why: The reason, or what is different, for the documentation.
    """

    effect: Effect
    kubernetes: str = ""
    condition: str = ""
    error: str = ""
    message: str = ""
    why: str = ""


def done(kubernetes: str, why: str = "", condition: str = "") -> Verdict:
    """Translated; `condition` names the one that reports documents in which it cannot be, or not as it stands."""
    return Verdict("translated", kubernetes, condition, why=why)


def kept(why: str) -> Verdict:
    """Kept, and nothing else, as in ECS."""
    return Verdict("kept", why=why)


def lost(message: str, condition: str = NOT_TRANSLATED, why: str = "") -> Verdict:
    """Not applied: a condition says so."""
    return Verdict("not applied", condition=condition, message=message, why=why)


def refused(message: str, why: str = "", error: str = "ClientException") -> Verdict:
    """Refused with an error of ECS."""
    return Verdict("refused", error=error, message=message, why=why)
