"""Between two nodes everything arrives once and in order, whatever the bus does."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.transport import reliable as link_module
from canvas_server.transport.packets import Packet
from canvas_server.transport.reliable import MAX_BODY, ReliableChannel

FATES = st.sampled_from(["arrives", "arrives", "arrives", "is lost", "comes twice", "is late"])
STEPS = st.lists(st.tuples(st.sampled_from(["send", "tick", "deliver"]), st.booleans(), FATES))


class Pair:
    """Two ends and what is between them."""

    def __init__(self) -> None:
        self.ends = (ReliableChannel("a"), ReliableChannel("b"))
        self.way: tuple[deque[Packet], deque[Packet]] = (deque(), deque())
        self.sent: tuple[list[bytes], list[bytes]] = ([], [])
        self.got: tuple[list[bytes], list[bytes]] = ([], [])

    def send(self, end: int, body: bytes) -> None:
        self.sent[end].append(body)
        self.way[end].extend(self.ends[end].send(body))

    def tick(self, end: int) -> None:
        self.way[end].extend(self.ends[end].tick())

    def deliver(self, end: int, fate: str = "arrives") -> None:
        way, other = self.way[end], 1 - end
        if not way:
            return
        packet = way.popleft()
        if fate == "is late":
            way.append(packet)
        elif fate != "is lost":
            if fate == "comes twice":
                way.append(packet)
            body, answers = self.ends[other].take(packet)
            self.way[other].extend(answers)
            if body is not None:
                self.got[other].append(body)

    def settle(self) -> None:
        """Let everything come to rest over a bus that works again."""
        for _ in range(8):
            for end in (0, 1):
                self.tick(end)
            while any(self.way):
                self.deliver(0)
                self.deliver(1)


@pytest.mark.rule("REL3")
@given(STEPS)
def test_everything_arrives_once_and_in_order(steps: list[tuple[str, bool, str]]) -> None:
    pair = Pair()
    for number, (what, which, fate) in enumerate(steps):
        end = int(which)
        if what == "send":
            pair.send(end, b"%d" % number)
        elif what == "tick":
            pair.tick(end)
        else:
            pair.deliver(end, fate)
        for receiver in (0, 1):
            got = pair.got[receiver]
            assert got == pair.sent[1 - receiver][: len(got)]
    pair.settle()
    assert pair.got == (pair.sent[1], pair.sent[0])
    assert [end.backlog for end in pair.ends] == [0, 0]


def test_what_is_long_goes_in_parts() -> None:
    pair = Pair()
    body = bytes(range(256)) * (MAX_BODY // 128) + b"end"
    pair.send(0, body)
    assert [len(packet.body) for packet in pair.way[0]] == [MAX_BODY, MAX_BODY, 3]
    pair.deliver(0)
    pair.deliver(0, "is lost")
    pair.settle()
    assert pair.got[1] == [body]


def test_what_arrives_is_confirmed_before_much_has_come() -> None:
    """The sender keeps what is not confirmed: a busy one must not keep a second of it."""
    pair = Pair()
    for _ in range(2 * link_module.ACK_BYTES // 1000):
        pair.send(0, b"x" * 1000)
        pair.deliver(0)
    assert len(pair.way[1]) == 1
    pair.deliver(1)
    assert pair.ends[0].backlog < link_module.ACK_BYTES + 2000


def test_a_gap_is_mended_without_waiting_for_the_time() -> None:
    pair = Pair()
    for n in range(3):
        pair.send(0, b"%d" % n)
    pair.deliver(0, "is lost")
    pair.deliver(0)
    pair.deliver(0)
    assert pair.got[1] == []
    pair.deliver(1)
    while pair.way[0]:
        pair.deliver(0)
    assert pair.got[1] == [b"0", b"1", b"2"]
    assert pair.ends[0].resent == 3
