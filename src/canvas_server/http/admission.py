"""Admission of TCP connections: rate limits, and a time for the first request.

uvicorn itself waits for a request for ever, and takes a head of any size. This is its protocol with
bounds around it; `http.doors` keeps the count.
"""

import asyncio
import weakref
from collections import deque
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from canvas_server.http.audit import Record, refusal_entry
from canvas_server.http.errors import error_body
from canvas_server.http.firstanswers import (
    accept_in,
    one_upgrade,
    refusing_answer,
    wants_websocket,
)
from canvas_server.http.proxies import Proxies
from canvas_server.http.rate_limits import AddressLimits, Crowded
from canvas_server.http.slow_readers import (
    GIVE_UP,
    WRITE_SECONDS,
    ClosingTransport,
    PatientFlow,
    bound_buffers,
)
from canvas_server.http.target import named_target
from canvas_server.node.counts import Counts

MAX_HEAD_BYTES = 64 * 1024
TURNED_AWAY_SECONDS = 1.0
MAX_TURNED_AWAY = 100
"""So long, and so many, are listened to who may not come in, to answer them as they want it."""
MAX_FIELDS = 200
"""Of a head; each costs a call, however short it is."""
REQUEST_SECONDS = 10.0
"""For the head of a request, since the connection is open or the one before was answered."""
BODY_SECONDS = 60.0
"""For a request as a whole: an edit of 1 MiB over 150 kbit/s."""
AT_ONCE, PAUSE_SECONDS = 8, 0.004
"""So many connections are read, then people are served for so long before it is others' turn."""
MAX_PIPELINED = 16
"""Requests that a connection may send ahead of their answers (RFC 9112 section 9.3.2)."""
MAX_FRAMING_BYTES, MAX_CHUNKS = 64 * 1024, 4096
"""What may come around the bytes of a body: sizes, extensions and trailers (RFC 9112 section 7.1).
Neither the reader of a body nor the flow control of uvicorn counts them."""
MAX_SKIPPED_BYTES = 64 * 1024
"""A body that is no longer than this may still come after the answer, and the connection lives."""
LINGER_SECONDS, LINGER_BYTES = 5.0, 16 * 1024 * 1024
"""After an answer that came before the end of its request, so much is read on and thrown away, so
that the answer is not lost by a reset (RFC 9112 section 9.6)."""
LINGER_PAUSE_SECONDS = 0.005
"""Between two reads of what is thrown away."""
MAX_IN_LINE = 4000
"""Connections that are not read yet; further ones are closed."""
MAX_WAITING = 1000
"""Connections that have not asked for anything yet; who waits longest makes room."""


class Entrance:
    """What the connections of a server share before they are answered."""

    def __init__(
        self,
        per_address: int,
        proxies: Proxies,
        counts: Counts,
        record: Record,
        base_path: str = "",
    ) -> None:
        self.proxies = proxies
        self.base_path = base_path
        self.record = record
        self._queue: deque[BoundedHttp] = deque()
        self._passed = 0
        self.counts = counts
        self.arrivals = AddressLimits(per_address)
        """TCP connections with HTTP on them."""
        self.sockets = AddressLimits(per_address)
        """WebSockets."""
        self.turned_away: set[BoundedHttp] = set()
        """Those who may not come in, until they are told."""
        self.waiting: dict[BoundedHttp, None] = {}
        """Those who have asked for nothing yet, in the order in which they came."""

    def line_up(self, protocol: "BoundedHttp") -> None:
        """Read a connection when it is its turn: a crowd is read a few at a time."""
        if self._passed < AT_ONCE:
            self._pass(protocol)
        else:
            protocol.hold()
            self._queue.append(protocol)

    def _pass(self, protocol: "BoundedHttp") -> None:
        if self._passed == 0:
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._go_on)
        self._passed += 1
        protocol.read()

    def _go_on(self) -> None:
        self._passed = 0
        for _ in range(min(AT_ONCE, len(self._queue))):
            self._pass(self._queue.popleft())

    def wait(self, protocol: "BoundedHttp") -> None:
        """Note that a connection is open and has asked for nothing."""
        self.waiting[protocol] = None
        if len(self.waiting) <= MAX_WAITING:
            return
        # Who is not read yet may have asked: it is not in the way.
        oldest = next((one for one in self.waiting if not one.is_held), None)
        if oldest is not None:
            oldest.give_up()
        elif len(self.waiting) > MAX_IN_LINE:
            protocol.give_up()


