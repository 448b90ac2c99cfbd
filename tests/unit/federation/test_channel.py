"""The line between two servers: in order and once, or it ends; and old messages do no harm."""

import itertools
import random
from collections import deque

import pytest

from canvas_server.federation import messages
from canvas_server.federation.channel import (
    DEAD_SECONDS,
    MAX_BACKLOG,
    PART_BYTES,
    Channel,
    ChannelKey,
)
from canvas_server.federation.messages import FollowScene, UnshareSession

SECRET = b"secret"


class End:
    """One end and what came of it."""

    def __init__(self, here: str, there: str, secret: bytes, ids: "itertools.count[int]") -> None:
        self.out: deque[bytes] = deque()
        self.got: list[str] = []
        self.loose: list[str] = []
        self.events: list[str] = []
        self.takes = True
        self.line = Channel(
            ChannelKey(here, there, secret),
            here,
            self,
            self.out.append,
            lambda: f"l{next(ids)}",
            60,
        )

    def begun(self) -> None:
        self.events.append("begun")
        self.got.clear()

    def silent(self) -> None:
        self.events.append("silent")

    def restored(self) -> None:
        self.events.append("restored")

    def ended(self) -> None:
        self.events.append("ended")

    def take(self, body: bytes) -> None:
        item = messages.decode(body)
        assert isinstance(item, UnshareSession | FollowScene)
        self.got.append(item.why if isinstance(item, UnshareSession) else str(item.revision))

    def overhear(self, body: bytes) -> None:
        item = messages.decode(body)
        assert isinstance(item, FollowScene)
        self.loose.append(str(item.revision))

    def may_take(self, body: bytes) -> bool:
        assert body
        return self.takes

    def put(self, number: int) -> bool:
        return self.line.put(FollowScene("s", number, 0))


class Two:
    def __init__(self, secrets: tuple[bytes, bytes] = (SECRET, SECRET)) -> None:
        ids = itertools.count(1)
        self.now = 1000.0
        self.ends = End("A", "B", secrets[0], ids), End("B", "A", secrets[1], ids)
        self.cut = False

    def arrive(self) -> None:
        """Let everything arrive that is under way."""
        a, b = self.ends
        while a.out or b.out:
            for here, there in ((a, b), (b, a)):
                while here.out:
                    payload = here.out.popleft()
                    if not self.cut:
                        there.line.take(payload, self.now)

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.5
            for each in self.ends:
                each.line.tick(self.now)
            self.arrive()


@pytest.fixture
def two() -> Two:
    two = Two()
    two.wait(1)
    return two


def test_three_messages_make_a_line(two: Two) -> None:
    a, b = two.ends
    assert (a.events, b.events) == (["begun"], ["begun"])
    assert a.line.up
    assert a.line.their_name == "B"
    a.put(1)
    b.put(2)
    two.arrive()
    assert (b.got, a.got) == (["1"], ["2"])


def test_without_a_line_nothing_is_taken() -> None:
    two = Two()
    assert not two.ends[0].put(1)


def test_two_with_different_secrets_do_not_meet() -> None:
    two = Two((SECRET, b"another"))
    two.wait(30)
    assert [end.events for end in two.ends] == [[], []]
    assert two.ends[0].line.stranger


def test_what_is_put_while_it_is_silent_arrives_when_it_is_back(two: Two) -> None:
    a, b = two.ends
    two.cut = True
    a.put(1)
    two.wait(DEAD_SECONDS + 1)
    a.put(2)
    assert a.events == ["begun", "silent"]
    two.cut = False
    two.wait(20)
    a.put(3)
    two.arrive()
    assert b.got == ["1", "2", "3"]
    assert a.events == b.events == ["begun", "silent", "restored"]
    assert a.line.backlog == 0 or two.wait(2) is None


def test_who_stays_away_is_given_up_and_another_line_begins(two: Two) -> None:
    a, b = two.ends
    two.cut = True
    a.put(1)
    two.wait(70)
    assert a.events == ["begun", "silent", "ended"]
    assert not a.put(2)
    two.cut = False
    two.wait(20)
    a.put(3)
    two.arrive()
    assert b.got == ["3"]
    assert a.events[-1] == b.events[-1] == "begun"


