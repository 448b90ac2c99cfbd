"""Periodic work of a node: ticks and pings, once a second.

It finds sockets whose other end is gone without a word (half-open TCP), and lets peers go that
stayed away too long.
"""

import asyncio
from collections.abc import Callable, Iterable

from canvas_server.http.websocket import WebSocketConnection
from canvas_server.node.node import Node

PING_SECONDS = 10
"""A connection is pinged this often, and given up when it says nothing until the next ping."""


class SocketPinger:
    """Pings every socket of a process, a part of them each second to spread the writes."""

    def __init__(self, node: Node, sockets: Callable[[], Iterable[WebSocketConnection]]) -> None:
        self._node = node
        self._sockets = sockets
        self._tick = 0

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(1)
            self.beat()
            self._node.tick()

    def beat(self) -> None:
        """Serve the sockets whose turn it is."""
        self._tick += 1
        turn = self._tick % PING_SECONDS
        for socket in list(self._sockets()):
            if socket.turn % PING_SECONDS == turn:
                if socket.heard or socket.unread:
                    socket.ping()
                else:
                    socket.give_up()
