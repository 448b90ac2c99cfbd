"""picows inside uvicorn: the only place that touches names picows does not promise to keep.

uvicorn hands an upgrade request to the class it was given as ``ws=``, then makes what that returns
the protocol of the connection. Here this is picows' own `WSProtocol`, so frames never pass
through ASGI. `tests/integration/test_upgrade.py` fails loudly when either side changes.
"""

import asyncio
import functools
import logging
import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from picows import (
    WSListener,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from uvicorn.config import Config
from uvicorn.server import ServerState

from canvas_server.http.access import Access
from canvas_server.http.admission import Entrance
from canvas_server.http.audit import refusal_entry
from canvas_server.http.basepath import inner_path
from canvas_server.http.errors import error_body
from canvas_server.http.headers import common_fields
from canvas_server.http.longbuffers import STRANGE_BYTES, STRANGERS, LongBuffers
from canvas_server.http.rate_limits import Crowded
from canvas_server.http.turns import ReadTurns
from canvas_server.http.websocket import WebSocketConnection
from canvas_server.node.node import Node
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.fields import MAX_FRAME_BYTES

if TYPE_CHECKING:

    class WSProtocol(asyncio.BufferedProtocol):
        """What we use of picows' protocol; it has no types of its own."""

        transport: WSTransport
        listener: WSListener | None

        def __init__(self, *arguments: object) -> None: ...
        def get_buffer(self, sizehint: int) -> memoryview: ...
else:
    from picows.picows import WSProtocol

Listen = Callable[[WSUpgradeRequest, str], WSListener | WSUpgradeResponseWithListener]
"""Answers an upgrade request that comes from an address."""

PATHS = ("/ws", "/ws/sync")
READ_BUFFER_BYTES = 2048
"""Of a connection that says little: picows doubles its buffer when one read fills it."""
MAX_READ_BYTES = 4 * 1024
"""Of one read, however large a message is: what has been read is handled without a pause."""
RECEIVE_BUFFER_BYTES = 256 * 1024
"""Of the kernel. It bounds what a flood makes of the buffer of picows, which is given back with the
connection and not before."""
SEND_BUFFER_BYTES = 256 * 1024
"""Of the kernel. What lies there when a connection breaks is lost; the outbox keeps more than this,
so that a peer can get it again (RES1)."""
HANDSHAKE_SECONDS = 5

# picows makes a logger for each connection out of a `Logger`; an adapter it takes as it is.
_log = logging.LoggerAdapter(logging.getLogger("canvas_server.picows"))
# What breaks the wire protocol is theirs and is answered with a close code; it fills no log.
_log.logger.addFilter(lambda record: not str(record.msg).startswith("WS parser error"))

_get_buffer = WSProtocol.get_buffer


class _Peer:
    """Where a connection comes from.

    Apart, so that a protocol does not refer to itself: what does is freed late and in heaps, while
    people wait.
    """

    __slots__ = ("address",)

    def __init__(self) -> None:
        self.address = ""


class PicowsProtocol(WSProtocol):
    """A picows connection as uvicorn expects one."""

    __slots__ = ("_buffers", "_connections", "_free", "_peer")

    def __init__(self, listen: Listen, connections: set[Any], buffers: LongBuffers) -> None:
        peer = _Peer()

        def answer(request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
            return listen(request, peer.address)

        super().__init__(
            None,  # host_port
            None,  # ws_path
            False,  # is_client_side
            answer,
            _log,
            True,  # disconnect_on_exception
            HANDSHAKE_SECONDS,
            False,  # enable_auto_ping
            0,
            0,
            1,  # auto_ping_strategy, unused
            False,  # enable_auto_pong: it would swallow the `last_in_buffer` of a ping
            MAX_FRAME_BYTES,
            None,  # extra_headers
            READ_BUFFER_BYTES,
        )
        self._peer = peer
        self._connections = connections
        self._buffers = buffers
        self._free = STRANGE_BYTES
        connections.add(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the TCP connection."""
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._peer.address = (transport.get_extra_info("peername") or ("",))[0]
        super().connection_made(transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Give room for the next read, which is never so long that others wait for it."""
        buffer = _get_buffer(self, sizehint)
        if len(buffer) <= MAX_READ_BYTES:
            return buffer
        if len(buffer) > self._free:  # it has grown, and stays as long as it is
            self._free = len(buffer)
            self._buffers.note(self, self._free)
        return buffer[:MAX_READ_BYTES]

    @property
    def group(self) -> str:
        """With whom it shares the room for long messages."""
        listener = self.listener
        return listener.group if isinstance(listener, WebSocketConnection) else STRANGERS

    def give_way(self) -> None:
        """Close the connection: its buffer is needed for others."""
        if isinstance(self.listener, WebSocketConnection):
            self.listener.give_way()

    def data_received(self, data: bytes) -> None:
        """Take the upgrade request from uvicorn, before this becomes the protocol."""
        start = 0
        while start < len(data):
            buffer = self.get_buffer(-1)
            part = data[start : start + len(buffer)]
            buffer[: len(part)] = part
            self.buffer_updated(len(part))
            start += len(part)
        if isinstance(self.listener, WebSocketConnection):
            # Answered: what was said then is more than all we keep of a connection.
            del self.transport.request.headers, self.transport.response.headers

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        self._connections.discard(self)
        self._buffers.note(self, 0)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Tell the peer that the server stops; called by uvicorn on SIGTERM."""
        if isinstance(self.listener, WebSocketConnection):
            self.listener.close(CloseCode.SERVICE_RESTART)
        else:
            self.transport.underlying_transport.close()


def sockets_of(connections: set[Any]) -> Iterator[WebSocketConnection]:
    """Return the open WebSockets among the connections of a server."""
    for connection in connections:
        if isinstance(connection, PicowsProtocol):
            listener = connection.listener
            if isinstance(listener, WebSocketConnection):
                yield listener


class WebSocketUpgrade:
    """Makes the protocol of each upgraded connection; given to uvicorn as ``ws=``."""

    def __init__(self, node: Node, access: Access, entrance: Entrance, base_path: str = "") -> None:
        self._node = node
        self._base_path = base_path
        self._access = access
        self._entrance = entrance
        self._turns = ReadTurns()
        self._buffers = LongBuffers()

    def __call__(
        self,
        config: Config,  # noqa: ARG002 - the signature is uvicorn's
        server_state: ServerState,
        app_state: dict[str, Any],  # noqa: ARG002
    ) -> PicowsProtocol:
        """Return the protocol for one connection."""
        return PicowsProtocol(self._listen, server_state.connections, self._buffers)

    def _listen(
        self, request: WSUpgradeRequest, address: str
    ) -> WSListener | WSUpgradeResponseWithListener:
        headers = request.headers
        entrance, loop = self._entrance, asyncio.get_running_loop()
        forwarded = _joined(headers, "x-forwarded-for")
        origin = entrance.proxies.origin(address, forwarded).address
        path = request.path.partition(b"?")[0].decode("latin-1")
        if inner_path(self._base_path, path) not in PATHS:
            text = f"WebSockets are served at {self._base_path}/ws"
            return _refuse(HTTPStatus.NOT_FOUND, "not_found", text)
        reason = self._access.refusal(headers.get("host", ""), _joined(headers, "origin"))
        if reason is not None:
            return self._refused(HTTPStatus.FORBIDDEN, "forbidden_origin", reason, origin)
        limits = entrance.sockets
        try:
            limits.enter(origin, loop.time())
        except Crowded as crowded:
            entrance.counts.turned_away += 1
            return self._refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many", str(crowded), origin)
        work = self._node.limits.work(self._node.clock())
        gone = functools.partial(limits.leave, origin)
        return WebSocketConnection(self._node, work, loop, self._turns, self._buffers, gone, origin)

    def _refused(
        self, status: HTTPStatus, code: str, text: str, address: str
    ) -> WSUpgradeResponseWithListener:
        entry = refusal_entry("upgrade", "", address, status, error_body(code, text))
        if entry is not None:
            self._entrance.record(entry)
        return _refuse(status, code, text)


def _joined(headers: Any, name: str) -> str | None:
    """Return all lines of a field as one list; None: it did not come."""
    lines = headers.getall(name, [])
    return ", ".join(lines) if lines else None


def _refuse(status: HTTPStatus, code: str, text: str) -> WSUpgradeResponseWithListener:
    response = WSUpgradeResponse.create_error_response(
        status,
        error_body(code, text),
        {"Content-Type": "application/json", "Cache-Control": "no-store", **common_fields()},
    )
    return WSUpgradeResponseWithListener(response, None)
