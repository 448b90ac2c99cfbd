"""Request bodies: read from those who may send one, within a rate, a limit and a memory budget.

A body costs before anybody knows what is in it, so everything that can be known from the head of a
request is asked first: its length, how much its sender has sent lately, and whether there is room.
"""

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from canvas_server.http.doors import Allowance, Crowded, neighbourhood
from canvas_server.protocol.fields import MAX_FRAME_BYTES

T = TypeVar("T")
U = TypeVar("U")

MAX_BODY_BYTES = MAX_FRAME_BYTES
BURST_BYTES, BYTES_A_SECOND = 16 * MAX_BODY_BYTES, MAX_BODY_BYTES
"""Of one sender; beyond that it waits, then is refused."""
MAX_READING = 16
"""Bodies in memory at a time, each of them at most `MAX_BODY_BYTES` long."""
MAX_READING_OF_ONE = 4
"""Of one sender."""
MAX_WAITING = 64
"""Requests that wait for room; further ones are refused."""
SMALL_BYTES = 16 * 1024
"""What is shorter is decoded at once: that takes less time than to change threads."""
CROWDED_SECONDS = 5


class TooMuch(Exception):
    """A body is not read now; `seconds` is when to try again."""

    def __init__(self, status: int, code: str, text: str, seconds: int) -> None:
        super().__init__(text)
        self.status, self.code, self.text, self.seconds = status, code, text, seconds


class Bodies:
    """Reads the bodies of all requests, and decodes long ones in a thread of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is in seconds and never goes back."""
        self._clock = clock
        self._allowance = Allowance(BURST_BYTES, BYTES_A_SECOND)
        self._room = asyncio.Semaphore(MAX_READING)
        self._waiting = 0
        self._of_sender: Counter[str] = Counter()
        # One thread: however many long bodies come, they take the interpreter in turns with the
        # event loop, not all against it.
        self._thread = ThreadPoolExecutor(1, "json")

    async def decoded(
        self, request: Request, bearer: str | None, decode: Callable[[bytes], T]
    ) -> T:
        """Read a body and return what is in it; `bearer` says by which invitation it comes.

        Raises:
            HTTPException: 413, it is too large.
            TooMuch: it is not read now.
            starlette.requests.ClientDisconnect: its sender is gone.
            MalformedMessage: as `decode` does.
        """
        length = _length_of(request)
        senders = _senders(request, bearer)
        async with self._counted(senders):
            await self._pay(senders, length)
            async with self._place():
                body = await _read(request)
                for sender in senders:
                    self._allowance.give_back(sender, length - len(body))
                return await self.apart(len(body), decode, body)

    async def apart(self, size: int, work: Callable[[U], T], on: U) -> T:
        """Do work on about so many bytes while the event loop goes on, unless it is short."""
        if size <= SMALL_BYTES:
            return work(on)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, on)

    async def _pay(self, senders: tuple[str, ...], length: int) -> None:
        delay = 0.0
        paid: list[str] = []
        try:
            for sender in senders:
                delay = max(delay, self._allowance.spend(sender, length, self._clock()))
                paid.append(sender)
        except Crowded as crowded:
            for sender in paid:
                self._allowance.give_back(sender, length)
            seconds = math.ceil(crowded.seconds)
            raise TooMuch(429, "too_many", "you send too much: wait a moment", seconds) from None
        if delay > 0:
            await asyncio.sleep(delay)

    @contextlib.asynccontextmanager
    async def _counted(self, senders: tuple[str, ...]) -> AsyncGenerator[None]:
        if any(self._of_sender[sender] >= MAX_READING_OF_ONE for sender in senders):
            text = f"{MAX_READING_OF_ONE} requests of yours are being read already"
            raise TooMuch(429, "too_many", text, CROWDED_SECONDS)
        self._of_sender.update(senders)
        try:
            yield
        finally:
            self._of_sender.subtract(senders)
            for sender in senders:
                if not self._of_sender[sender]:
                    del self._of_sender[sender]

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncGenerator[None]:
        if self._waiting >= MAX_WAITING:
            raise TooMuch(503, "busy", "many requests are being read", CROWDED_SECONDS)
        self._waiting += 1
        try:
            await self._room.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._room.release()


def _length_of(request: Request) -> int:
    """Return how long a body may be: what its head says, or the most, where it comes in chunks.

    Raises:
        HTTPException: 413, it is too large.
    """
    said = request.headers.get("content-length")
    if said is None:
        return MAX_BODY_BYTES if "transfer-encoding" in request.headers else 0
    if len(said) > 16 or int(said) > MAX_BODY_BYTES:
        raise _too_large()
    return int(said)


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> HTTPException:
    return HTTPException(413, f"the body of a request has at most {MAX_BODY_BYTES} bytes")


def _senders(request: Request, bearer: str | None) -> tuple[str, ...]:
    """Return who is charged for a body: an address, and an invitation where there is one.

    The machine itself counts as one address here: what is bounded is work, not connections.
    """
    host = request.client.host if request.client else ""
    place = f"address {neighbourhood(host)}"
    return (place,) if bearer is None else (place, f"invitation {bearer}")
