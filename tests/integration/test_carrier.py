"""What carries messages between servers keeps its word: the real x0xd, and its double."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from canvas_server.federation.x0x import Daemon, NoDaemon, X0xCarrier
from support.doubles.x0xd import KINDS, DoubleDaemon, RealDaemon, two_daemons

SECONDS = 45
Daemons = tuple[DoubleDaemon | RealDaemon, DoubleDaemon | RealDaemon]


class Listener:
    """Implements `Carried`."""

    def __init__(self) -> None:
        self.agent_id = ""
        self.up = False
        self.times = 0
        self.direct: list[tuple[str, bytes]] = []
        self.heard: list[tuple[str, str, bytes]] = []

    def connected(self, agent_id: str) -> None:
        self.agent_id, self.up = agent_id, True
        self.times += 1

    def disconnected(self) -> None:
        self.up = False

    def take(self, sender: str, payload: bytes) -> None:
        self.direct.append((sender, payload))

    def hear(self, topic: str, sender: str, payload: bytes) -> None:
        self.heard.append((topic, sender, payload))


class End:
    def __init__(self, daemon: DoubleDaemon | RealDaemon) -> None:
        self.daemon = daemon
        self.carrier = X0xCarrier(Daemon(str(daemon.data)))
        self.listener = Listener()


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    try:
        async with asyncio.timeout(SECONDS):
            while not condition():  # noqa: ASYNC110 - what is seen comes from another process
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"never: {what}") from None


async def meet(a: End, b: End) -> None:
    """Wait until direct messages arrive on both sides."""

    def met() -> bool:
        for here, there in ((a, b), (b, a)):
            if not there.listener.direct:
                here.carrier.send(there.listener.agent_id, b"hello")
        return bool(a.listener.direct and b.listener.direct)

    await until(lambda: a.listener.up and b.listener.up, "both are connected")
    await until(met, "each hears the other")
    for end in (a, b):
        end.carrier.send((b if end is a else a).listener.agent_id, b"met")
    await until(
        lambda: all(end.listener.direct[-1][1] == b"met" for end in (a, b)), "nothing is under way"
    )
    for end in (a, b):
        end.listener.direct.clear()


@pytest.fixture(params=KINDS)
def daemons(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Daemons]:
    with two_daemons(tmp_path, request.param) as daemons:
        yield daemons


@contextlib.asynccontextmanager
async def running(daemons: Daemons) -> AsyncIterator[tuple[End, End]]:
    """Connect to both daemons."""
    a, b = End(daemons[0]), End(daemons[1])
    tasks = [asyncio.create_task(end.carrier.run(end.listener)) for end in (a, b)]
    try:
        yield a, b
    finally:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def ends(daemons: Daemons) -> AsyncIterator[tuple[End, End]]:
    async with running(daemons) as both:
        yield both


async def test_direct_messages_say_truly_who_sent_them(ends: tuple[End, End]) -> None:
    a, b = ends
    await meet(a, b)
    payloads = [bytes([n % 256]) * (n * 20) for n in range(1, 200)]
    for payload in payloads:
        a.carrier.send(b.listener.agent_id, payload)
    await until(lambda: len(b.listener.direct) == 199, "all have arrived")
    assert sorted(b.listener.direct) == sorted((a.daemon.agent_id, each) for each in payloads)
    assert a.listener.agent_id == a.daemon.agent_id


async def test_a_message_may_be_half_a_mebibyte_long(ends: tuple[End, End]) -> None:
    a, b = ends
    await meet(a, b)
    payload = b"x" * 512 * 1024
    b.carrier.send(a.listener.agent_id, payload)
    await until(lambda: a.listener.direct == [(b.daemon.agent_id, payload)], "it has arrived")


async def test_topics_are_heard_by_those_who_follow_them(ends: tuple[End, End]) -> None:
    a, b = ends
    await meet(a, b)
    b.carrier.follow("one")
    a.carrier.follow("two")

    def heard() -> bool:
        a.carrier.publish("one", b"beacon")
        return ("one", a.daemon.agent_id, b"beacon") in b.listener.heard

    await until(heard, "it is heard")
    assert all(topic == "two" for topic, _, _ in a.listener.heard)
    b.carrier.leave("one")
    a.carrier.send(b.listener.agent_id, b"fence")
    await until(lambda: b.listener.direct, "all of it has arrived")


async def test_a_daemon_that_is_started_anew_is_found_again(ends: tuple[End, End]) -> None:
    a, b = ends
    await meet(a, b)
    b.carrier.follow("topic")
    b.daemon.kill()
    await until(lambda: not b.listener.up, "the end is noticed")
    b.carrier.send(a.listener.agent_id, b"nobody brings this")
    b.daemon.start()
    await until(lambda: b.listener.times == 2, "it is connected again")
    await meet(a, b)

    def heard() -> bool:
        a.carrier.publish("topic", b"again")
        return bool(b.listener.heard)

    await until(heard, "topics are followed again")


async def test_a_message_that_is_not_verified_is_not_taken(tmp_path: Path) -> None:
    with two_daemons(tmp_path, "double") as (north, south):
        assert isinstance(north, DoubleDaemon)
        async with running((north, south)) as (a, b):
            await meet(a, b)
            north.verified = False
            a.carrier.send(b.listener.agent_id, b"who knows who I am")
            north.verified = True
            a.carrier.send(b.listener.agent_id, b"me")
            await until(lambda: b.listener.direct, "the next one arrives")
    assert [payload for _, payload in b.listener.direct][-1] == b"me"


def test_where_a_daemon_is_follows_from_its_folder_or_url(tmp_path: Path) -> None:
    with pytest.raises(NoDaemon, match="running"):
        Daemon(str(tmp_path)).locate()
    (tmp_path / "api.port").write_text("127.0.0.1:5\n")
    (tmp_path / "api-token").write_text("t\n")
    assert Daemon(str(tmp_path)).locate() == ("127.0.0.1:5", "t")
    assert Daemon(str(tmp_path), "other").locate() == ("127.0.0.1:5", "other")
    assert Daemon("http://127.0.0.1:7/", "t").locate() == ("127.0.0.1:7", "t")
    with pytest.raises(NoDaemon, match="X0X_API_TOKEN"):
        Daemon("http://127.0.0.1:7").locate()
