"""A TCP proxy that breaks connections on demand, in the ways networks do."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

CHUNK = 65536
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends RST


class Proxy:
    """Forwards each connection to another port of its host, until it is told to do something else.

    Runs an event loop in a thread of its own; every method may be called from any other thread
    and has taken effect when it returns.
    """

    def __init__(self, target_port: int, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.target_port = target_port
        self.accepted = 0
        self.refused = 0
        self._refusing = False
        self._stalling = False
        self._pipes: set[_Pipe] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy")
        self._thread.start()
        self._server = self._ask(self._listen(port))
        self.port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where a page is opened to go through the proxy."""
        return f"http://{self.host}:{self.port}"

    @property
    def open(self) -> int:
        """How many connections there are now."""
        return self._do(lambda: len(self._pipes))

    def cut(self) -> int:
        """Close all connections the ordinary way (FIN), at both ends; return how many."""
        return self._do(lambda: self._end(reset=False))

    def reset(self) -> int:
        """Break all connections off (RST), at both ends; return how many."""
        return self._do(lambda: self._end(reset=True))

    def stall(self, *, new: bool = True) -> None:
        """Forward nothing any more: connections look alive, and nothing arrives.

        Those that come later are stalled too, unless `new` is false.
        """
        self._do(lambda: self._stall(new=new))

    def flow(self) -> None:
        """Go on forwarding, with what has piled up."""
        self._do(self._flow)

    def refuse(self) -> None:
        """Close new connections at once."""
        self._do(lambda: setattr(self, "_refusing", True))

    def accept(self) -> None:
        """Take new connections again."""
        self._do(lambda: setattr(self, "_refusing", False))

    def close(self) -> None:
        """End everything, the thread too."""
        if self._thread.is_alive():
            self._ask(self._finish())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- in the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _ask(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _do(self, act: Callable[[], T]) -> T:
        async def in_loop() -> T:
            return act()

        return self._ask(in_loop())

    async def _listen(self, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, self.host, port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            self.refused += 1
            writer.close()
            return
        self.accepted += 1
        try:
            far = await asyncio.open_connection(self.host, self.target_port)
        except OSError:
            writer.close()
            return
        pipe = _Pipe((reader, writer), far)
        if self._stalling:
            pipe.flowing.clear()
        self._pipes.add(pipe)
        try:
            await pipe.run()
        finally:
            self._pipes.discard(pipe)

    def _stall(self, *, new: bool) -> None:
        self._stalling = new
        for pipe in self._pipes:
            pipe.flowing.clear()

    def _flow(self) -> None:
        self._stalling = False
        for pipe in self._pipes:
            pipe.flowing.set()

    def _end(self, *, reset: bool) -> int:
        pipes = list(self._pipes)
        for pipe in pipes:
            pipe.end(reset=reset)
        self._pipes.clear()
        return len(pipes)

    async def _finish(self) -> None:
        self._server.close()
        self._end(reset=True)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            await asyncio.wait(rest, timeout=5)


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Pipe:
    """One connection with its two ends."""

    def __init__(self, near: Stream, far: Stream) -> None:
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._writers = near[1], far[1]
        self._ways = self._forward(near[0], far[1]), self._forward(far[0], near[1])

    async def run(self) -> None:
        try:
            await asyncio.gather(*self._ways)
        finally:
            self.end(reset=False)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                data = await reader.read(CHUNK)
                await self.flowing.wait()
                if not data or writer.is_closing():
                    break
                writer.write(data)
                await writer.drain()
            if not writer.is_closing():
                writer.write_eof()
        except OSError:
            self.end(reset=True)

    def end(self, *, reset: bool) -> None:
        """Close both ends; what was held back is lost."""
        self.flowing.set()
        for writer in self._writers:
            if writer.is_closing():
                continue
            if reset:
                connection: socket.socket = writer.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                writer.transport.abort()
            else:
                writer.close()
