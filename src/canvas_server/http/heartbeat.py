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
AT_ONCE = 16
"""Sockets that are pinged without a pause: some tenths of a millisecond in which nobody is read."""


class SocketPinger:
    """Pings every socket of a process, a part of them each second to spread the writes."""

    def __init__(self, node: Node, sockets: Callable[[], Iterable[WebSocketConnection]]) -> None:
        self._node = node
        self._sockets = sockets
        self._tick = 0

    async def run(self) -> None:
        """Beat until cancelled: once a second, in steps that are spread over it."""
        while True:
            steps = self.beat()
            for step in steps:
                await asyncio.sleep(1 / len(steps))
                serve(step)
            self._node.tick()

    def beat(self) -> list[list[WebSocketConnection]]:
        """Return the sockets whose turn it is, in steps; there is one at least."""
        self._tick += 1
        turn = self._tick % PING_SECONDS
        due = [socket for socket in self._sockets() if socket.turn % PING_SECONDS == turn]
        return [due[start : start + AT_ONCE] for start in range(0, len(due) or 1, AT_ONCE)]


def serve(sockets: Iterable[WebSocketConnection]) -> None:
    """Ping sockets, or give up those that have not been heard; one that is closed takes neither."""
    for socket in sockets:
        if socket.heard or socket.unread:
            socket.ping()
        else:
            socket.give_up()
