"""Ports: the interfaces of a node that have more than one implementation."""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from canvas_server.core.chat.entries import ChatChanges, ChatPage, Said
from canvas_server.core.records import EntryRules, Record, Snapshot, Stored
from canvas_server.node.sockets import Owner, Payload, Socket
from canvas_server.protocol.fields import SessionId, TimestampMs
from canvas_server.protocol.history import Entry
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.scene import SceneDocument, SceneVersion


class LogFailure(Exception):
    """The log cannot do what was asked; the text says why and what to do, for the operator."""


class LogBusy(LogFailure):
    """Too much is asked of the log now; nothing is wrong with it."""


class Overtaken(LogFailure):
    """Another node has written to this session: it does not live here any more."""


class SessionSummary(Struct, frozen=True):
    """What the log holds of one session."""

    session_id: SessionId
    revision: int
    first_revision: int
    """The history reaches back to the scene at this revision."""
    timestamp: TimestampMs
    """Of the latest change."""
    bytes: int
    """Roughly what its changes and snapshots take up."""


class NotDecoded(Exception):
    """Pictures cannot be decoded now; later they may be."""


class Verdict(Struct, frozen=True):
    """What came of decoding one picture."""

    src: str | None
    """Its data URL as it may come in."""
    reason: str | None
    """Why it may not, and what to do."""
    cpu_ms: int
    """What it took, of a processor."""


class Decoded(Struct, frozen=True):
    """What came of decoding pictures."""

    sources: dict[str, str]
    """For each data URL the one in its place; `refused_source` where it may not come in."""
    cpu_ms: int


class PictureDecoder(Protocol):
    """Decodes pictures apart from the event loop."""

    def is_known(self, src: str) -> bool:
        """Tell whether a picture was decoded, so that it may come in as it is."""
        ...

    def decode(
        self,
        session_id: str,
        sources: Sequence[str],
        done: Callable[[Decoded | NotDecoded], None],
    ) -> Callable[[], None]:
        """Decode pictures of a session; `done` is called later, in the thread of the loop.

        Returns what gives it up: then `done` is not called.
        """
        ...


MAX_HISTORY_BYTES = 4 * 1024 * 1024
"""Of the changes that are read at once; a single one may be longer."""


SESSION_HISTORY_BYTES = 256 * 1024**2
"""Of the changes and snapshots of one session; beyond it the oldest go before their time."""
HISTORY_BYTES = 10 * 1024**3
"""The same for all sessions together, unless the operator wants another bound."""


class LogCounts(Struct):
    """What the log has done since the start; read by the metrics."""

    waiting: int = 0
    """Records on their way now."""
    stored: int = 0
    batches: int = 0
    """Records that wait are stored together."""
    seconds: float = 0.0
    """Spent on storing."""


class History(Struct, frozen=True):
    """A part of what happened in a session."""

    revision: int
    """The latest one there is."""
    first_revision: int
    """It reaches back to the scene at this revision."""
    entries: tuple[Entry, ...]
    """The latest first."""


class Log(Protocol):
    """Where scenes are kept: for each session an ordered log of changes, with snapshots and a chat.

    Nothing here blocks. An answer is given to `done`, in the thread of the event loop and never
    from within the call: the result, or a `LogFailure` instead of it. Appends are stored and
    answered in the order of the calls, for each session.
    """

    def append(self, record: Record, done: Callable[[LogFailure | None], None]) -> None:
        """Store a record; `done(None)` means that it outlives the process and a power cut.

        It fails when it `follows` and its first entry does not follow the last stored one, so
        nothing is stored after a record that failed until a whole scene is, which has to be later
        than the last stored one. One of the chat alone follows nothing, but its number has to be
        later than the last one of its kind (`ChatHead`): else it is `Overtaken`.
        """
        ...

    def load(self, session_id: str, done: Callable[[Stored | LogFailure], None]) -> None:
        """Read the scene of a session as it is now; an unknown session has an empty one."""
        ...

    def rules(self, session_id: str, done: Callable[[EntryRules | LogFailure], None]) -> None:
        """Read who may come into a session, as it is stored."""
        ...

    def recall(
        self, session_id: str, revision: int, done: Callable[[Snapshot | LogFailure | None], None]
    ) -> None:
        """Read the scene as it was after a revision; None where the history does not reach.

        At a revision that is missing in the history it is the scene before the next entry.
        """
        ...

    def history(
        self,
        session_id: str,
        before: int | None,
        limit: int,
        done: Callable[[History | LogFailure], None],
    ) -> None:
        """Read up to `limit` changes, the latest first, of revisions below `before`.

        Fewer come, but at least one, when they are longer than `MAX_HISTORY_BYTES`.
        """
        ...

    def chat_page(
        self,
        session_id: str,
        keys: tuple[str, ...],
        before: int | None,
        done: Callable[[ChatPage | LogFailure], None],
    ) -> None:
        """Read the latest messages before a number that are for who has one of these keys."""
        ...

    def chat_message(
        self, session_id: str, number: int, done: Callable[[Said | LogFailure | None], None]
    ) -> None:
        """Read one message; None: there is none."""
        ...

    def chat_changes(
        self, session_id: str, after: int, done: Callable[[ChatChanges | LogFailure], None]
    ) -> None:
        """Read the first entries with an even number after one, whoever they are for."""
        ...

    def sessions(self, done: Callable[[tuple[SessionSummary, ...] | LogFailure], None]) -> None:
        """List the sessions that have a scene or a chat, by name."""
        ...

    def erase(self, session_id: str, done: Callable[[bool | LogFailure], None]) -> None:
        """Remove a session with its whole history; answer whether there was one.

        Only for a session that is open nowhere.
        """
        ...

    async def close(self) -> None:
        """Store what was appended, then let go of everything. Nothing may be asked afterwards."""
        ...


