"""A hub for tests: ids are counted, tokens can be read, and what is sent is collected."""

import itertools
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from canvas_server.core.chat.entries import ChatPage, Said
from canvas_server.core.effects import (
    Answered,
    Append,
    AskChat,
    Changed,
    ChatChanged,
    Checkpoint,
    CloseConnection,
    ConnectionId,
    Discard,
    Effect,
    Forward,
    Load,
    PresenceChanged,
    Proceed,
    Recall,
    Resume,
    Send,
    SettlePresence,
    Streams,
    Worked,
)
from canvas_server.core.hub import Hub
from canvas_server.core.presence.environment import Admission, Environment, Everybody
from canvas_server.core.presence.identity import Identities, ResumeClaims
from canvas_server.core.presence.places import LINK_PLACES
from canvas_server.core.records import Snapshot, Stored
from canvas_server.node.ports import LogFailure
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.store.memory import MemoryLog

M = TypeVar("M", bound=msgspec.Struct)
NOW = 1_700_000_000.0
RELAY_ONLY = "relay-only"
"""The session whose calls go through TURN servers alone."""
FEATURES = ("signaling", "call_quality", "chat")
ICE = (server.IceServer(("stun:stun.example.org",)),)


FIRST_ID = 0x100


class ReadableIdentities:
    """Identities that tests can read: ids are 0x100, 0x101 … as UUIDs, tokens `peer@session#n`.

    One that was not signed here under its number says what the latest one of its peer and session
    said; where there was none, it is of an earlier process.
    """

    def __init__(self, ids: Iterator[int], numbers: Iterator[int], realm: int = 0) -> None:
        """Servers of different realms do not take each other's ids for their own."""
        self._ids = ids
        self._realm = realm
        self._numbers = numbers
        self._stays = itertools.count(1)
        self._signed: dict[str, ResumeClaims] = {}
        self._latest: dict[str, ResumeClaims] = {}

    def new_peer_id(self) -> str:
        """See `Identities`."""
        return str(uuid.UUID(int=self._realm << 32 | next(self._ids)))

    def made_here(self, peer_id: str) -> bool:
        """See `Identities`: what tests wish for is smaller, or much larger."""
        realm, number = divmod(uuid.UUID(peer_id).int, 2**32)
        return realm == self._realm and number >= FIRST_ID

    def new_incarnation(self) -> str:
        """See `Identities`."""
        return f"stay {next(self._stays)}"

    def sign(self, claims: ResumeClaims, now: float) -> str:
        """See `Identities`."""
        whose = f"{claims.peer_id}@{claims.session_id}"
        token = f"{whose}#{next(self._numbers)}"
        self._signed[token] = self._latest[whose] = claims
        return token

    def read(self, token: str, now: float) -> ResumeClaims | None:
        """See `Identities`."""
        whose, number, _ = token.partition("#")
        peer_id, at, session_id = whose.partition("@")
        if not (number and at):
            return None
        earlier = self._latest.get(whose, ResumeClaims(peer_id, session_id))
        return self._signed.get(token, earlier)


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


def make_hub(
    streams: Streams,
    resume_seconds: float = 120,
    started: float = 0,
    numbers: Iterator[int] | None = None,
    features: tuple[str, ...] = FEATURES,
    admission: Admission | None = None,
    ice_seconds: float | None = None,
    leader: Callable[[str], str | None] | None = None,
    identities: Identities | None = None,
    is_decoded: Callable[[str], bool] = lambda _: True,
    link_places: int = LINK_PLACES,
) -> Hub:
    """Return a hub whose ids are 0x100, 0x101 … as UUIDs.

    Hubs that follow each other share `numbers`, for ids and tokens: none is given twice.
    """
    tokens = numbers or itertools.count(1)
    numbers = numbers or itertools.count(FIRST_ID)
    return Hub(
        Environment(
            version="test",
            new_id=lambda: str(uuid.UUID(int=next(numbers))),
            identities=identities or ReadableIdentities(numbers, tokens),
            features=features,
            ice_servers=lambda _peer_id, _now: ICE,
            ice_seconds=ice_seconds,
            relay_only=lambda session_id: session_id == RELAY_ONLY,
            link_places=link_places,
            resume_seconds=resume_seconds,
            started=started,
            admission=admission or Everybody(),
            is_decoded=is_decoded,
            watched=leader is not None,
            leader=leader or (lambda _: None),
        ),
        streams,
    )


class Disk:
    """A log in memory that answers when it is told to, and fails when it is told to."""

    def __init__(self) -> None:
        self._answers: deque[Callable[[], None]] = deque()
        self.log = MemoryLog(self._answers.append)
        self.full = False

    def append(self, effect: Append, done: Callable[[LogFailure | None], None]) -> None:
        """Store a record, unless the disk is full."""
        if self.full:
            self._answers.append(lambda: done(LogFailure("full")))
        else:
            self.log.append(effect.record, done)

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """Read a session; the answer overtakes those to appends."""
        self.log.load(session_id, done)
        self._answers.pop()()

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """Read an earlier scene; the answer overtakes those to appends."""
        self.log.recall(session_id, revision, done)
        self._answers.pop()()

    def answer(self, count: int | None = None) -> None:
        """Give the next answers, or all of them and those they lead to."""
        while self._answers and count != 0:
            self._answers.popleft()()
            count = None if count is None else count - 1


