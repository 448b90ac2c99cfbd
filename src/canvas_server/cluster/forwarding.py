"""Forwarded sockets: the end at the node they arrive at, and the end where their session is.

At their home they look like any other connection; what differs is how far the bytes go.
"""

from typing import Protocol

from canvas_server.cluster import messages
from canvas_server.core.effects import ConnectionId
from canvas_server.node.budget import COSTS
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outbox
from canvas_server.node.sockets import Payload, Socket
from canvas_server.protocol import client
from canvas_server.protocol.codec import type_of
from canvas_server.protocol.errors import CloseCode

WINDOW = 256 * 1024
"""Bytes under way to one socket; what is beyond waits in the outbox at its home."""
DRAINED = 32 * 1024
"""After so much that left a socket its home is told."""


class NodeChannel(Protocol):
    """The way to another node."""

    @property
    def crowded(self) -> bool:
        """Whether so much is on its way that nothing more is to be read for it."""
        ...

    def put(self, op: messages.Op) -> None:
        """Send an operation, in order."""

    def write(self, socket: int, data: bytes) -> None:
        """Send `messages.WriteFrames`; what is the same for several sockets goes once."""

    def flush(self) -> None:
        """Let what was put leave now."""

    def forget(self, end: "ForwardedSocket | RemoteSocket", socket: int) -> None:
        """Listen no more to what concerns a socket at this end."""

    def wait(self, waiting: "ForwardedSocket | RemoteSocket") -> None:
        """Say `go_on` when it is less crowded."""


class ForwardedSocket:
    """A socket of this node whose session lives on another one; implements `Owner`."""

    def __init__(
        self, connection: Socket, key: int, channel: NodeChannel, payloads: list[Payload]
    ) -> None:
        self.connection = connection
        self._key = key
        self._channel = channel
        self._owed = 0
        self._held = False
        self._crowded = False
        channel.put(messages.OpenSocket(key))
        for payload in payloads:
            channel.put(messages.SocketMessage(key, payload))
        channel.flush()

    # --- from the socket -------------------------------------------------------------------

    def receive(self, connection_id: ConnectionId, payload: bytes) -> int:
        """See `Owner.receive`."""
        self._put(connection_id, payload)
        return COSTS[client.BY_TAG.get(type_of(payload) or "")]

    def refuse_binary(self, connection_id: ConnectionId) -> None:
        """See `Owner.refuse_binary`."""
        self._put(connection_id, None)

    def echoed(self, connection_id: ConnectionId, number: int) -> None:  # noqa: ARG002
        """See `Owner.echoed`."""
        self._channel.put(messages.BarrierReached(self._key, number))

    def resumed(self, connection_id: ConnectionId) -> None:  # noqa: ARG002
        """See `Owner.resumed`."""
        self._tell_drained()

    def disconnect(self, connection_id: ConnectionId, close_code: int | None) -> None:  # noqa: ARG002
        """See `Owner.disconnect`."""
        self.connection.outbox.detach()
        self._channel.put(messages.SocketClosed(self._key, close_code))
        self._channel.forget(self, self._key)

    def flush(self) -> None:
        """See `Owner.flush`."""
        self._channel.flush()

    # --- from its home ---------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Write finished frames."""
        outbox = self.connection.outbox
        outbox.push(data)
        outbox.flush()
        self._owed += len(data)
        if self._owed >= DRAINED:
            self._tell_drained()

    def hold(self, *, held: bool) -> None:
        """Read the socket no further, or on again."""
        self._held = held
        self._read()

    def go_on(self) -> None:
        """Read on: the way is less crowded."""
        self._crowded = False
        self._read()

    # --- the rest --------------------------------------------------------------------------

    def _put(self, connection_id: ConnectionId, payload: bytes | None) -> None:  # noqa: ARG002
        self._channel.put(messages.SocketMessage(self._key, payload))
        if self._channel.crowded and not self._crowded:
            self._crowded = True
            self._channel.wait(self)
            self._read()

    def _read(self) -> None:
        if self._held or self._crowded:
            self.connection.hold()
        else:
            self.connection.release()

    def _tell_drained(self) -> None:
        if self._owed and not self.connection.outbox.queued_bytes:
            self._channel.put(messages.SocketDrained(self._key, self._owed))
            self._owed = 0


class RemoteSocket:
    """A socket of another node, at the home of its session; implements `Connection`."""

    def __init__(self, node: Node, key: int, channel: NodeChannel) -> None:
        self.outbox = Outbox(self)
        self._node = node
        self._key = key
        self._channel = channel
        self._under_way = 0
        self.connection_id = node.adopt(self)

    # --- from the node ---------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """See `Wire.write`."""
        self._channel.write(self._key, data)
        self._under_way += len(data)
        if self._under_way > WINDOW:
            self.outbox.pause()
        if self._channel.crowded and not self.outbox.paused:
            self.outbox.pause()
            self._channel.wait(self)

    def ask(self, number: int) -> None:
        """See `Wire.ask`."""
        self._channel.put(messages.Barrier(self._key, number))

    def too_slow(self) -> None:
        """See `Wire.too_slow`."""
        self.close(CloseCode.TOO_SLOW)
        self._node.later(lambda: self._node.disconnect(self.connection_id, None))

    def close(self, code: CloseCode) -> None:
        """See `Connection.close`."""
        self.outbox.flush()
        self.outbox.detach()
        self._channel.put(messages.CloseSocket(self._key, code))
        self._channel.forget(self, self._key)

    def hold(self) -> None:
        """See `Connection.hold`."""
        self._channel.put(messages.PauseReading(self._key, True))

    def release(self) -> None:
        """See `Connection.release`."""
        self._channel.put(messages.PauseReading(self._key, False))

    def move(self, address: str, payloads: list[Payload]) -> None:  # noqa: ARG002
        """See `Connection.move`: who has the socket finds the way."""
        self._channel.put(messages.ReturnSocket(self._key, tuple(payloads)))
        self._channel.forget(self, self._key)

    # --- from where the socket is ----------------------------------------------------------

    def receive(self, payload: bytes | None) -> None:
        """Take a message of the socket."""
        if payload is None:
            self._node.refuse_binary(self.connection_id)
        else:
            self._node.receive(self.connection_id, payload)

    def drained(self, count: int) -> None:
        """Send more: so much has left."""
        self._under_way -= count
        self.go_on()

    def echoed(self, number: int) -> None:
        """Let go of what has arrived."""
        self._node.echoed(self.connection_id, number)

    def gone(self, code: int | None) -> None:
        """Leave the node."""
        self._node.disconnect(self.connection_id, code)

    def go_on(self) -> None:
        """Write on, if nothing else keeps it."""
        if self._under_way <= WINDOW // 2 and self.outbox.paused:
            self.outbox.resume()
