"""Effects: what the core has its owner do, and the interface it reads delivery state from."""

from typing import Literal, NewType, Protocol

from msgspec import Struct

from canvas_server.core.chat.entries import ChatEntry
from canvas_server.core.records import Record
from canvas_server.protocol import client
from canvas_server.protocol.audit import AuditEntry
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.errors import CloseCode, ErrorCode, shortened
from canvas_server.protocol.history import Entry
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.quality import Quality
from canvas_server.protocol.server import PeerAssigned, ServerMessage

ConnectionId = NewType("ConnectionId", int)
"""One WebSocket. Never used twice; it outlives the socket as the name of what was sent on it."""


class Send(Struct, frozen=True, gc=False):
    """Put one message on the way to these connections, in this order among all effects.

    To a connection that is away it waits for the one that resumes it.
    """

    to: tuple[ConnectionId, ...]
    message: ServerMessage


class Checkpoint(Struct, frozen=True, gc=False):
    """From here on messages are kept until they have arrived, and counted for this token.

    The last `snapshot` messages count, but need not be kept: who missed them is sent new ones.
    """

    connection: ConnectionId
    token: str
    snapshot: int
    since: str = ""
    """What came from it counts since the checkpoint of this token; empty: from now on."""


class Resume(Struct, frozen=True, gc=False):
    """Let a new connection go on where an old one ended (RES1).

    It is sent `assigned`, then what followed the first `received` messages after `token`.
    """

    old: ConnectionId
    new: ConnectionId
    token: str
    received: int
    assigned: PeerAssigned


class Arrived(Struct, frozen=True, gc=False):
    """So many messages since the latest checkpoint have arrived and need not be kept any more."""

    connection: ConnectionId
    received: int


class Discard(Struct, frozen=True, gc=False):
    """Nobody will come back for what was sent to a connection."""

    connection: ConnectionId


class CloseConnection(Struct, frozen=True, gc=False):
    """End a connection after what was sent to it before. The core has forgotten it already."""

    connection: ConnectionId
    code: CloseCode


class Load(Struct, frozen=True, gc=False):
    """Read a session from the log (`Hub.opened`), then handle this message of a connection again.

    What the connection says meanwhile waits.
    """

    session_id: str
    connection: ConnectionId
    message: client.Subscribe


class Decode(Struct, frozen=True, gc=False):
    """Have pictures decoded that an edit brings, then handle it again with what came of them.

    What the connection says meanwhile waits (SCN10).
    """

    session_id: str
    connection: ConnectionId
    message: client.EditMessage | client.Propose | client.Chat
    sources: tuple[str, ...]


class Append(Struct, frozen=True, gc=False):
    """Store a record; say `Hub.stored` or `Hub.failed` with its ticket afterwards."""

    ticket: int
    record: Record
    editor: ConnectionId | None = None
    """Whose edit it is; None: it came over HTTP or from the server itself."""
    broadcast_bytes: int = 0
    """Bytes that each of those who are there will be sent for it, roughly."""
    receivers: int = 0
    posted: bool = False
    """It came over HTTP."""


class Worked(Struct, frozen=True, gc=False):
    """An edit of a connection, made or refused, or its question has gone through so many bytes."""

    connection: ConnectionId
    work: int
    """Bytes of elements, beyond what came in (`Edit.work`)."""


class Recall(Struct, frozen=True, gc=False):
    """Read an earlier scene from the log for a peer that wants it back (`Hub.recalled`)."""

    session_id: str
    peer_id: str
    message: client.RestoreScene
    editor: ConnectionId | None = None
    """The connection of that peer."""
    incarnation: str = ""
    """Of that peer: another one under its id has not asked."""


class AskChat(Struct, frozen=True, gc=False):
    """Read something of the chat from the log for a peer (`Hub.chat_read`)."""

    session_id: str
    peer_id: str
    message: client.GetChat | client.RemoveChat
    keys: tuple[str, ...]
    """What the peer may read of what is private."""
    ticket: int
    """Of the question (`ChatQuestions`)."""
    editor: ConnectionId
    incarnation: str = ""
    """Of that peer: another one under its id has not asked."""