class HubLab:
    """A hub with its log, and what each connection was sent.

    The log answers at once, unless `busy` is set.
    """

    def __init__(
        self,
        resume_seconds: float = 120,
        started: float = 0,
        ice_seconds: float | None = None,
        leader: Callable[[str], str | None] | None = None,
    ) -> None:
        self.memory = Memory()
        self.disk = Disk()
        self.busy = False
        self.hub = make_hub(
            self.memory, resume_seconds, started, ice_seconds=ice_seconds, leader=leader
        )
        self.now = NOW
        self.watch: Callable[[list[Effect]], None] = lambda _: None
        """Sees all effects before they are performed."""
        self.answered: list[Answered] = []
        self.worked: list[Worked] = []
        self.shared: list[PresenceChanged | Changed | ChatChanged | Forward] = []
        self.appended: list[Append] = []
        self.windows: list[SettlePresence] = []
        """What waits in which sessions."""
        self.proceeding: list[str] = []
        """The sessions whose long edits are to go on."""
        self.inbox: dict[ConnectionId, list[server.ServerMessage]] = {}
        self.marks: dict[ConnectionId, str] = {}
        self.closes: list[CloseConnection] = []
        self.discarded: list[ConnectionId] = []
        self._numbers = itertools.count(1)

    def perform(  # noqa: C901 - one arm for each effect, nothing else
        self, effects: list[Effect]
    ) -> None:
        """Deliver what the hub asks for."""
        self.watch(effects)
        for effect in effects:
            match effect:
                case Send():
                    for connection in effect.to:
                        self.inbox[connection].append(effect.message)
                case CloseConnection():
                    self.closes.append(effect)
                case Resume():
                    missed, self.inbox[effect.old] = self.inbox[effect.old], []
                    self.inbox[effect.new] += [effect.assigned, *missed]
                case Checkpoint():
                    self.marks[effect.connection] = effect.token
                case Discard():
                    self.discarded.append(effect.connection)
                case Answered():
                    self.answered.append(effect)
                case PresenceChanged() | Changed() | ChatChanged() | Forward():
                    self.shared.append(effect)
                case Worked():
                    self.worked.append(effect)
                case SettlePresence():
                    self.windows.append(effect)
                case Append() | Load() | Recall() | AskChat() | Proceed():
                    self._ask(effect)
                case _:
                    pass
        if not self.busy:
            self.disk.answer()
            self.proceed()

    def settle_presence(self) -> None:
        """Let the time go by for which updates of peers, their rosters and pointers wait."""
        windows, self.windows = self.windows, []
        for waiting in windows:
            self.perform(self.hub.settle_presence(waiting.session_id, waiting.what))

    def proceed(self) -> None:
        """Let long edits go on to their end."""
        while self.proceeding:
            self.perform(self.hub.proceed(self.proceeding.pop(0)))

    def _ask(self, effect: Append | Load | Recall | AskChat | Proceed) -> None:
        match effect:
            case Proceed():
                self.proceeding.append(effect.session_id)
            case Append(ticket, record):
                self.appended.append(effect)
                session_id = record.session_id

                def appended(failure: LogFailure | None) -> None:
                    hub = self.hub
                    self.perform(
                        hub.stored(session_id, ticket)
                        if failure is None
                        else hub.failed(session_id, ticket, self.now)
                    )

                self.disk.append(effect, appended)
            case Load(session_id, connection, message):

                def loaded(stored: Stored | LogFailure) -> None:
                    assert isinstance(stored, Stored)
                    self.hub.opened(session_id, stored)
                    if connection in self.inbox:
                        self.say(connection, message)
                    self.hub.settle(session_id)

                self.disk.load(session_id, loaded)
            case AskChat(session_id, _, message):

                def read(found: ChatPage | Said | LogFailure | None) -> None:
                    assert not isinstance(found, LogFailure)
                    self.perform(self.hub.chat_read(effect, found, self.now))

                if isinstance(message, client.GetChat):
                    self.disk.log.chat_page(session_id, effect.keys, message.before, read)
                else:
                    self.disk.log.chat_message(session_id, message.id, read)
            case Recall(session_id, _, message):

                def recalled(past: Snapshot | LogFailure | None) -> None:
                    assert not isinstance(past, LogFailure)
                    found = past or ErrorCode.REVISION_NOT_FOUND
                    self.perform(self.hub.recalled(effect, found, self.now))

                self.disk.recall(session_id, message.revision, recalled)

    def connect(self) -> ConnectionId:
        """Open a connection."""
        connection = ConnectionId(next(self._numbers))
        self.inbox[connection] = []
        self.perform(self.hub.connect(connection, self.now))
        return connection

    def say(self, connection: ConnectionId, message: client.ClientMessage) -> list[Effect]:
        """Send a message and deliver what follows."""
        effects = self.handle(connection, message)
        self.perform(effects)
        return effects

    def handle(self, connection: ConnectionId, message: client.ClientMessage) -> list[Effect]:
        """Have the hub handle a message; the short way of a candidate comes to the same."""
        if not isinstance(message, client.IceCandidate):
            return self.hub.handle(connection, message, self.now)
        relayed = self.hub.relay(connection, message)
        effects = self.hub.handle(connection, message, self.now)
        match effects:
            case [Send((to,), server.RelayIceCandidate() as candidate)]:
                assert relayed == (to, candidate)
            case _:
                assert relayed is None
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
