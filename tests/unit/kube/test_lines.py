"""Lines out of chunks that are cut anywhere."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kubecs.kube.lines import LineSplitter


@given(
    lines=st.lists(st.binary(min_size=1, max_size=20).filter(lambda line: b"\n" not in line)),
    rest=st.binary(max_size=20).filter(lambda line: b"\n" not in line),
    cuts=st.lists(st.integers(0, 500)),
)
def test_lines_survive_any_cut_and_the_rest_is_never_given_out(
    lines: list[bytes], rest: bytes, cuts: list[int]
) -> None:
    stream = b"".join(line + b"\n" for line in lines) + rest
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    splitter = LineSplitter()
    given_out = [line for start, end in itertools.pairwise(places) for line in splitter.feed(stream[start:end])]
    assert given_out == lines
