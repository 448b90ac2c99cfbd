"""What a connection has to do before it is answered: come not too often, and ask within a time.

uvicorn itself waits for a request for ever, and takes a head of any size. This is its protocol with
bounds around it; `http.doors` keeps the count.
"""

import asyncio
from collections import deque
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from canvas_server.http.doors import Crowded, Doors, Proxies
from canvas_server.http.errors import error_body
from canvas_server.node import Counts

MAX_HEAD_BYTES = 64 * 1024
REQUEST_SECONDS = 10.0
"""For the head of a request, since the connection is open or the one before was answered."""
BODY_SECONDS = 60.0
"""For a request as a whole: an edit of 1 MiB over 150 kbit/s."""
AT_ONCE, PAUSE_SECONDS = 8, 0.004
"""So many connections are read, then people are served for so long before it is others' turn."""
MAX_WAITING = 1000
"""Connections that have not asked for anything yet; who waits longest makes room."""


class Entrance:
    """What the connections of a server share before they are answered."""

    def __init__(self, per_address: int, proxies: Proxies, counts: Counts) -> None:
        self.proxies = proxies
        self._line: deque[BoundedHttp] = deque()
        self._passed = 0
        self.counts = counts
        self.arrivals = Doors(per_address)
        """TCP connections with HTTP on them."""
        self.sockets = Doors(per_address)
        """WebSockets."""
        self.waiting: dict[BoundedHttp, None] = {}
        """Those who have asked for nothing yet, in the order in which they came."""

    def line_up(self, protocol: "BoundedHttp") -> None:
        """Read a connection when it is its turn: a crowd is read a few at a time."""
        if self._passed < AT_ONCE:
            self._pass(protocol)
        else:
            protocol.hold()
            self._line.append(protocol)

    def _pass(self, protocol: "BoundedHttp") -> None:
        if self._passed == 0:
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._go_on)
        self._passed += 1
        protocol.read()

    def _go_on(self) -> None:
        self._passed = 0
        for _ in range(min(AT_ONCE, len(self._line))):
            self._pass(self._line.popleft())

    def wait(self, protocol: "BoundedHttp") -> None:
        """Note that a connection is open and has asked for nothing."""
        self.waiting[protocol] = None
        if len(self.waiting) > MAX_WAITING:
            next(iter(self.waiting)).give_up()


class BoundedHttp(HttpToolsProtocol):
    """An HTTP connection of uvicorn that is counted, and does not wait for ever."""

    def __init__(self, entrance: Entrance, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._entrance = entrance
        self._timer: asyncio.TimerHandle | None = None
        self._counted_as: str | None = None
        self._held = False
        self._head_bytes: int | None = 0  # None: the head is complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let the connection in, now or later, or refuse it."""
        super().connection_made(transport)
        address, delay = self.client[0] if self.client else "", 0.0
        if not self._entrance.proxies.trusts(address):
            try:
                delay = self._entrance.arrivals.enter(address, self.loop.time())
            except Crowded as crowded:
                self._entrance.counts.turned_away += 1
                self._refuse(HTTPStatus.TOO_MANY_REQUESTS, "too_many", str(crowded))
                return
            self._counted_as = address
        if delay > 0:
            self.hold()
            self.loop.call_later(delay, self._entrance.line_up, self)
        else:
            self._entrance.line_up(self)
        self._allow(delay + REQUEST_SECONDS)
        self._entrance.wait(self)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head grows without end."""
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES + len(data):
                text = f"the head of a request has at most {MAX_HEAD_BYTES} bytes"
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", text)
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._head_bytes = 0
        if self._timer is None:
            self._allow(REQUEST_SECONDS)

    def on_headers_complete(self) -> None:
        """Pass the request on; its body may still be on the way."""
        self._head_bytes = None
        self._entrance.waiting.pop(self, None)
        self._allow(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that nothing is missing any more."""
        self._stop_timer()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; as a WebSocket it is counted anew."""
        self._leave()
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment] - it refers to us: see `upgrade._Peer`

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        self._leave()
        super().connection_lost(exc)

    def give_up(self) -> None:
        """End a connection whose request has not come."""
        self._leave()
        self.transport.abort()

    def hold(self) -> None:
        """Read nothing until `read`."""
        self._held = True
        self.loop.call_soon(self._pause)  # uvloop begins to read after `connection_made`

    def read(self) -> None:
        """Read what has come."""
        if self._held and not self.transport.is_closing():
            self.transport.resume_reading()
        self._held = False

    def _pause(self) -> None:
        if self._held and not self.transport.is_closing():
            self.transport.pause_reading()

    def _allow(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self.give_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _leave(self) -> None:
        self._stop_timer()
        self._entrance.waiting.pop(self, None)
        if self._counted_as is not None:
            self._entrance.arrivals.leave(self._counted_as)
            self._counted_as = None

    def _refuse(self, status: HTTPStatus, code: str, text: str) -> None:
        body = error_body(code, text)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\nretry-after: 10\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
        self._leave()
