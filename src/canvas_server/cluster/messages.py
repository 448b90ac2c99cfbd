"""Messages between nodes and their encoding.

A packet carries a batch of operations from one node to another, in order and exactly once
(`link.py`). All are msgpack arrays: a later version may add fields at the end, which an older one
skips, and new operations, which a node sends only to those that speak that version.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from canvas_server.protocol.fields import Count
from canvas_server.transport.packets import Unreadable

SPEAKS = 1
"""The version of the messages between nodes; those of the release before are understood too."""


class OpenSocket(Struct, array_like=True, frozen=True, tag=1):
    """To an owner: serve a socket of mine; its messages follow as `SocketMessage`."""

    socket: Count


class SocketMessage(Struct, array_like=True, frozen=True, tag=2):
    """To a home: a message from a socket; None: a binary one."""

    socket: Count
    payload: bytes | None


class SocketClosed(Struct, array_like=True, frozen=True, tag=3):
    """To a home: a socket is closed, by its owner with this code, or just broken."""

    socket: Count
    code: int | None


class SocketDrained(Struct, array_like=True, frozen=True, tag=4):
    """To a home: so many more bytes have left for a socket."""

    socket: Count
    count: Count


class BarrierReached(Struct, array_like=True, frozen=True, tag=5):
    """To a home: a socket has read all up to what an `Barrier` named."""

    socket: Count
    number: Count


class WriteFrames(Struct, array_like=True, frozen=True, tag=6):
    """From a home: finished frames for some sockets."""

    sockets: tuple[Count, ...]
    data: bytes


class Barrier(Struct, array_like=True, frozen=True, tag=7):
    """From a home: have a socket say when it has read up to here."""

    socket: Count
    number: Count


class PauseReading(Struct, array_like=True, frozen=True, tag=8):
    """From a home: read a socket no further for now, or on again."""

    socket: Count
    held: bool


class CloseSocket(Struct, array_like=True, frozen=True, tag=9):
    """From a home: write what waits for a socket, then close it."""

    socket: Count
    code: int


class ReturnSocket(Struct, array_like=True, frozen=True, tag=10):
    """From an owner: the session this socket wants is elsewhere; its messages so far."""

    socket: Count
    payloads: tuple[bytes | None, ...]


class NodeRequest(Struct, array_like=True, frozen=True, tag=11):
    """A question; a `NodeResponse` with the same number follows."""

    number: Count
    topic: str
    body: bytes


class NodeResponse(Struct, array_like=True, frozen=True, tag=12):
    """An answer; `failure` is an error code and its text."""

    number: Count
    body: bytes
    failure: tuple[str, str] | None = None


Op = (
    OpenSocket
    | SocketMessage
    | SocketClosed
    | SocketDrained
    | BarrierReached
    | WriteFrames
    | Barrier
    | PauseReading
    | CloseSocket
    | ReturnSocket
    | NodeRequest
    | NodeResponse
)


class Heartbeat(Struct, array_like=True, frozen=True):
    """What every node tells all others, about once a second."""

    address: str
    """Where it is reached; another one after each start."""
    node_id: str
    version: str
    speaks: Count
    started: float
    """Seconds since 1970 UTC."""
    draining: bool = False
    connections: Count = 0
    peers: Count = 0
    sessions: Count = 0

    @property
    def understood(self) -> bool:
        """Whether we may speak with it: it is of our version, or of the one before or after."""
        return abs(self.speaks - SPEAKS) <= 1


encode_heartbeat = msgspec.msgpack.Encoder().encode
_decode_heartbeat = msgspec.msgpack.Decoder(Heartbeat).decode
_decode_raws = msgspec.msgpack.Decoder(list[Raw]).decode
_decode_op = msgspec.msgpack.Decoder(Op).decode
_encode = msgspec.msgpack.Encoder().encode


def encode_ops(ops: Iterable[Op]) -> bytes:
    """Return the body of a packet."""
    return _encode(list(ops))


def decode_ops(body: bytes) -> list[Op]:
    """Read the body of a packet.

    Raises:
        Unreadable: it is of a version that is not spoken here.
    """
    try:
        return [_decode_op(raw) for raw in _decode_raws(body)]
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from None


def decode_heartbeat(data: bytes) -> Heartbeat:
    """Read a heartbeat.

    Raises:
        Unreadable: it is none.
    """
    try:
        return _decode_heartbeat(data)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from None
