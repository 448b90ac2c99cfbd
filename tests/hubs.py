"""A hub for tests: ids are counted, tokens can be read, and what is sent is collected."""

import itertools
import uuid
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from canvas_server.core.effects import (
    Close,
    ConnectionId,
    Discard,
    Effect,
    Mark,
    Resume,
    Send,
    Streams,
)
from canvas_server.core.hub import Hub, Surroundings
from canvas_server.protocol import client, server

M = TypeVar("M", bound=msgspec.Struct)
NOW = 1_700_000_000.0
ICE = (server.IceServer(("stun:stun.example.org",)),)


def prove(token: str, peer_id: str, session_id: str, _: float) -> bool:
    """Tell whether a token is one of `make_hub`'s for this peer and session."""
    return token.partition("#")[0] == f"{peer_id}@{session_id}"


def payloads(data: bytes) -> Iterator[bytes]:
    """Take frames as the node writes them apart; they are shorter than 64 KiB here."""
    while data:
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4]), 4
        yield data[start : start + size]
        data = data[start + size :]


class Memory:
    """Streams of which everything is kept, or nothing."""

    def __init__(self) -> None:
        self.keeps = True

    def heard(self, connection: ConnectionId) -> int:
        """Nobody counts here."""
        return 0

    def resumable(self, connection: ConnectionId, token: str, received: int) -> int | None:
        """Whatever is asked for is there, or nothing is."""
        return 0 if self.keeps else None


def make_hub(streams: Streams, resume_seconds: float = 120) -> Hub:
    """Return a hub whose ids are 0x100, 0x101 … as UUIDs."""
    numbers, tokens = itertools.count(0x100), itertools.count(1)
    return Hub(
        Surroundings(
            version="test",
            new_id=lambda: str(uuid.UUID(int=next(numbers))),
            resume_token=lambda peer_id, session_id, _: f"{peer_id}@{session_id}#{next(tokens)}",
            proves=prove,
            features=("signaling",),
            ice_servers=lambda _peer_id, _now: ICE,
            resume_seconds=resume_seconds,
        ),
        streams,
    )


class Lab:
    """A hub and what each connection was sent."""

    def __init__(self, resume_seconds: float = 120) -> None:
        self.memory = Memory()
        self.hub = make_hub(self.memory, resume_seconds)
        self.now = NOW
        self.inbox: dict[ConnectionId, list[server.ServerMessage]] = {}
        self.marks: dict[ConnectionId, str] = {}
        self.closes: list[Close] = []
        self.discarded: list[ConnectionId] = []
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
                case Resume():
                    missed, self.inbox[effect.old] = self.inbox[effect.old], []
                    self.inbox[effect.new] += [effect.assigned, *missed]
                case Mark():
                    self.marks[effect.connection] = effect.token
                case Discard():
                    self.discarded.append(effect.connection)
                case _:
                    pass

    def connect(self) -> ConnectionId:
        """Open a connection."""
        connection = ConnectionId(next(self._numbers))
        self.inbox[connection] = []
        self.perform(self.hub.connect(connection, self.now))
        return connection

    def say(self, connection: ConnectionId, message: client.ClientMessage) -> list[Effect]:
        """Send a message and deliver what follows."""
        effects = self.hub.handle(connection, message, self.now)
        self.perform(effects)
        return effects

    def drop(self, connection: ConnectionId, code: int | None = 1000) -> list[Effect]:
        """Close a connection; with None it breaks."""
        effects = self.hub.disconnect(connection, self.now, code)
        self.perform(effects)
        return effects

    def wait(self, seconds: float) -> list[Effect]:
        """Let time go by."""
        self.now += seconds
        effects = self.hub.expire(self.now)
        self.perform(effects)
        return effects

    def come_back(
        self, peer_id: str, received: int | None = 0, session_id: str = "s"
    ) -> ConnectionId:
        """Open a connection for a peer that had one."""
        connection = self.connect()
        token = f"{peer_id}@{session_id}#0"
        self.inbox[connection].clear()
        self.say(
            connection,
            client.Subscribe(session_id, peer_id, resume_token=token, received=received),
        )
        return connection

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
