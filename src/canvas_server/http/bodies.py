"""Request bodies: read from those who may send one, within a rate, a limit and a memory budget.

A body costs before anybody knows what is in it, so everything that can be known from the head of a
request is asked first: its length, how much its sender has sent lately, and whether there is room.
"""

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from canvas_server.addresses import neighbourhood
from canvas_server.http.grammar import joined, media_type
from canvas_server.http.rate_limits import AddressAllowance, Crowded
from canvas_server.protocol.fields import MAX_FRAME_BYTES

T = TypeVar("T")
U = TypeVar("U")

MAX_BODY_BYTES = MAX_FRAME_BYTES
BURST_BYTES, BYTES_A_SECOND = 16 * MAX_BODY_BYTES, MAX_BODY_BYTES
"""Of one sender; beyond that it waits, then is refused."""
MAX_READING = 16
"""Places: bodies of which more than `SMALL_BYTES` have come, each at most `MAX_BODY_BYTES` long."""
MAX_READING_OF_ONE = 4
"""Bodies that are not small, of one invitation from one address."""
MAX_WAITING = 64
"""Requests that wait for a place; further ones are refused."""
PLACE_SECONDS = 5.0
"""How long they wait."""
SLOW_SECONDS, SLOW_BYTES_A_SECOND = 3.0, 64 * 1024
"""While somebody waits, a body in a place has to come as fast as this, after a start."""
SMALL_BYTES = 16 * 1024
"""What is shorter needs no place, as the connection itself buffers more than that, and is decoded
at once: that takes less time than to change threads."""
CROWDED_SECONDS = 5
TURN_SECONDS = 0.002
"""Of decoding a long body, then it is others' turn."""


class TooMuch(Exception):
    """A body is not read now; `seconds` is when to try again."""

    def __init__(self, status: int, code: str, text: str, seconds: int) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.seconds = status, code, text, seconds


class _Incoming:
    """The body of a request, as far as it has come."""

    def __init__(self, request: Request) -> None:
        self._receive = request.receive
        self.data = bytearray()
        self.is_whole = False

    async def more(self) -> None:
        """Wait for what comes next; after the whole body that is the end of the connection.

        Raises:
            HTTPException: 413, it is too large.
            starlette.requests.ClientDisconnect: its sender is gone.
        """
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self.data += message.get("body", b"")
        self.is_whole = not message.get("more_body", False)
        if len(self.data) > MAX_BODY_BYTES:
            raise _too_large()

    def is_small(self) -> bool:
        """Tell whether so little has come that it needs no place."""
        return len(self.data) <= SMALL_BYTES


