"""TCP listener: accepts connections a few at a time.

uvloop takes in all that wait before anybody else gets a turn: with a crowd at the door those who
are in wait a tenth of a second.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Callable

import structlog

from canvas_server import system
from canvas_server.http.plainhttp import TLS_HANDSHAKE, first_bytes, send_on

AT_A_TIME = 8
BACKLOG = 2048
"""Connections that wait in the kernel."""
HANDSHAKE_SECONDS = 10.0
MAX_HANDSHAKES = 1000
"""TLS handshakes under way; further connections are closed."""
PAUSE_SECONDS = 1.0
"""How long nobody is taken in once the process has as many files open as it may."""
_FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

log = structlog.get_logger()


class Listener:
    """The sockets that a server listens on."""

    def __init__(
        self,
        sockets: list[socket.socket],
        protocol: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext | None,
    ) -> None:
        """Begin to take connections in; `protocol` is made for each."""
        self.sockets = sockets
        self._protocol = protocol
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._servers: list[asyncio.Server] = []
        try:
            for listening in sockets:
                self._listen(listening)
        except NotImplementedError:  # the loop of Windows, which waits for nothing but what it does
            task = self._loop.create_task(self._serve())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def port(self) -> int:
        """The port; where there are several sockets, that of the first."""
        return self.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Take in nobody any more."""
        self._closed = True
        for server in self._servers:
            server.close()  # and its socket
        for listening in self.sockets[len(self._servers) :]:
            with contextlib.suppress(NotImplementedError):
                self._loop.remove_reader(listening)
            listening.close()

    async def wait_closed(self) -> None:
        """Wait until nobody is being taken in any more."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _listen(self, listening: socket.socket) -> None:
        if not self._closed:
            self._loop.add_reader(listening, self._take_in, listening)

    async def _serve(self) -> None:
        """Let the loop take connections in: all that wait, before anybody else has a turn."""
        for listening in self.sockets:
            if not self._closed:
                server = await self._loop.create_server(
                    self._protocol,
                    sock=listening,
                    ssl=self._context,
                    ssl_handshake_timeout=HANDSHAKE_SECONDS if self._context else None,
                    backlog=BACKLOG,
                )
                self._servers.append(server)

    def _take_in(self, listening: socket.socket) -> None:
        for _ in range(AT_A_TIME):
            try:
                connection, _ = listening.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError as error:
                if error.errno not in _FULL:
                    raise
                log.error("no more connections can be taken in", reason=error.strerror)
                self._loop.remove_reader(listening)
                self._loop.call_later(PAUSE_SECONDS, self._listen, listening)
                return
            if len(self._tasks) >= MAX_HANDSHAKES:
                connection.close()
                continue
            connection.setblocking(False)
            task = self._loop.create_task(self._hand_over(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _hand_over(self, connection: socket.socket) -> None:
        try:
            if self._context is not None and not await self._is_tls(connection):
                return
            await self._loop.connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self._context,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if self._context else None,
            )
        except (OSError, TimeoutError):  # it is gone again, or its TLS handshake failed
            with contextlib.suppress(OSError):
                connection.close()

    async def _is_tls(self, connection: socket.socket) -> bool:
        """Wait for the first byte of a connection; send plain HTTP on to https.

        Raises:
            OSError, TimeoutError: it says nothing.
        """
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            first = await first_bytes(connection, 1)
        if first == TLS_HANDSHAKE:
            return True
        send_on(connection, first)
        return False


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host name, on one port.

    Raises:
        OSError: the port cannot be opened.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in found:
            listening = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(listening)
            system.own_port(listening)
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if port == 0 and len(sockets) > 1:  # the same one as the first
                address = (address[0], sockets[0].getsockname()[1], *address[2:])
            listening.bind(address)
            listening.listen(BACKLOG)
            listening.setblocking(False)
    except OSError:
        for listening in sockets:
            listening.close()
        raise
    return sockets
