"""What the readers hand on: one ECS resource in AWS's own spelling, where it came from, and what was remarked on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["task definition", "service", "cluster"]
Severity = Literal["refused", "condition", "placeholder", "note"]

REFUSED: Severity = "refused"
CONDITION: Severity = "condition"
PLACEHOLDER: Severity = "placeholder"
NOTE: Severity = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the report.

    Attributes:
        severity: `refused` (the resource is not written), `condition` (it does not carry over as it stands),
            `placeholder` (a value has to be filled in) or `note`.
        path: The member, in AWS's spelling; empty where the message names it or none is at fault.
        reason: CamelCase: ECS's error, or the type of the condition.
        message: For a person.
    """

    severity: Severity
    path: str
    reason: str
    message: str

    @property
    def said(self) -> str:
        """Path and message."""
        return f"{self.path}: {self.message}" if self.path else self.message


NOT_AMONG = "NotAmongTheDocuments"


def not_among(path: str, what: str) -> Remark:
    """The remark on something that a resource refers to and that no document has."""
    return Remark(NOTE, path, NOT_AMONG, f"{what}{_NOT_AMONG}")


def missing(remarks: Iterable[Remark]) -> list[str]:
    """What `not_among` was said of."""
    return [each.message.removesuffix(_NOT_AMONG) for each in remarks if each.reason == NOT_AMONG]


_NOT_AMONG = " is not among the documents"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a describe output says of a task definition beside the document.

    Attributes:
        number: The revision.
        lifecycle: ACTIVE or INACTIVE.
        registered_at: RFC 3339 time, if known.
        deregistered_at: RFC 3339 time, if known.
    """

    number: int
    lifecycle: str = "ACTIVE"
    registered_at: str | None = None
    deregistered_at: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One resource, not validated yet.

    Attributes:
        kind: What it is.
        origin: The file, and the place in it where that is needed.
        members: The members of the request that would create it.
        remarks: What reading it brought up.
        registered: Revision and lifecycle of a task definition, where the document has them.
    """

    kind: Kind
    origin: str
    members: Mapping[str, Any]
    remarks: tuple[Remark, ...] = ()
    registered: Registered | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document that holds nothing to convert, and why that is thought."""

    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line adds to the documents.

    Attributes:
        family: Family of documents that name none.
        service_name: Name of services that have none.
        cluster: Cluster of services that name none.
        account_id: 12 digits.
        region: AWS region.
        parameters: Values of CloudFormation parameters.
    """

    family: str | None = None
    service_name: str | None = None
    cluster: str | None = None
    account_id: str | None = None
    region: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
