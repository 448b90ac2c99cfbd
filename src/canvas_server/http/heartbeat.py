"""What a node does once a second.

It finds connections whose other end is gone without a word (half-open TCP), and lets peers go that
stayed away too long.
"""

import asyncio

from canvas_server.http.websocket import WebSocketConnection
from canvas_server.node import Node
from canvas_server.protocol.errors import CloseCode

PING_SECONDS = 10
"""A connection is pinged this often, and given up when it says nothing until the next ping."""


class Heartbeat:
    """Pings every connection of a node, a part of them each second to spread the writes."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._tick = 0

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(1)
            self.beat()
            self._node.tick()

    def beat(self) -> None:
        """Serve the connections whose turn it is."""
        self._tick += 1
        turn = self._tick % PING_SECONDS
        for connection_id, connection in list(self._node.connections.items()):
            if connection_id % PING_SECONDS == turn and isinstance(connection, WebSocketConnection):
                if connection.heard or connection.unread:
                    connection.ping()
                else:
                    connection.close(CloseCode.SILENT)
                    self._node.disconnect(connection_id, None)
