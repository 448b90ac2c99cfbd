"""The letters that carry a stroke while it is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.protocol.trace import decode_trace, encode_trace

COORDINATE = st.integers(-(10**8), 10**8)


@pytest.mark.rule("INK5")
@given(st.lists(st.tuples(COORDINATE, COORDINATE)))
def test_points_are_read_as_they_were_written(points: list[tuple[int, int]]) -> None:
    assert decode_trace(encode_trace(points)) == points


@given(st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(0, 100))))
def test_points_have_a_pressure(points: list[tuple[int, int, int]]) -> None:
    assert decode_trace(encode_trace(points), 3) == points


def test_letters_are_those_of_the_standard() -> None:
    assert encode_trace([(0, 1), (-1, 16)]) == "ACDe"
    assert encode_trace([(16, -16)]) == "gBhB"


def test_what_is_no_trace_is_refused() -> None:
    with pytest.raises(ValueError, match="no letter"):
        decode_trace("A-")
    with pytest.raises(ValueError, match="too large"):
        decode_trace("////////////")
    assert decode_trace("AAA") == [(0, 0)], "half a point is none"