class NetworkCallRequest(Struct, frozen=True, gc=False):
    """Ask the Communitas network for something; say `Hub.network_answered` afterwards.

    Nobody waits for the answer to "end".
    """

    session_id: str
    peer_id: str
    operation: Literal["start", "join", "end"]
    call_id: str | None = None
    video: bool = False
    message_id: str | None = None
    incarnation: str = ""
    """Of that peer: another one under its id has not asked."""


class PresenceChanged(Struct, frozen=True, gc=False):
    """Our own people in a session have changed."""

    session_id: str


OfPeople = Literal["updates", "roster", "pointers", "marks"]
"""What waits for a moment of what people are and do: updates that are told singly, differences of
the roster, pointers, selections and signs of typing and thinking."""
Unsettled = OfPeople | Literal["questions"]
"""What waits for a moment: that, and the answers to questions."""


class SettlePresence(Struct, frozen=True, gc=False):
    """Say `Hub.settle_presence` after some seconds: what may wait does until then (OUT5)."""

    session_id: str
    seconds: float
    what: Unsettled


class Changed(Struct, frozen=True, gc=False):
    """A scene that we lead has changed, and this is stored, or was sent all the same."""

    session_id: str
    entries: tuple[Entry, ...]


class ChatChanged(Struct, frozen=True, gc=False):
    """The chat of a session that we keep has changed, and this is stored."""

    session_id: str
    entry: ChatEntry


class Forward(Struct, frozen=True, gc=False):
    """Have an edit made by the server that leads the scene; `Replicas` takes its outcome.

    A `request` came over HTTP, everything else from a peer.
    """

    session_id: str
    peer_id: str | None
    message: client.Edit | client.ChatEdit | SceneEdit
    request: int | None = None
    expected: int | None = None


class Answered(Struct, frozen=True, gc=False):
    """An edit that came over HTTP is stored, or has failed."""

    request: int
    failure: ErrorCode | None = None


class Proceed(Struct, frozen=True, gc=False):
    """Say `Hub.proceed` as soon as others had their turn: a long edit is made in slices."""

    session_id: str


class RecordMetric(Struct, frozen=True, gc=False):
    """Count this among what calls were like; it changes nothing for anybody."""

    what: Quality | Cause


class RecordAudit(Struct, frozen=True, gc=False):
    """Write this down for who runs the server; it changes nothing for anybody."""

    entry: AuditEntry
    connection: ConnectionId | None = None
    """Through which it was caused: the owner of the core knows where that comes from."""


Storage = Load | Append | Recall | AskChat | Answered | Proceed
ExternalEvent = PresenceChanged | Changed | ChatChanged | Forward
"""Events for those beyond this server."""
Published = RecordMetric | RecordAudit | NetworkCallRequest | ExternalEvent
"""What the owner of the core does nothing about itself: others subscribe to it."""
RareEffect = (
    Checkpoint
    | Resume
    | Arrived
    | Discard
    | CloseConnection
    | Worked
    | SettlePresence
    | Decode
    | Published
    | Storage
)
Effect = Send | RareEffect


class Streams(Protocol):
    """The messages of each connection, as far as the owner of the core still counts them."""

    def heard(self, connection: ConnectionId) -> int:
        """Return how many messages came from it since its latest checkpoint."""
        ...

    def resumable(self, connection: ConnectionId, token: str, received: int) -> int | None:
        """Return how many messages had come from the peer since a checkpoint.

        None: what followed the first `received` messages after it is not all there any more.
        """
        ...


class Refusal(Exception):
    """An input the rules do not allow. Raised before anything has changed."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = shortened(detail) or code.meaning
        self.work = 0
        """Bytes that the edit had gone through by then (`Edit.work`)."""