class Elsewhere(Struct, frozen=True):
    """A session lives on another node."""

    address: str


class Placement(Protocol):
    """Which node a session lives on: one at a time, which orders all that happens in it."""

    def find(self, session_id: str, done: Callable[[Elsewhere | LogFailure | None], None]) -> None:
        """Say where a session lives; None: here, from now on if it lived nowhere."""
        ...

    def lost(self, session_id: str) -> None:
        """Note that a session does not live here any more: somebody else has written to it."""
        ...

    async def edit(
        self, elsewhere: Elsewhere, edit: SceneEdit, expected: SceneVersion | None
    ) -> SceneDocument:
        """Have an edit made where its session lives; see `Scenes.edit`.

        Raises:
            Refused: nothing was changed.
        """
        ...

    def forward(self, socket: Socket, address: str, payloads: list[Payload]) -> Owner:
        """Have the node at an address serve a socket, beginning with these messages."""
        ...


class Registered(Struct, frozen=True):
    """What a registry has under a key."""

    value: str
    """Empty: it was taken away."""
    revision: int


class CarrierListener(Protocol):
    """Takes what a carrier brings."""

    def connected(self, agent_id: str) -> None:
        """Note that messages can be sent from now on, and under which id others know us."""

    def disconnected(self) -> None:
        """Note that they cannot, for now."""

    def take(self, sender: str, payload: bytes) -> None:
        """Take a direct message; who sent it is beyond doubt."""

    def hear(self, topic: str, sender: str, payload: bytes) -> None:
        """Hear what somebody published on a topic; it was signed, not secret."""


class Carrier(Protocol):
    """Carries messages between servers that know each other by agent ids.

    It may lose, repeat and reorder them, or bring them late, but not to anybody else (direct
    messages) and not as from somebody else.
    """

    async def run(self, carried: CarrierListener) -> None:
        """Be connected, again and again, until cancelled."""

    def send(self, agent_id: str, payload: bytes) -> None:
        """Send a direct message, encrypted on all its way; not while disconnected."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Tell all who follow a topic; anybody on the way can read it."""

    def follow(self, topic: str) -> None:
        """Hear what is published on a topic from now on, over all connections."""

    def leave(self, topic: str) -> None:
        """Hear no more of a topic."""


class BackboneFailure(LogFailure):
    """What the nodes share is out of reach."""


class Backbone(Protocol):
    """What nodes share: a bus that may lose and repeat, and a registry that does neither.

    The registry gives all nodes one order of changes: of two that swap the same revision, one wins.
    """

    @property
    def connected(self) -> bool:
        """Whether the others can be heard now, as far as is known."""
        ...

    async def listen(
        self, address: str, take: Callable[[bytes], None], hear: Callable[[bytes], None]
    ) -> None:
        """Take what is published to an address from now on, and no other; hear all broadcasts.

        Raises:
            BackboneFailure: that cannot be done now.
        """
        ...

    def publish(self, address: str, data: bytes) -> None:
        """Send something to who listens to an address, in order, if it arrives."""
        ...

    def broadcast(self, data: bytes) -> None:
        """Send something to everybody, this node too, if it arrives."""
        ...

    async def probe(self, address: str) -> bool | None:
        """Tell whether somebody listens to an address and answers; None: nobody can say."""
        ...

    async def look(self, key: str) -> Registered | None:
        """Return what is registered.

        Raises:
            BackboneFailure: nobody can say now.
        """
        ...

    async def swap(self, key: str, value: str, revision: int) -> int | None:
        """Register something in the place of a revision (0: of nothing); an empty value removes it.

        Returns the new revision; None: somebody else was faster. What is removed takes no space.

        Raises:
            BackboneFailure: nobody can say now whether it is done.
        """
        ...