def test_a_server_that_starts_anew_gets_a_line_of_its_own(two: Two) -> None:
    a, b = two.ends
    old = [*b.out]
    fresh = End("B", "A", SECRET, itertools.count(100))
    two.ends = (a, fresh)
    a.put(1)
    two.wait(10)
    assert a.events == ["begun", "begun"]
    a.put(2)
    two.arrive()
    assert fresh.got == ["2"]
    assert old == []


def test_late_messages_of_an_earlier_line_do_no_harm(two: Two) -> None:
    a, b = two.ends
    seen: list[bytes] = []
    for number in range(5):
        a.put(number)
    seen += a.out
    two.arrive()
    a.line.end()
    two.wait(5)
    a.put(7)
    two.arrive()
    assert b.got == ["7"]
    for payload in seen:
        b.line.take(payload, two.now)
    two.wait(2)
    assert b.got == ["7"]
    assert b.events[-1] == "begun"
    assert b.line.up


def test_a_long_item_goes_in_parts(two: Two) -> None:
    a, b = two.ends
    a.put(1)
    a.line.put(UnshareSession("s", "y" * 200, again=True))
    long = "x" * (3 * PART_BYTES)
    a.line._put(
        messages.encode(messages.Part(messages.encode(UnshareSession("s", "whole")), more=False))
    )
    a.line.put(UnshareSession("s", long))
    sizes = [len(payload) for payload in a.out]
    assert max(sizes) < 2 * PART_BYTES
    with pytest.raises(messages.Malformed):
        two.arrive()  # it came as a whole, and no reason is that long
    assert b.got == ["1", "y" * 200, "whole"]


def test_more_than_may_wait_ends_the_line(two: Two) -> None:
    a, _ = two.ends
    two.cut = True
    long = UnshareSession("s", "x" * 1_000_000)
    count = 0
    while a.line.put(long):
        count += 1
        a.out.clear()
    assert count >= MAX_BACKLOG / 1_400_000
    two.wait(1)
    assert a.events[-1] == "ended"


def test_what_may_get_lost_is_not_sent_again(two: Two) -> None:
    a, b = two.ends
    a.line.drop_in(FollowScene("s", 1, 0))
    two.arrive()
    two.cut = True
    a.line.drop_in(FollowScene("s", 2, 0))
    two.arrive()
    two.cut = False
    two.wait(5)
    assert b.loose == ["1"]
    two.cut = True
    two.wait(10)
    a.line.drop_in(FollowScene("s", 3, 0))
    assert not [payload for payload in a.out if b"follow" in payload]


def test_who_may_take_nothing_gets_it_later(two: Two) -> None:
    a, b = two.ends
    b.takes = False
    a.put(1)
    two.wait(20)
    assert b.got == []
    assert b.line.up
    b.takes = True
    two.wait(3)
    assert b.got == ["1"]


@pytest.mark.parametrize("seed", range(30))
def test_through_loss_repetition_and_disorder_all_arrives_in_order(seed: int) -> None:
    chance = random.Random(seed)
    two = Two()
    two.wait(1)
    sent: tuple[list[str], list[str]] = ([], [])
    for number in range(1, 200):
        which = chance.randrange(2)
        if two.ends[which].put(number):
            sent[which].append(str(number))
        for here, there in (two.ends, two.ends[::-1]):
            payloads = [*here.out]
            here.out.clear()
            chance.shuffle(payloads)
            for payload in payloads:
                for _ in range(chance.choice((0, 1, 1, 1, 2))):
                    there.line.take(payload, two.now)
        if chance.random() < 0.3:
            two.now += 0.5
            for each in two.ends:
                each.line.tick(two.now)
    two.wait(20)
    assert [end.events for end in two.ends] == [["begun"], ["begun"]]
    assert two.ends[1].got == sent[0]
    assert two.ends[0].got == sent[1]