class Bodies:
    """Reads the bodies of all requests, and decodes long ones so that nobody waits for them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is in seconds and never goes back."""
        self._clock = clock
        self._of_address = AddressAllowance(BURST_BYTES, BYTES_A_SECOND)
        # More than one address may spend: who has a link cannot use it up for the others.
        self._of_invitation = AddressAllowance(4 * BURST_BYTES, 4 * BYTES_A_SECOND)
        self._room = asyncio.Semaphore(MAX_READING)
        self._waiting = 0
        self._reading: dict[asyncio.Timeout, float] = {}
        """Those in a place whose body is on the way, and when each is too slow (loop time)."""
        self._of_sender: Counter[tuple[str, str | None]] = Counter()
        # One thread: however many long bodies come, they take the interpreter in turns with the
        # event loop, not all against it.
        self._thread = ThreadPoolExecutor(1, "json")
        self._decoding = asyncio.Lock()

    async def decoded(
        self, request: Request, bearer: str | None, decode: Callable[[bytes], T]
    ) -> T:
        """Read a body and return what is in it; `bearer` says by which invitation it comes.

        Raises:
            HTTPException: 413, it is too large; 415, it is something else than JSON.
            TooMuch: it is not read now, or comes too slowly.
            starlette.requests.ClientDisconnect: its sender is gone.
            MalformedMessage: as `decode` does.
        """
        async with self._whole(request, bearer) as body:
            return await self.apart(len(body), decode, body)

    async def decoded_in_steps(
        self,
        request: Request,
        bearer: str | None,
        steps: Callable[[bytes], Generator[None, None, T]],
    ) -> T:
        """Read a body and return what is in it; others have their turn between the steps.

        One long body at a time is decoded, so that many together take no more of the event loop.

        Raises:
            HTTPException, TooMuch, starlette.requests.ClientDisconnect: as `decoded` does.
            MalformedMessage: as `steps` does.
        """
        async with self._whole(request, bearer) as body:
            if len(body) <= SMALL_BYTES:
                return await _in_turns(steps(body))
            async with self._decoding:
                return await _in_turns(steps(body))

    @contextlib.asynccontextmanager
    async def _whole(self, request: Request, bearer: str | None) -> AsyncGenerator[bytes]:
        _require_json(request)
        length = _length_of(request)
        # The machine itself is one address here: what is bounded is work, not connections.
        address = str(neighbourhood(request.client.host if request.client else ""))
        incoming = _Incoming(request)
        async with contextlib.AsyncExitStack() as stack:
            accounts = [(self._of_address, address)]
            if length > SMALL_BYTES:
                stack.enter_context(self._counted((address, bearer)))
                if bearer is not None:
                    accounts.append((self._of_invitation, bearer))
            await stack.enter_async_context(self._paid(accounts, length, incoming))
            while not incoming.is_whole and incoming.is_small():
                await incoming.more()
            if not incoming.is_small():
                await stack.enter_async_context(self._place())
                await self._rest(incoming)
            yield bytes(incoming.data)

    async def apart(self, size: int, work: Callable[[U], T], on: U) -> T:
        """Do work on about so many bytes while the event loop goes on, unless it is short."""
        if size <= SMALL_BYTES:
            return work(on)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, on)

    @contextlib.asynccontextmanager
    async def _paid(
        self, accounts: list[tuple[AddressAllowance, str]], length: int, incoming: _Incoming
    ) -> AsyncGenerator[None]:
        """Charge a body to its senders; what does not come of it is given back in any case."""
        delay = 0.0
        paid: list[tuple[AddressAllowance, str]] = []
        try:
            for allowance, sender in accounts:
                delay = max(delay, allowance.spend(sender, length, self._clock()))
                paid.append((allowance, sender))
            if delay > 0:
                await _wait(delay, incoming)
            yield
        except Crowded as crowded:
            seconds = math.ceil(crowded.seconds)
            raise TooMuch(429, "too_many", "you send too much: wait a moment", seconds) from None
        finally:
            for allowance, sender in paid:
                allowance.give_back(sender, max(0, length - len(incoming.data)))

    @contextlib.contextmanager
    def _counted(self, sender: tuple[str, str | None]) -> Generator[None]:
        if self._of_sender[sender] >= MAX_READING_OF_ONE:
            text = f"{MAX_READING_OF_ONE} requests of yours are being read already"
            raise TooMuch(429, "too_many", text, CROWDED_SECONDS)
        self._of_sender[sender] += 1
        try:
            yield
        finally:
            self._of_sender[sender] -= 1
            if not self._of_sender[sender]:
                del self._of_sender[sender]

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        if self._waiting >= MAX_WAITING:
            raise _busy()
        self._waiting += 1
        self._press()
        try:
            async with asyncio.timeout(PLACE_SECONDS):
                await self._room.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1
            self._press()
        try:
            yield
        finally:
            self._room.release()

    async def _rest(self, incoming: _Incoming) -> None:
        """Read a body to its end; who is slow gives its place to those who wait for one."""
        began = asyncio.get_running_loop().time() + SLOW_SECONDS
        try:
            async with asyncio.timeout(None) as limit:
                try:
                    while not incoming.is_whole:
                        self._reading[limit] = began + len(incoming.data) / SLOW_BYTES_A_SECOND
                        self._press()
                        await incoming.more()
                finally:
                    self._reading.pop(limit, None)
        except TimeoutError:
            text = "the body comes too slowly, and others wait"
            raise TooMuch(408, "too_slow", text, CROWDED_SECONDS) from None

    def _press(self) -> None:
        """Let the limits of those who are being read hold while somebody waits, and only then."""
        for limit, when in self._reading.items():
            if not limit.expired():
                limit.reschedule(when if self._waiting else None)


async def _in_turns(steps: Generator[None, None, T]) -> T:
    """Go through steps; after some time of them others have their turn."""
    began = time.perf_counter()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        if time.perf_counter() - began > TURN_SECONDS:
            await asyncio.sleep(0)
            began = time.perf_counter()


async def _wait(seconds: float, incoming: _Incoming) -> None:
    """Let time pass, and notice if the sender goes away meanwhile."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while incoming.is_small():
                await incoming.more()
            await asyncio.Event().wait()


_OF_CURL = "application/x-www-form-urlencoded"


def _require_json(request: Request) -> None:
    """Refuse what a form of a page could send.

    Programs, which name no page, may leave the type out, or send the one that is the default of
    what they are made with (`curl -d`).

    Raises:
        HTTPException: 415.
    """
    kind = media_type(joined(request.headers.raw, b"content-type"))
    is_page = "origin" in request.headers or "sec-fetch-site" in request.headers
    allowed = ("application/json",) if is_page else ("application/json", "", _OF_CURL)
    if kind not in allowed:
        raise HTTPException(415, "the body is JSON: send `Content-Type: application/json`")


def _length_of(request: Request) -> int:
    """Return how long a body may be: what its head says, or the most, where it comes in chunks.

    Raises:
        HTTPException: 413, it is too large.
    """
    declared = request.headers.get("content-length")
    if declared is None:
        return MAX_BODY_BYTES if "transfer-encoding" in request.headers else 0
    if len(declared) > 16 or int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    return int(declared)


def _too_large() -> HTTPException:
    return HTTPException(413, f"the body of a request has at most {MAX_BODY_BYTES} bytes")


def _busy() -> TooMuch:
    return TooMuch(503, "busy", "many requests are being read", CROWDED_SECONDS)
