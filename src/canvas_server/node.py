"""The node: the one owner of the hub. It feeds it and performs its effects, in order.

There is no `await` between an input and the last of its effects, so a node has one order of
everything and needs no lock.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

from canvas_server.core.effects import Close, ConnectionId, Effect, Send
from canvas_server.core.hub import Hub
from canvas_server.outbox import Outbox, frame_of
from canvas_server.protocol.client import ClientMessage
from canvas_server.protocol.codec import MalformedMessage, decode
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.server import (
    Error,
    PeerCursor,
    PeerMediaState,
    PeerUpdated,
    ServerMessage,
)

UNHURRIED = frozenset((PeerCursor, PeerMediaState, PeerUpdated))
"""News that may wait a moment for other news, so that a crowd costs fewer writes."""
UNHURRIED_SECONDS = 0.02


class Connection(Protocol):
    """One WebSocket, as the node sees it."""

    outbox: Outbox

    def close(self, code: CloseCode) -> None:
        """Write what waits, then close with this code."""


class Counts:
    """What has happened since the start; read by the metrics."""

    def __init__(self) -> None:
        self.received: defaultdict[type[ClientMessage], int] = defaultdict(int)
        self.sent: defaultdict[type[ServerMessage], int] = defaultdict(int)
        self.refused: defaultdict[ErrorCode, int] = defaultdict(int)
        self.closed: defaultdict[CloseCode, int] = defaultdict(int)
        self.connections = 0
        self.held_back = 0


class Node:
    """The hub of this process with its connections."""

    def __init__(
        self,
        hub: Hub,
        call_later: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Own a hub; `call_later` runs a function after some seconds, in the same thread."""
        self.hub = hub
        self.counts = Counts()
        self.connections: dict[ConnectionId, Connection] = {}
        self.stopping = False
        """Set when the process is about to end: readiness turns red."""
        self._clock = clock
        self._last_id = 0
        self._call_later = call_later
        self._dirty: dict[Outbox, None] = {}
        self._unhurried: dict[Outbox, None] = {}

    def connect(self, connection: Connection) -> ConnectionId:
        """Take in a new connection and greet it."""
        self._last_id += 1
        connection_id = ConnectionId(self._last_id)
        self.connections[connection_id] = connection
        self.counts.connections += 1
        self._perform(self.hub.connect(connection_id, self._clock()))
        self.flush()
        return connection_id

    def receive(self, connection_id: ConnectionId, payload: bytes | memoryview) -> None:
        """Handle one text message. What it causes is queued; call `flush` after a batch."""
        if connection_id not in self.connections:
            return  # closed by the server, and its last frames still come in
        try:
            message = decode(payload)
        except MalformedMessage as malformed:
            self._perform(self.hub.refuse(connection_id, malformed))
            return
        self.counts.received[type(message)] += 1
        self._perform(self.hub.handle(connection_id, message, self._clock()))

    def refuse_binary(self, connection_id: ConnectionId) -> None:
        """Answer a binary message; the connection lives on."""
        if connection_id in self.connections:
            code = ErrorCode.BINARY_FRAME
            self._perform(self.hub.refuse(connection_id, MalformedMessage(code, code.meaning)))

    def disconnect(self, connection_id: ConnectionId, *, clean: bool) -> None:
        """Forget a connection that is gone; a second call for it does nothing."""
        connection = self.connections.pop(connection_id, None)
        if connection is not None:
            connection.outbox.close()
            self._perform(self.hub.disconnect(connection_id, self._clock(), clean=clean))
            self.flush()

    def flush(self) -> None:
        """Write what is queued: one write for each connection that has something to hear now."""
        if self._dirty:
            dirty, self._dirty = self._dirty, {}
            for outbox in dirty:
                outbox.flush()

    def _flush_unhurried(self) -> None:
        unhurried, self._unhurried = self._unhurried, {}
        for outbox in unhurried:
            outbox.flush()

    def _perform(self, effects: list[Effect]) -> None:
        connections, sent = self.connections, self.counts.sent
        for effect in effects:
            if isinstance(effect, Send):
                message = effect.message
                kind = type(message)
                frame = frame_of(message)
                waiting = self._dirty
                if kind in UNHURRIED:
                    if not self._unhurried:
                        self._call_later(UNHURRIED_SECONDS, self._flush_unhurried)
                    waiting = self._unhurried
                for connection_id in effect.to:
                    connection = connections.get(connection_id)
                    if connection is not None:
                        connection.outbox.push(frame)
                        waiting[connection.outbox] = None
                sent[kind] += len(effect.to)
                if isinstance(message, Error):
                    self.counts.refused[message.code] += 1
            else:
                self._close(effect)

    def _close(self, effect: Close) -> None:
        connection = self.connections.pop(effect.connection, None)
        if connection is not None:
            connection.close(effect.code)
