"""Connection of a guest: a person of another server, as a connection of our node."""

import math
from collections.abc import Callable
from typing import Protocol

import msgspec

from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.membership import LEFT_FOR_GOOD
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outbox
from canvas_server.node.sockets import Payload
from canvas_server.protocol.client import ClientMessage
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.plain import plain_name
from canvas_server.protocol.server import Peer, ServerMessage


class GuestHost(Protocol):
    """What a guest's connection leads to."""

    def deliver(self, peer_id: str, message: ServerMessage) -> None:
        """Pass a message to a guest on to its server."""

    def dismissed(self, peer_id: str) -> None:
        """Note that our hub let a guest go."""

    def hold(self, peer_id: str, *, held: bool) -> None:
        """Take nothing more for now, or go on."""


class GuestOutbox(Outbox):
    """Passes messages to a guest on at once; the channel keeps what must not be lost."""

    def __init__(self, deliver: Callable[[ServerMessage], None]) -> None:
        super().__init__(None)
        self._deliver = deliver

    def push(self, frame: bytes, message: ServerMessage | None = None) -> None:  # noqa: ARG002
        """See `Outbox.push`: no frame is needed."""
        if message is not None:
            self._deliver(message)


class GuestConnection:
    """Implements `Connection`."""

    def __init__(self, node: Node, host: GuestHost, peer_id: str) -> None:
        self.outbox: Outbox = GuestOutbox(lambda message: host.deliver(peer_id, message))
        self.peer_id = peer_id
        self.described: Peer | None = None
        """How its server described it last."""
        self.leaves_at = math.inf
        """When it leaves, unless its server is back and names it again."""
        self._node = node
        self._host = host
        self.connection_id = node.adopt(self)

    # --- from the node -------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """See `Wire.write`: the outbox has no wire."""

    def ask(self, number: int) -> None:
        """See `Wire.ask`: the outbox has no wire."""

    def too_slow(self) -> None:
        """See `Wire.too_slow`: the outbox keeps nothing."""

    def close(self, code: CloseCode) -> None:  # noqa: ARG002
        """See `Connection.close`."""
        self._host.dismissed(self.peer_id)

    def hold(self) -> None:
        """See `Connection.hold`."""
        self._host.hold(self.peer_id, held=True)

    def release(self) -> None:
        """See `Connection.release`."""
        self._host.hold(self.peer_id, held=False)

    def move(self, address: str, payloads: list[Payload]) -> None:
        """See `Connection.move`: a server that has a relay is one node."""

    # --- from its server -----------------------------------------------------------------------

    def say(self, message: ClientMessage | bytes) -> None:
        """Let the guest say something; our hub holds it against all rules."""
        payload = message if isinstance(message, bytes) else msgspec.json.encode(message)
        self._node.receive(self.connection_id, payload)

    def leave(self) -> None:
        """Let the guest go."""
        self._node.disconnect(self.connection_id, LEFT_FOR_GOOD)


def as_guest(peer: Peer, server: str, *, reachable: bool) -> Guest:
    """Return what our hub is told of somebody."""
    connected = peer.connected and reachable
    name = plain_name(peer.display_name)
    return Guest(peer.peer_id, server, name, peer.role, connected)
