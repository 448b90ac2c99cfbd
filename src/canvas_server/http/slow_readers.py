"""Answers that nobody reads: bounded in time, and in memory by address and in all.

An answer leaves in slices, each when the one before has left; a connection that takes none for some
seconds is given up. What waits of long answers is counted, and who makes too much of it wait is
refused, or gives way.
"""

import asyncio
import contextlib
import itertools
import socket
from collections import Counter
from collections.abc import Callable, Generator

from msgspec import Struct
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import FlowControl

from canvas_server.addresses import neighbourhood
from canvas_server.http.errors import refusal

SLICE_BYTES = 64 * 1024
WRITE_SECONDS = 10.0
"""In which a slice has to leave: 50 kbit/s."""
MAX_BYTES_OF_ADDRESS, MAX_BYTES = 16 * 1024 * 1024, 32 * 1024 * 1024
"""Of answers longer than a slice that wait to be read. This machine itself may have all of them."""
BUSY_SECONDS = 5
GIVE_UP = "canvas_server.give_up"
"""The key of an ASGI scope under which is how the connection is given up, as a weak reference."""


class PatientFlow(FlowControl):
    """The flow control of a connection; one that takes nothing any more is given up."""

    async def drain(self) -> None:
        """Wait until there is room for more, or the connection is gone."""
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await super().drain()
        except TimeoutError:
            self._transport.abort()
            await super().drain()  # `connection_lost` ends it


def bound_buffers(transport: asyncio.Transport) -> None:
    """Let little of an answer wait below us: in the transport, and unsent in the kernel."""
    transport.set_write_buffer_limits(high=SLICE_BYTES)
    sock = transport.get_extra_info("socket")
    option: int | None = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if sock is not None and option is not None:
        with contextlib.suppress(OSError):  # no TCP
            sock.setsockopt(socket.IPPROTO_TCP, option, SLICE_BYTES)


class TooManyUnread(Exception):
    """Too much waits to be read already; `own`: by the same address."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.own = own


class _UnreadAnswer(Struct, eq=False):
    """An answer that is on its way."""

    address: str | None
    size: int
    give_up: Callable[[], None]


class UnreadBudget:
    """Counts what waits to be read. Pure, but that it gives connections up."""

    def __init__(self) -> None:
        self._waiting: dict[int, _UnreadAnswer] = {}
        self._numbers = itertools.count()
        self._of_address: Counter[str | None] = Counter()

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._of_address.total()

    @contextlib.contextmanager
    def hold(self, address: str | None, size: int, give_up: Callable[[], None]) -> Generator[None]:
        """Count an answer while it is on its way.

        Where all have too much, the oldest answer to the address that has most gives way.

        Raises:
            TooManyUnread: the address has too much itself.
        """
        if address is not None and self._of_address[address] + size > MAX_BYTES_OF_ADDRESS:
            raise TooManyUnread(own=True)
        while self.size + size > MAX_BYTES and self._waiting:
            most, held = self._of_address.most_common(1)[0]
            if most == address or held < size:
                raise TooManyUnread(own=most == address)
            self._make_way(most)
        number = next(self._numbers)
        self._waiting[number] = _UnreadAnswer(address, size, give_up)
        self._of_address[address] += size
        try:
            yield
        finally:
            self._forget(number)

    def _make_way(self, address: str | None) -> None:
        number = next(n for n, each in self._waiting.items() if each.address == address)
        give_up = self._waiting[number].give_up
        self._forget(number)
        give_up()

    def _forget(self, number: int) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            self._of_address[waiting.address] -= waiting.size
            if not self._of_address[waiting.address]:
                del self._of_address[waiting.address]


class ClosingTransport:
    """The transport of a connection as one of its requests sees it: it closes in an orderly way."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close


class SlicedAnswers:
    """Around an ASGI application: sends long answers in slices, as they are read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.budget = UnreadBudget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message | None = None

        async def send_sliced(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message  # it is another one where the body cannot wait
                return
            head, start = start, None
            body: bytes = message.get("body", b"")
            if head is not None and len(body) > SLICE_BYTES and scope["method"] != "HEAD":
                await self._send_long(scope, receive, send, head, message)
                return
            if head is not None:
                await send(head)
            await send(message)

        await self._app(scope, receive, send_sliced)

    async def _send_long(
        self, scope: Scope, receive: Receive, send: Send, head: Message, message: Message
    ) -> None:
        body: bytes = message["body"]
        address = neighbourhood(scope["client"][0]) if scope["client"] else None
        try:
            with self.budget.hold(address, len(body), _give_up_of(scope)):
                await send(head)
                for at in range(0, len(body), SLICE_BYTES):
                    more = at + SLICE_BYTES < len(body) or message.get("more_body", False)
                    part = body[at : at + SLICE_BYTES]
                    await send({"type": "http.response.body", "body": part, "more_body": more})
        except TooManyUnread as unread:
            await _refused(unread)(scope, receive, send)


def _give_up_of(scope: Scope) -> Callable[[], None]:
    reference = scope.get(GIVE_UP)

    def give_up() -> None:
        found = reference() if reference is not None else None
        if found is not None:
            found()

    return give_up


def _refused(unread: TooManyUnread) -> ASGIApp:
    headers = {"retry-after": str(BUSY_SECONDS)}
    if unread.own:
        return refusal(429, "too_many", "read the answers that you have asked for", headers)
    return refusal(503, "busy", "many long answers wait to be read", headers)
