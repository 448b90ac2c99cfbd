"""What the port `Backbone` promises, held against each backbone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from nats.js.errors import NotFoundError

from canvas_server.cluster.local import LocalBackbone, LocalBus
from canvas_server.nats.backbone import BUCKET, NatsBackbone
from canvas_server.nats.broker import Broker
from canvas_server.node.ports import Backbone, Registered
from support.servers.nats import NatsServer, nats_server

Make = Callable[[], Backbone]


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


@contextlib.asynccontextmanager
async def over_nats(url: str, count: int) -> AsyncIterator[list[Backbone]]:
    made: list[Backbone] = []
    async with contextlib.AsyncExitStack() as stack:
        for number in range(count):
            broker = Broker((url,), f"test {number}", 1)
            await broker.connect()
            stack.push_async_callback(broker.close)
            if number == 0:
                with contextlib.suppress(NotFoundError):
                    await broker.streams.delete_stream(BUCKET)
            backbone = NatsBackbone(broker)
            stack.callback(backbone.close)
            await backbone.prepare()
            made.append(backbone)
        yield made


@pytest.fixture(params=["local", "nats"])
async def backbones(request: pytest.FixtureRequest) -> AsyncIterator[list[Backbone]]:
    """Three of them, of three nodes."""
    if request.param == "local":
        bus = LocalBus()
        yield [LocalBackbone(bus) for _ in range(3)]
        return
    async with over_nats(request.getfixturevalue("broker").url, 3) as made:
        yield made


class Ear:
    """What came in at a node."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.heard: list[bytes] = []
        self._news = asyncio.Event()

    def take(self, data: bytes) -> None:
        self.taken.append(data)
        self._news.set()

    def hear(self, data: bytes) -> None:
        self.heard.append(data)
        self._news.set()

    async def until(
        self, what: list[bytes], count: int, again: Callable[[], None] = lambda: None
    ) -> None:
        """Wait for news; `again` says them once more, since a bus may lose them."""
        async with asyncio.timeout(40):
            while len(what) < count:
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 2)
                    continue
                again()


async def ears(backbones: list[Backbone]) -> list[Ear]:
    """Let each listen, to the addresses 0, 1, 2."""
    made = [Ear() for _ in backbones]
    for number, (backbone, ear) in enumerate(zip(backbones, made, strict=True)):
        await backbone.listen(str(number), ear.take, ear.hear)
    return made


async def test_what_is_published_comes_in_order_to_its_address_alone(
    backbones: list[Backbone],
) -> None:
    listening = await ears(backbones)
    assert all(backbone.connected for backbone in backbones)
    for n in range(500):
        backbones[0].publish("1", b"%d" % n)
    backbones[0].publish("nobody", b"lost")
    await listening[1].until(listening[1].taken, 500)
    assert listening[1].taken == [b"%d" % n for n in range(500)]
    assert [ear.taken for ear in (listening[0], listening[2])] == [[], []]


async def test_a_broadcast_comes_to_all_the_sender_included(backbones: list[Backbone]) -> None:
    listening = await ears(backbones)
    backbones[1].broadcast(b"hello")
    for ear in listening:
        await ear.until(ear.heard, 1, again=lambda: backbones[1].broadcast(b"hello"))
        assert set(ear.heard) == {b"hello"}
        assert ear.taken == []


async def test_who_takes_another_address_is_not_reached_at_the_old_one(
    backbones: list[Backbone],
) -> None:
    listening = await ears(backbones)
    again = Ear()
    await backbones[1].listen("another", again.take, again.hear)
    assert await backbones[0].probe("1") is False
    assert await backbones[0].probe("another") is True
    backbones[0].publish("1", b"old")
    backbones[0].publish("another", b"new")
    backbones[0].broadcast(b"all")
    await again.until(again.heard, 1, again=lambda: backbones[0].broadcast(b"all"))
    assert again.taken == [b"new"]
    assert listening[1].taken == []


async def test_nobody_answers_for_who_does_not_listen(backbones: list[Backbone]) -> None:
    await ears(backbones)
    assert await backbones[0].probe("2") is True
    assert await backbones[0].probe("nobody") is False


async def test_of_two_that_swap_one_wins(backbones: list[Backbone]) -> None:
    one, two, three = backbones
    assert await one.look("s") is None
    outcomes = await asyncio.gather(*(b.swap("s", str(n), 0) for n, b in enumerate(backbones)))
    (first,) = [revision for revision in outcomes if revision is not None]
    winner = str(outcomes.index(first))
    assert await two.look("s") == Registered(winner, first)
    assert await two.swap("s", "b", first + 1) is None
    second = await two.swap("s", "b", first)
    assert second is not None
    assert second > first
    assert await one.swap("s", "a", first) is None
    assert await three.look("s") == Registered("b", second)
    assert await three.look("other") is None


async def test_what_is_removed_is_free_and_leaves_nothing(backbones: list[Backbone]) -> None:
    one, two, _ = backbones
    first = await one.swap("s", "a", 0)
    assert first is not None
    assert await two.swap("s", "", first + 1) is None
    assert await one.swap("s", "", first) is not None
    assert await two.look("s") is None
    assert await two.swap("s", "b", first) is None
    assert await two.swap("s", "b", 0) is not None
