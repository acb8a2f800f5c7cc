"""Cuts a byte stream into lines: a watch sends one JSON document a line, of any length."""


class LineSplitter:
    """Collects chunks and gives back the lines that are complete; an unfinished last line is never given out."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines, without their ends, that this chunk completes."""
        head, newline, tail = chunk.partition(b"\n")
        if not newline:
            self._rest.append(chunk)
            return []
        self._rest.append(head)
        first = b"".join(self._rest)
        lines = tail.split(b"\n")
        self._rest = [lines.pop()]
        return [line for line in (first, *lines) if line]