class BoundedHttp(HttpToolsProtocol):
    """An HTTP connection of uvicorn that is counted, and does not wait for ever."""

    def __init__(self, entrance: Entrance, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._entrance = entrance
        self._timer: asyncio.TimerHandle | None = None
        self._counted_as: str | None = None
        self._held = False
        self._head_bytes: int | None = 0  # None: the head is complete
        self._messages = 0
        self._body_bytes = self._framing_bytes = self._trailer_bytes = self._chunks = 0
        self._fields = 0
        self._has_cycle = False
        self._turned_away = ""
        """Why it may not come in; it is told when it has said what it wants."""
        self._fault = ""
        """What is wrong with the head of a request."""
        self._keep_alive: bool | None = None
        """Whether the connection lives on after the request whose body is being read."""
        self._lingering: int | None = None
        """Bytes that are still read and thrown away; None: it is not closing."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let the connection in, now or later, or refuse it."""
        super().connection_made(transport)
        self.flow = PatientFlow(transport)
        bound_buffers(transport)
        address, delay = self.client[0] if self.client else "", 0.0
        if not self._entrance.proxies.trusts(address):
            try:
                delay = self._entrance.arrivals.enter(address, self.loop.time())
            except Crowded as crowded:
                self._entrance.counts.turned_away += 1
                self._turn_away(str(crowded))
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
        if self._lingering is not None:
            self._throw_away(len(data))
            return
        if self._turned_away:
            self.headers = [*accept_in(data)]
            self._say_crowded()
            return
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES + len(data):
                text = f"the head of a request has at most {MAX_HEAD_BYTES} bytes"
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", text)
                return
        message, self._body_bytes = self._messages, 0
        super().data_received(data)
        if self._head_bytes is None and message == self._messages:
            self._count_framing(len(data) - self._body_bytes)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of a head; those of trailers are dropped (RFC 9110 section 6.5.1)."""
        if self._head_bytes is not None:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise ValueError("too many fields")  # the parser ends, and answers 400
            super().on_header(name, value)
            return
        self._trailer_bytes += len(name) + len(value)
        if self._trailer_bytes > MAX_FRAMING_BYTES:
            raise ValueError("too long trailers")  # the parser ends, and answers 400

    def on_chunk_header(self) -> None:
        """Count a chunk: each costs a call, however short it is."""
        self._chunks += 1
        if self._chunks > MAX_CHUNKS:
            raise ValueError("too many chunks")  # the parser ends, and answers 400

    def on_body(self, body: bytes) -> None:
        """Pass a part of a body on."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_begin(self) -> None:
        """Begin to read a request."""
        super().on_message_begin()
        self._head_bytes = self._fields = 0
        if self._timer is None:
            self._allow(REQUEST_SECONDS)

    def on_headers_complete(self) -> None:
        """Pass the request on; its body may still be on the way."""
        self._check_target()
        self._head_bytes = None
        self._messages += 1
        self._framing_bytes = self._trailer_bytes = self._chunks = 0
        self._entrance.waiting.pop(self, None)
        self._allow(BODY_SECONDS)
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("too many requests at once")  # the parser ends, and answers 400
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self._has_cycle = True
            self.cycle.scope[GIVE_UP] = weakref.WeakMethod(self.give_up)  # type: ignore[literal-required]
            self.cycle.transport = cast(
                "asyncio.Transport", ClosingTransport(self.transport, self._end)
            )
            if self._has_long_body():  # who is answered before it has come is not read any more
                self._keep_alive, self.cycle.keep_alive = self.cycle.keep_alive, False

    def on_message_complete(self) -> None:
        """Note that nothing is missing any more."""
        self._stop_timer()
        if self._keep_alive is not None and not self.cycle.response_started:
            self.cycle.keep_alive = self._keep_alive
        self._keep_alive = None
        super().on_message_complete()

    def shutdown(self) -> None:
        """End after the answer that is under way, if there is one; called on SIGTERM."""
        if self._keep_alive is not None:
            self._keep_alive = False
        super().shutdown()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; as a WebSocket it is counted anew."""
        self._leave()
        self.scope["headers"] = one_upgrade(self.headers)
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment] - it refers to us: see `upgrade._Peer`

    def _get_upgrade(self) -> bytes | None:
        """Return what a request asks to be upgraded to."""
        return b"websocket" if wants_websocket(self.headers) else None

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the connection."""
        self._leave()
        if self._has_cycle:  # see `upgrade._Peer`: nothing refers to itself
            self.cycle.transport = self.transport
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; nothing may come into an answer that has begun."""
        if self._has_cycle and self.cycle.response_started and not self.cycle.response_complete:
            self.give_up()
        else:
            self._refuse(HTTPStatus.BAD_REQUEST, "bad_request", self._fault or msg)

    def _check_target(self) -> None:
        """Let a request name one host in one way (RFC 9112 section 3.2).

        Raises:
            ValueError: it does not; the parser ends, and answers 400.
        """
        try:
            version: str = cast("Any", self.parser).get_http_version()
            self.url = named_target(self.url, self.headers, version)
        except ValueError as error:
            self._fault = str(error)
            raise

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that asks for nothing more; its last answer may still be read."""
        if not self.transport.is_closing():
            self._close()

    def _close(self) -> None:
        """Close when all is written; who reads nothing of it does not keep it waiting for ever."""
        self.transport.close()
        self._allow(WRITE_SECONDS)

    def give_up(self) -> None:
        """End a connection whose request has not come, or whose answer nobody reads."""
        self._leave()
        self.transport.abort()

    @property
    def is_held(self) -> bool:
        """Whether it is not read yet."""
        return self._held

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

    def _has_long_body(self) -> bool:
        """Tell whether a request brings more than may be skipped after its answer."""
        fields = dict(self.headers)
        length = fields.get(b"content-length", b"0")
        return b"transfer-encoding" in fields or len(length) > 8 or int(length) > MAX_SKIPPED_BYTES

    def _end(self) -> None:
        """Close after an answer; what is still being sent is thrown away first, up to a bound."""
        is_read = self._keep_alive is None
        if is_read or not self.cycle.response_complete or self.transport.is_closing():
            self._close()
            return
        self._lingering = LINGER_BYTES
        self._allow(LINGER_SECONDS)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _count_framing(self, size: int) -> None:
        """Bound what is neither head nor body, also while nobody reads the body.

        The read in which a head ends is not counted: where in it the body begins is not known.
        """
        self._framing_bytes += size
        if self._framing_bytes <= MAX_FRAMING_BYTES or self.transport.is_closing():
            return
        if self._has_cycle and self.cycle.response_started:  # nothing may come into an answer
            self.give_up()
            return
        text = f"a body has at most {MAX_FRAMING_BYTES} bytes around its chunks"
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", text)

    def _throw_away(self, size: int) -> None:
        self._lingering = (self._lingering or 0) - size
        if self._lingering < 0:
            self._close()
        else:
            self._held = True
            self._pause()
            self.loop.call_later(LINGER_PAUSE_SECONDS, self.read)

    def _allow(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self.give_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _turn_away(self, text: str) -> None:
        """Refuse a connection once it has said what it wants: else its answer would be lost."""
        self._turned_away = text
        self._entrance.turned_away.add(self)
        if len(self._entrance.turned_away) > MAX_TURNED_AWAY:
            self._say_crowded()
        else:
            self._timer = self.loop.call_later(TURNED_AWAY_SECONDS, self._say_crowded)

    def _say_crowded(self) -> None:
        text, self._turned_away = self._turned_away, ""
        self._refuse(HTTPStatus.TOO_MANY_REQUESTS, "too_many", text)

    def _leave(self) -> None:
        self._entrance.turned_away.discard(self)
        self._stop_timer()
        self._entrance.waiting.pop(self, None)
        if self._counted_as is not None:
            self._entrance.arrivals.leave(self._counted_as)
            self._counted_as = None

    def _refuse(self, status: HTTPStatus, code: str, text: str) -> None:
        body = error_body(code, text)
        address = self.client[0] if self.client else None
        entry = refusal_entry("connection", "", address, status, body)
        if entry is not None:
            self._entrance.record(entry)
        base, fields = self._entrance.base_path, self.headers or ()
        self.transport.write(refusing_answer(status, code, text, fields, self.url, base))
        self._leave()
        self._close()
