"""What sockets keep of messages that are not complete is bounded for all of them."""

import pytest

from canvas_server.http.longbuffers import MAX_LONG_BYTES, LongBuffers

pytestmark = pytest.mark.rule("OUT2")

MIB = 1024 * 1024


class Keeper:
    """A connection that keeps something."""

    def __init__(self) -> None:
        self.gave_way = False

    def give_way(self) -> None:
        self.gave_way = True


def test_who_has_kept_the_longest_gives_way() -> None:
    buffers, keepers = LongBuffers(), [Keeper() for _ in range(MAX_LONG_BYTES // MIB)]
    for keeper in keepers:
        buffers.note(keeper, MIB)
    buffers.note(keepers[0], MIB)
    assert not any(keeper.gave_way for keeper in keepers)
    buffers.note(Keeper(), 2 * MIB)
    assert [keeper.gave_way for keeper in keepers[:4]] == [False, True, True, False]


def test_what_is_let_go_counts_no_more() -> None:
    buffers, first = LongBuffers(), Keeper()
    buffers.note(first, MAX_LONG_BYTES)
    buffers.note(first, 0)
    buffers.note(first, 0)
    buffers.note(Keeper(), MAX_LONG_BYTES)
    assert not first.gave_way


def test_a_single_one_never_gives_way() -> None:
    buffers, alone = LongBuffers(), Keeper()
    buffers.note(alone, 2 * MAX_LONG_BYTES)
    assert not alone.gave_way
