"""What kubecs notes on its Pods as JSON annotations, read back.

Anybody who may edit a Pod may break them. A broken one counts as missing: the task then shows a little less, and
everything else goes on.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T", dict[str, Any], list[Any])


def read(pod: Mapping[str, Any], annotation: str, missing: T) -> T:
    """The JSON value of an annotation of a Pod; `missing` where there is none, or none of that type."""
    noted = (pod["metadata"].get("annotations") or {}).get(annotation)
    try:
        found = json.loads(noted) if noted else missing
    except json.JSONDecodeError:
        return missing
    return found if isinstance(found, type(missing)) else missing
