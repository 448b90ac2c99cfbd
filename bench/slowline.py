"""A slow line to a server: a proxy that takes its time, so that no network has to be made slow.

Each direction of a connection is late by half the round trip, and all connections share the rate.
Opening one costs a round trip, as the handshake of TCP does.
"""

import asyncio
import concurrent.futures
import contextlib
import functools
import threading
from collections.abc import Callable, Generator

CHUNK = 1460


class SlowLine:
    """The proxy; times in seconds, the rate in bytes a second in each direction."""

    def __init__(self, port: int, round_trip: float, rate: float) -> None:
        self._port = port
        self._delay = round_trip / 2
        self._rate = rate
        self._free = {"up": 0.0, "down": 0.0}
        """When each direction has sent what it was given."""

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
        """Carry what comes: each chunk when the line is free, and late."""
        loop = asyncio.get_running_loop()
        try:
            while chunk := await reader.read(CHUNK):
                free = max(self._free[direction], loop.time()) + len(chunk) / self._rate
                self._free[direction] = free
                loop.call_at(free + self._delay, self._write, writer, chunk)
                await asyncio.sleep(max(0.0, free - loop.time()))
        finally:
            loop.call_later(self._delay + 0.05, writer.close)

    @staticmethod
    def _write(writer: asyncio.StreamWriter, chunk: bytes) -> None:
        if not writer.is_closing():
            writer.write(chunk)


@contextlib.contextmanager
def slow_line(port: int, round_trip: float, rate: float) -> Generator[int]:
    """Put a slow line before a port for the length of a block; yield the port of its other end."""
    found: concurrent.futures.Future[tuple[int, Callable[[], object]]] = concurrent.futures.Future()

    async def serve() -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        line = SlowLine(port, round_trip, rate)
        server = await asyncio.start_server(line.connected, "127.0.0.1", 0)
        listening = server.sockets[0].getsockname()[1]
        found.set_result((listening, functools.partial(loop.call_soon_threadsafe, ended.set)))
        await ended.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    listening, end = found.result(10)
    try:
        yield listening
    finally:
        end()
        thread.join(10)
