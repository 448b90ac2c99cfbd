"""WebSocket of an agent inside of the server: a pair of sockets in the place of the network.

What comes at its other end is what the listener hands on: the same protocol, so the same limits,
rights and forwarding to other nodes and servers (docs/adr/0050).
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from canvas_server.client import CannotConnect
from canvas_server.client.socket import (
    CONNECT_SECONDS,
    FLUSH_SECONDS,
    IDLE_SECONDS,
    MAX_MESSAGE_BYTES,
    PONG_SECONDS,
)

Opener = Callable[[str], Awaitable[ClientConnection]]
SITE = "http://localhost"
"""Where the server is for itself; `Host` is checked as of everybody."""


def opener(protocol: Callable[[], asyncio.Protocol]) -> Opener:
    """Return what opens a WebSocket to this very process; `protocol` is made for each."""

    async def open_inside(url: str) -> ClientConnection:
        ours, theirs = _pair()
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(protocol, theirs)
            return await connect(
                url,
                sock=ours,
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                open_timeout=CONNECT_SECONDS,
                close_timeout=FLUSH_SECONDS,
                ping_interval=IDLE_SECONDS,
                ping_timeout=PONG_SECONDS,
            )
        except (InvalidStatus, TimeoutError, OSError, EOFError, WebSocketException) as error:
            for end in (ours, theirs):
                with contextlib.suppress(OSError):
                    end.close()
            text = "the server takes no more agents now" if isinstance(error, InvalidStatus) else ""
            raise CannotConnect(text or str(error) or type(error).__name__) from error

    return open_inside


def _pair() -> tuple[socket.socket, socket.socket]:
    """Return two ends of a TCP connection of loopback: the listener's protocols take nothing else.

    Raises:
        OSError: there are no more sockets.
    """
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(8)
        door.settimeout(1)
        ours = socket.socket()
        try:
            ours.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                ours.connect(door.getsockname())
            while True:
                theirs, address = door.accept()
                if address == ours.getsockname():
                    theirs.setblocking(False)
                    return ours, theirs
                theirs.close()  # somebody else was at this door for a moment
        except OSError:
            ours.close()
            raise
