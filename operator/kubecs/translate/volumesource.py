"""What a volume of ECS is in a Pod: one small answer for each kind of volume."""

from dataclasses import dataclass, field
from typing import Any

Mount = dict[str, Any]


@dataclass(frozen=True, slots=True)
class VolumeSource:
    """A volume as the Pod has it.

    Attributes:
        source: The volume without its name: `{"hostPath": …}`.
        sub_path: Directory in it that is mounted in its place; empty for its root.
    """

    source: dict[str, Any] = field(default_factory=lambda: {"emptyDir": {}})
    sub_path: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mount, and who asks for it.

    Attributes:
        member: The member of the container: `mountPoints[0]`.
        mount: What becomes of it in `volumeMounts`.
    """

    member: str
    mount: Mount


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a volume cannot be had.

    Attributes:
        member: The member of the volume at fault: `efsVolumeConfiguration.fileSystemId`.
        condition: The type of the condition that reports it.
        message: What is missing.
    """

    member: str
    condition: str
    message: str
