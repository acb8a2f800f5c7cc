"""Label values in one style: ECS's words, however AWS spells them, in lower snake case."""

import re
from functools import lru_cache

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=1024)
def word(text: str) -> str:
    """Return an ECS word as a label value.

    `EssentialContainerExited` becomes `essential_container_exited`, `FARGATE` becomes `fargate`; a word that is in
    that style already stays as it is.
    """
    return _WORD_START.sub("_", text).replace("-", "_").lower()


def one_of(vocabulary: tuple[str, ...], text: str) -> str:
    """Return an ECS word as a label value of a closed vocabulary, `other` when it is not in there.

    For what live objects say: whatever they hold, the number of series stays bounded.
    """
    value = word(text)
    return value if value in vocabulary else "other"
