"""The backbone over NATS: core subjects between nodes, a key-value bucket as the registry."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

import nats.errors
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from canvas_server.nats.broker import EXPECTED, Broker, Conflict, Missing
from canvas_server.node.ports import BackboneFailure, Registered

BUCKET = "KV_canvas_homes"
_KEY = "$KV.canvas_homes."
_NODE = "canvas.node."
_HEARTBEATS = "canvas.beat"
PROBE_SECONDS = 1.0
PROBE_KEY = "key.probe"
"""In the registry; no session is called so."""


class SubscribeCall(Protocol):
    """`Client.subscribe`, of which the types are not all known."""

    async def __call__(self, subject: str, *, cb: Callable[[Msg], Awaitable[None]]) -> Subscription:
        """Call `cb` with each message of a subject."""
        ...


class NatsBackbone:
    """Implements `Backbone`."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._subscribed: list[Subscription] = []
        self._leaving: deque[tuple[str, bytes]] = deque()
        self._wake = asyncio.Event()
        self._sender = asyncio.ensure_future(self._send())

    @property
    def connected(self) -> bool:
        """See `Backbone.connected`."""
        return self._broker.connected

    async def prepare(self) -> None:
        """See that there is a bucket.

        Raises:
            BackboneFailure: there cannot be one.
        """
        await self._broker.make_stream(
            BUCKET,
            [_KEY + ">"],
            max_msgs_per_subject=1,
            allow_rollup_hdrs=True,
            deny_delete=True,
            allow_direct=True,
        )

    async def listen(
        self, address: str, take: Callable[[bytes], None], hear: Callable[[bytes], None]
    ) -> None:
        """See `Backbone.listen`."""

        async def taken(message: Msg) -> None:
            if message.data:
                take(message.data)
            elif message.reply:
                await message.respond(b"here")

        async def heard(message: Msg) -> None:
            hear(message.data)

        try:
            for old in self._subscribed:
                await old.unsubscribe()
            client = self._broker.client
            subscribe = cast("SubscribeCall", client.subscribe)  # type: ignore[reportUnknownMemberType]
            self._subscribed = [
                await subscribe(_HEARTBEATS, cb=heard),
                await subscribe(_NODE + address, cb=taken),
            ]
            await self._until_reached(address)
        except (nats.errors.Error, TimeoutError, OSError) as error:
            raise BackboneFailure(f"the cluster does not answer ({error})") from error

    async def _until_reached(self, address: str) -> None:
        """Wait until what was subscribed to last arrives; the client's `flush` may overtake it.

        Raises:
            BackboneFailure: nobody can say.
        """
        while not (reached := await self.probe(address)):
            if reached is None:
                raise BackboneFailure("the cluster does not answer")
            await asyncio.sleep(0.01)

    def publish(self, address: str, data: bytes) -> None:
        """See `Backbone.publish`."""
        self._put(_NODE + address, data)

    def broadcast(self, data: bytes) -> None:
        """See `Backbone.broadcast`."""
        self._put(_HEARTBEATS, data)

    async def probe(self, address: str) -> bool | None:
        """See `Backbone.probe`. The broker itself says when nobody listens."""
        if not self.connected:
            return None
        try:
            await self._broker.client.request(_NODE + address, b"", timeout=PROBE_SECONDS)
        except nats.errors.NoRespondersError:
            return False
        except (nats.errors.Error, TimeoutError, OSError):
            return None
        return True

    async def look(self, key: str) -> Registered | None:
        """See `Backbone.look`."""
        self._require()
        try:
            found = await self._broker.last(BUCKET, _KEY + key)
        except Missing:
            return None
        removed = "KV-Operation" in found.headers
        return Registered("" if removed else found.data.decode(), found.sequence)

    async def swap(self, key: str, value: str, revision: int) -> int | None:
        """See `Backbone.swap`."""
        self._require()
        headers = {EXPECTED: str(revision)}
        if not value:
            headers["KV-Operation"] = "DEL"
        try:
            stored = await self._broker.publish(_KEY + key, value.encode(), headers)
        except Conflict:
            return None
        if not value:
            await self._sweep(key, stored.seq)
        return stored.seq

    async def _sweep(self, key: str, revision: int) -> None:
        """Keep nothing of what is removed, so that the bucket holds but the sessions in use."""
        with contextlib.suppress(BackboneFailure):  # then a mark stays, which is as good as nothing
            await self._broker.purge(BUCKET, _KEY + key, revision)

    async def touch(self) -> None:
        """Store something that says nothing, to see whether the registry takes changes now.

        Raises:
            BackboneFailure: it does not.
        """
        self._require()
        await self._broker.publish(_KEY + PROBE_KEY, b"", {})

    def close(self) -> None:
        """Send no more."""
        self._sender.cancel()

    def _require(self) -> None:
        if not self.connected:
            raise BackboneFailure("the cluster is away")

    def _put(self, subject: str, data: bytes) -> None:
        if self.connected:
            self._leaving.append((subject, data))
            self._wake.set()

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._leaving:
                subject, data = self._leaving.popleft()
                try:
                    await self._broker.client.publish(subject, data)
                except (nats.errors.Error, OSError):
                    self._leaving.clear()  # who sends keeps what has to arrive
