"""Interfaces between a node and the sockets it serves, here or forwarded to another node."""

from typing import Protocol

from canvas_server.core.effects import ConnectionId
from canvas_server.node.outbox import Outbox, Wire
from canvas_server.protocol.errors import CloseCode

Payload = bytes | None
"""A message as it was received: the bytes of a text message, None for a binary one."""


class Connection(Wire, Protocol):
    """One WebSocket, as the node sees it."""

    outbox: Outbox

    def close(self, code: CloseCode) -> None:
        """Write what waits, then close with this code."""

    def hold(self) -> None:
        """Read no further for now; what is read already may still come."""

    def release(self) -> None:
        """Read on."""

    def move(self, address: str, payloads: list[Payload]) -> None:
        """Forward to another node from now on, beginning with these messages."""


class Socket(Connection, Protocol):
    """A WebSocket of this process."""

    connection_id: ConnectionId

    def move_back(self, payloads: list[Payload]) -> None:
        """Be served by this node again, beginning with these messages."""


class Owner(Protocol):
    """What a socket delivers its messages to: the node, or a forwarder to another one."""

    def receive(self, connection_id: ConnectionId, payload: bytes) -> int:
        """Take a text message; return what it costs beside its bytes, in units (OUT2)."""
        ...

    def refuse_binary(self, connection_id: ConnectionId) -> None:
        """Take a binary message."""

    def echoed(self, connection_id: ConnectionId, number: int) -> None:
        """Take the answer to `Wire.ask`."""

    def resumed(self, connection_id: ConnectionId) -> None:
        """Note that the socket has caught up."""

    def disconnect(self, connection_id: ConnectionId, close_code: int | None) -> None:
        """Note that the socket is gone."""

    def flush(self) -> None:
        """Pass on what was taken."""
