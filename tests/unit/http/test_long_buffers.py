"""What sockets keep of messages that are not complete is bounded for all of them."""

import pytest

from canvas_server.http.longbuffers import (
    LONG_BYTES,
    MAX_LONG_BYTES,
    STRANGE_BYTES,
    STRANGERS,
    LongBuffers,
)

pytestmark = pytest.mark.rule("OUT2")

MIB = 1024 * 1024


class Keeper:
    """A connection that keeps something."""

    def __init__(self, group: str = STRANGERS) -> None:
        self.group = group
        self.gave_way = False

    def give_way(self) -> None:
        self.gave_way = True


def keepers(buffers: LongBuffers, count: int, group: str) -> list[Keeper]:
    """Return some who keep a mebibyte each."""
    made = [Keeper(group) for _ in range(count)]
    for one in made:
        buffers.note(one, MIB)
    return made


def test_strangers_give_way_first_the_oldest_of_them() -> None:
    buffers = LongBuffers()
    here = keepers(buffers, 4, "s link")
    strangers = keepers(buffers, MAX_LONG_BYTES // MIB - 4, STRANGERS)
    buffers.note(strangers[0], MIB)
    assert not any(one.gave_way for one in (*here, *strangers))
    buffers.note(strangers[0], 2 * MIB)
    assert [one.gave_way for one in strangers[:2]] == [True, False], "who grows keeps its place"
    assert not any(one.gave_way for one in here)


def test_the_group_that_keeps_most_gives_way() -> None:
    """However often it says that it goes on."""
    buffers = LongBuffers()
    honest = keepers(buffers, 2, "team link")
    loud = keepers(buffers, MAX_LONG_BYTES // MIB - 2, "loud link")
    for one in loud:
        buffers.note(one, MIB)
    more = keepers(buffers, 3, "loud other")
    assert [one.gave_way for one in loud[:4]] == [True, True, True, False]
    assert not any(one.gave_way for one in (*honest, *more))


def test_who_joins_is_a_stranger_no_more() -> None:
    """Also when it says nothing more that is long."""
    buffers = LongBuffers()
    (joined,) = keepers(buffers, 1, STRANGERS)
    joined.group = "s link"
    loud = keepers(buffers, MAX_LONG_BYTES // MIB, "loud link")
    assert not joined.gave_way
    assert loud[0].gave_way


def test_of_strangers_short_buffers_count_too() -> None:
    buffers, strangers = LongBuffers(), [Keeper() for _ in range(5000)]
    for one in strangers:
        buffers.note(one, 2 * STRANGE_BYTES)
    assert sum(not one.gave_way for one in strangers) == MAX_LONG_BYTES // (2 * STRANGE_BYTES)
    here = Keeper("s link")
    buffers.note(here, LONG_BYTES - 1)
    buffers.note(Keeper(), MAX_LONG_BYTES)
    assert not here.gave_way


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
