"""Backbone within one process: for tests, and to hold the other one against."""

import asyncio
from collections.abc import Callable

from canvas_server.node.ports import BackboneFailure, Registered

Hand = Callable[[bytes], None]


def _soon(hand: Hand, data: bytes) -> None:
    asyncio.get_running_loop().call_soon(hand, data)


class LocalBus:
    """What the nodes of one process share. `deliver` decides what becomes of each message."""

    def __init__(self, deliver: Callable[[Hand, bytes], object] | None = None) -> None:
        """Give everything to who listens soon, in order, unless `deliver` does otherwise."""
        self.deliver: Callable[[Hand, bytes], object] = deliver or _soon
        self.listening: dict[str, tuple[LocalBackbone, Hand, Hand]] = {}
        self.registered: dict[str, Registered] = {}
        self.revision = 0


class LocalBackbone:
    """Implements `Backbone`."""

    def __init__(self, bus: LocalBus) -> None:
        self._bus = bus
        self._address = ""
        self.connected = True
        """Whether this node reaches the others; for who tests what happens if not."""

    async def listen(self, address: str, take: Hand, hear: Hand) -> None:
        """See `Backbone.listen`."""
        self._require()
        self._bus.listening.pop(self._address, None)
        self._address = address
        self._bus.listening[address] = (self, take, hear)

    def leave(self) -> None:
        """Listen no more, as a process that has ended."""
        self._bus.listening.pop(self._address, None)
        self.connected = False

    def publish(self, address: str, data: bytes) -> None:
        """See `Backbone.publish`."""
        listener = self._bus.listening.get(address)
        if listener is not None and self.connected and listener[0].connected:
            self._bus.deliver(listener[1], data)

    def broadcast(self, data: bytes) -> None:
        """See `Backbone.broadcast`."""
        for backbone, _, hear in [*self._bus.listening.values()]:
            if self.connected and backbone.connected:
                self._bus.deliver(hear, data)

    async def probe(self, address: str) -> bool | None:
        """See `Backbone.probe`."""
        if not self.connected:
            return None
        listener = self._bus.listening.get(address)
        if listener is None:
            return False
        return True if listener[0].connected else None

    async def look(self, key: str) -> Registered | None:
        """See `Backbone.look`."""
        self._require()
        return self._bus.registered.get(key)

    async def swap(self, key: str, value: str, revision: int) -> int | None:
        """See `Backbone.swap`."""
        self._require()
        found = self._bus.registered.get(key)
        if revision != (found.revision if found else 0):
            return None
        self._bus.revision += 1
        if value:
            self._bus.registered[key] = Registered(value, self._bus.revision)
        else:
            self._bus.registered.pop(key, None)
        return self._bus.revision

    def _require(self) -> None:
        if not self.connected:
            raise BackboneFailure("the other nodes are out of reach")
