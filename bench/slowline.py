"""A slow line to a server: a proxy that takes its time, so that no network has to be made slow.

Each direction of a connection is late by half the round trip, and all connections share the rate.
Opening one costs a round trip, as the handshake of TCP does. With `slow_start` each begins as one
of TCP does too: at most ten segments are on the way, and for each that arrived one more (RFC 6928,
RFC 5681). Nothing is lost, and there is no TLS, whose handshake is a round trip more.
"""

import asyncio
import bisect
import concurrent.futures
import contextlib
import functools
import sys
import threading
import time
from collections.abc import Callable, Generator

SEGMENT = 1460
FIRST_WINDOW = 10 * SEGMENT


class SlowLine:
    """The proxy; times in seconds, the rate in bytes a second in each direction."""

    def __init__(self, port: int, round_trip: float, rate: float, *, slow_start: bool) -> None:
        self._first_window = FIRST_WINDOW if slow_start else sys.maxsize
        self.port = 0
        """Of its other end."""
        self._port = port
        self._delay = round_trip / 2
        self._rate = rate
        self._free = {"up": 0.0, "down": 0.0}
        """When each direction has sent what it was given."""
        self._arrivals: list[tuple[float, int]] = []
        """When how many bytes had come from the server."""
        self._bytes = 0

    def bytes_until(self, when: float) -> int:
        """Return how many bytes had come from the server at a time since the epoch."""
        at = bisect.bisect_right(self._arrivals, when, key=lambda arrival: arrival[0])
        return self._arrivals[at - 1][1] if at else 0

    def bytes_between(self, start: float, end: float) -> int:
        """Return how many bytes came from the server between two times."""
        return self.bytes_until(end) - self.bytes_until(start)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until both sides have ended it."""
        await asyncio.sleep(2 * self._delay)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(
                self._carry("up", reader, there_writer), self._carry("down", there_reader, writer)
            )

    async def _carry(
        self, direction: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry what comes: each segment when the line is free, and late."""
        loop = asyncio.get_running_loop()
        window = _Window(self._first_window)
        try:
            while segment := await reader.read(SEGMENT):
                await window.room(len(segment))
                free = max(self._free[direction], loop.time()) + len(segment) / self._rate
                self._free[direction] = free
                loop.call_at(free + self._delay, self._write, direction, writer, segment)
                loop.call_at(free + 2 * self._delay, window.arrived, len(segment))
                await asyncio.sleep(max(0.0, free - loop.time()))
        finally:
            loop.call_later(self._delay + 0.05, writer.close)

    def _write(self, direction: str, writer: asyncio.StreamWriter, segment: bytes) -> None:
        if direction == "down":
            self._bytes += len(segment)
            self._arrivals.append((time.time(), self._bytes))
        if not writer.is_closing():
            writer.write(segment)


class _Window:
    """What may be on the way of one connection in one direction: the slow start of TCP."""

    def __init__(self, size: int) -> None:
        self._size, self._sent = size, 0
        self._changed = asyncio.Event()

    async def room(self, size: int) -> None:
        """Wait until so many bytes may be sent; they count as sent then."""
        while self._sent + size > self._size:
            self._changed.clear()
            await self._changed.wait()
        self._sent += size

    def arrived(self, size: int) -> None:
        """Say that bytes have been acknowledged."""
        self._sent -= size
        self._size += size
        self._changed.set()


_Started = tuple[SlowLine, Callable[[], object]]
"""A line, and how it is ended."""


@contextlib.contextmanager
def slow_line(
    port: int, round_trip: float, rate: float, *, slow_start: bool = False
) -> Generator[SlowLine]:
    """Put a slow line before a port for the length of a block."""
    found: concurrent.futures.Future[tuple[SlowLine, Callable[[], object]]] = (
        concurrent.futures.Future()
    )

    async def serve() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        line = SlowLine(port, round_trip, rate, slow_start=slow_start)
        server = await asyncio.start_server(line.connected, "127.0.0.1", 0)
        line.port = server.sockets[0].getsockname()[1]
        found.set_result((line, functools.partial(loop.call_soon_threadsafe, ended.set)))
        await ended.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    line, end = found.result(10)
    try:
        yield line
    finally:
        end()
        thread.join(10)
