"""Where the shim comes from: apart from shim.py, so that settings need none of ECS's models."""

from dataclasses import dataclass
from typing import Literal

Delivery = Literal["imageVolume", "initContainer"]


@dataclass(frozen=True, slots=True)
class Shim:
    """Where the shim comes from.

    Attributes:
        image: An image that has it at /shim: that of kubecs.
        delivery: `initContainer` copies it into an empty directory, on any cluster; `imageVolume` mounts the image,
            which some container runtimes do without leave to execute.
    """

    image: str = "kubecs:dev"
    delivery: Delivery = "initContainer"
