"""A hub for tests: ids are counted, tokens can be read, and what is sent is collected."""

import itertools
import uuid
from typing import TypeVar

import msgspec

from canvas_server.core.effects import Close, ConnectionId, Effect, Send
from canvas_server.core.hub import Hub, Surroundings
from canvas_server.protocol import client, server

M = TypeVar("M", bound=msgspec.Struct)
NOW = 1_700_000_000.0
ICE = (server.IceServer(("stun:stun.example.org",)),)


def make_hub() -> Hub:
    """Return a hub whose ids are 0x100, 0x101 … as UUIDs."""
    numbers = itertools.count(0x100)
    return Hub(
        Surroundings(
            version="test",
            new_id=lambda: str(uuid.UUID(int=next(numbers))),
            resume_token=lambda peer_id, session_id, _: f"{peer_id}@{session_id}",
            proves=lambda token, peer_id, session_id, _: token == f"{peer_id}@{session_id}",
            features=("signaling",),
            ice_servers=lambda _peer_id, _now: ICE,
        )
    )


class Lab:
    """A hub and what each connection was sent."""

    def __init__(self) -> None:
        self.hub = make_hub()
        self.inbox: dict[ConnectionId, list[server.ServerMessage]] = {}
        self.closes: list[Close] = []
        self._numbers = itertools.count(1)

    def perform(self, effects: list[Effect]) -> None:
        """Deliver what the hub asks for."""
        for effect in effects:
            match effect:
                case Send():
                    for connection in effect.to:
                        self.inbox[connection].append(effect.message)
                case Close():
                    self.closes.append(effect)

    def connect(self) -> ConnectionId:
        """Open a connection."""
        connection = ConnectionId(next(self._numbers))
        self.inbox[connection] = []
        self.perform(self.hub.connect(connection, NOW))
        return connection

    def say(self, connection: ConnectionId, message: client.ClientMessage) -> list[Effect]:
        """Send a message and deliver what follows."""
        effects = self.hub.handle(connection, message, NOW)
        self.perform(effects)
        return effects

    def drop(self, connection: ConnectionId, *, clean: bool = True) -> list[Effect]:
        """Close a connection."""
        effects = self.hub.disconnect(connection, NOW, clean=clean)
        self.perform(effects)
        return effects

    def join(
        self, session_id: str = "s", display_name: str | None = None
    ) -> tuple[ConnectionId, str]:
        """Open a connection and subscribe; return it and its peer id, with an empty inbox."""
        connection = self.connect()
        self.say(connection, client.Subscribe(session_id, display_name=display_name))
        peer_id = self.heard(connection, server.PeerAssigned)[-1].peer_id
        self.clear()
        return connection, peer_id

    def heard(self, connection: ConnectionId, kind: type[M]) -> list[M]:
        """Return the messages of one type a connection was sent."""
        return [message for message in self.inbox[connection] if isinstance(message, kind)]

    def error(self, connection: ConnectionId) -> str:
        """Return the code of the one error, which must be all a connection was sent."""
        (message,) = self.inbox[connection]
        assert isinstance(message, server.Error)
        return message.code

    def clear(self) -> None:
        """Empty every inbox."""
        for inbox in self.inbox.values():
            inbox.clear()
