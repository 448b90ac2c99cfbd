"""What the client keeps until the server has it. The same cases as the browser's backlog."""

import pytest

from canvas_server.client import TooLarge
from canvas_server.client.backlog import MAX_BYTES, MAX_ENTRIES, MAX_IN_DOUBT, Backlog
from canvas_server.protocol.client import (
    AddElement,
    Cursor,
    EndCall,
    GetScene,
    IceCandidate,
    ListPeers,
    MediaState,
    Ping,
    Subscribe,
)
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement

pytestmark = pytest.mark.rule("RES1")


def candidate(number: int) -> IceCandidate:
    return IceCandidate("bob", str(number))


def numbers(texts: list[bytes]) -> list[int]:
    return [int(text.split(b'"candidate":"')[1].split(b'"')[0]) for text in texts]


def test_each_message_is_taken_once_and_in_order() -> None:
    backlog = Backlog()
    for number in range(3):
        backlog.push(candidate(number))
    assert numbers(backlog.take()) == [0, 1, 2]
    assert backlog.take() == []


def test_after_recovering_what_had_not_arrived_comes_again_and_then_what_waited() -> None:
    backlog = Backlog()
    for number in range(4):
        backlog.push(candidate(number))
    backlog.take()
    backlog.arrived(1)
    backlog.push(candidate(4))
    backlog.received = 7
    backlog.recovered(2)
    assert numbers(backlog.take()) == [2, 3, 4]
    assert backlog.received == 0
    backlog.recovered(1)  # counted from the latest place
    assert numbers(backlog.take()) == [3, 4]


@pytest.mark.rule("EDT3")
def test_what_can_never_arrive_is_not_taken() -> None:
    with pytest.raises(TooLarge):
        Backlog().push(AddElement(NewElement(Text("x" * 1024 * 1024))))


@pytest.mark.rule("EDT3")
def test_what_choked_the_server_is_not_said_again() -> None:
    """What follows it is, and another server is not choked by it either."""
    backlog = Backlog()
    edits = [AddElement(NewElement(Text("x" * size)), str(size)) for size in (1, 20_000, 2)]
    for edit in edits:
        backlog.push(edit)
    backlog.take()
    backlog.choke()
    backlog.cut()
    assert backlog.recovered(0) == edits[1]
    assert len(backlog.take()) == 2
    backlog.choke()
    assert backlog.recovered(0) is None, "what is small chokes nobody"
    assert backlog.recovered(0) is None
    backlog.push(edits[1])
    backlog.take()
    backlog.choke()
    assert backlog.lost() == edits[1]
    assert backlog.lost() is None
    assert backlog.take() == []


def test_what_is_better_said_later_is_not_kept() -> None:
    backlog = Backlog()
    backlog.push(Cursor(1, 2))
    backlog.push(Ping(3))
    backlog.cut()
    assert backlog.take() == []
    backlog.push(Cursor(1, 2))
    backlog.take()
    backlog.recovered(0)
    assert backlog.take() == []


def test_a_second_subscribe_starts_the_counting_behind_it() -> None:
    backlog = Backlog()
    backlog.push(candidate(0))
    backlog.push(Subscribe("s"))
    backlog.push(candidate(1))
    backlog.take()
    backlog.received = 3
    backlog.subscribed()
    assert backlog.received == 0
    backlog.recovered(0)
    assert numbers(backlog.take()) == [1]


def test_what_the_server_has_forgotten_is_said_again_only_where_it_does_no_harm() -> None:
    backlog = Backlog()
    said = [ListPeers(), MediaState(audio=True, video=True, screen=False), EndCall("bob")]
    for message in (*said, candidate(0), AddElement(NewElement(Text("")))):
        backlog.push(message)
    backlog.take()
    backlog.push(GetScene())
    backlog.push(candidate(1))
    backlog.lost()
    kinds = [text.split(b'"type":"')[1].split(b'"')[0] for text in backlog.take()]
    assert kinds == [b"media_state", b"end_call", b"get_scene"]


def test_what_waits_is_bounded() -> None:
    backlog = Backlog()
    assert all(backlog.push(candidate(number)) for number in range(MAX_ENTRIES))
    assert not backlog.push(candidate(-1))
    assert backlog.push(Cursor(1, 2)), "nobody misses a cursor"
    backlog.take()
    backlog.arrived(MAX_ENTRIES)
    size = 100_000
    long = AddElement(NewElement(Text("x" * size)))
    fitting = sum(backlog.push(long) for _ in range(2 * MAX_BYTES // size))
    assert MAX_BYTES // size - 2 <= fitting <= MAX_BYTES // size


def test_cursors_give_way_to_what_counts() -> None:
    backlog = Backlog()
    for _ in range(MAX_ENTRIES):
        backlog.push(Cursor(1, 2))
    assert backlog.push(candidate(5))
    assert numbers(backlog.take()) == [5]


def test_it_is_time_to_ask_when_much_is_in_doubt() -> None:
    backlog = Backlog()
    for number in range(MAX_IN_DOUBT):
        backlog.push(candidate(number))
    assert not backlog.is_much_in_doubt, "nothing was written yet"
    backlog.take()
    assert backlog.is_much_in_doubt
    backlog.arrived(1)
    assert not backlog.is_much_in_doubt
    backlog.arrived(99)
    backlog.push(AddElement(NewElement(Text("x" * 600_000))))
    backlog.take()
    assert backlog.is_much_in_doubt


def test_what_the_server_has_forgotten_is_said_again_however_much_it_is() -> None:
    backlog = Backlog()
    for number in range(MAX_ENTRIES):
        assert backlog.push(candidate(number))
    assert not backlog.push(candidate(0))
    assert backlog.push(candidate(MAX_ENTRIES), again=True)
    assert numbers(backlog.take())[-1] == MAX_ENTRIES
