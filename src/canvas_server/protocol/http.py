"""Bodies of requests to `/api`, and of its answers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from canvas_server.protocol.bounds import (
    ALL_SIGHTS,
    Area,
    BoundElements,
    BoundKinds,
    BoundRate,
    Mode,
    Sight,
)
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.fields import (
    Count,
    DisplayName,
    ElementId,
    JoinToken,
    PeerId,
    Places,
    Revision,
    SessionId,
    TimestampMs,
    UserId,
)
from canvas_server.protocol.history import Entry
from canvas_server.protocol.plain import plain_name
from canvas_server.protocol.quality import Quality
from canvas_server.protocol.roles import Role
from canvas_server.protocol.scene import ElementChanges, NewElement, SceneDocument
from canvas_server.protocol.server import ChatMessage, Peer

MAX_EDITED = 20_000


class ChangedElement(Struct, frozen=True):
    """The parts of an element that change."""

    id: ElementId
    changes: ElementChanges


class SceneEdit(Struct, frozen=True):
    """The body of `POST /api/scene`: first `clear`, then `add`, `update`, `remove`, all or nothing.

    Without a `session_id` it is about the session `default`.
    """

    session_id: SessionId = "default"
    add: Annotated[tuple[NewElement, ...], Meta(max_length=MAX_EDITED)] = ()
    update: Annotated[tuple[ChangedElement, ...], Meta(max_length=MAX_EDITED)] = ()
    remove: Annotated[tuple[ElementId, ...], Meta(max_length=MAX_EDITED)] = ()
    clear: bool = False


class SceneAnswer(Struct, frozen=True):
    """The answer to `GET` and `POST`: the scene as everybody has been told it is."""

    scene: SceneDocument
    success: bool = True


class HistoryAnswer(Struct, frozen=True):
    """A part of the history, the latest change first; go on with `before`, the last revision of it.

    It ends where `first_revision` is: the scene at that revision can be had, none before it.
    """

    revision: Revision
    first_revision: Revision
    entries: tuple[Entry, ...]
    success: bool = True


class ChatAnswer(Struct, frozen=True):
    """Messages of the chat that are for everybody, in order; go on `before` the first of them.

    None that is to one peer is among them (CHT5).
    """

    messages: tuple[ChatMessage, ...]
    more: bool
    success: bool = True


class CallOverview(Struct, frozen=True, omit_defaults=True):
    """A call, and how good it is as far as its peers say (SIG13)."""

    caller: PeerId
    callee: PeerId
    answered: bool
    quality: dict[PeerId, Quality] = {}
    """What each of the two said last."""
    cause: Cause | None = None
    """What the two were told of it, where it is poor."""


class SessionOverview(Struct, frozen=True):
    """A session that somebody is in."""

    session_id: SessionId
    revision: Revision
    elements: Count
    peers: tuple[Peer, ...]
    calls: tuple[CallOverview, ...]


class SessionsAnswer(Struct, frozen=True):
    """The answer to `GET /api/sessions`."""

    sessions: tuple[SessionOverview, ...]
    success: bool = True


class NodeOverview(Struct, frozen=True):
    """A node of the server, as it described itself last."""

    node_id: str
    version: str
    started: TimestampMs
    draining: bool
    """It sends its peers to the other nodes, and will stop."""
    connections: Count
    peers: Count
    """In sessions that live there."""
    sessions: Count
    """That live there."""
    answers: bool = False
    """It is the one that answers you."""


class NodesAnswer(Struct, frozen=True):
    """The answer to `GET /api/nodes`, by name of the node."""

    nodes: tuple[NodeOverview, ...]
    connected: bool
    """Whether the node that answers reaches the others."""
    success: bool = True


class TokenWish(Struct, frozen=True):
    """The body of `POST /api/tokens`: what is to be given out.

    It ends with what it is made with, and is taken back with it (TOK8).
    """

    session_id: SessionId
    role: Role = Role.EDIT
    name: DisplayName | None = None
    """What its bearer is called."""
    expires_in: Annotated[int, Meta(ge=1, le=366 * 24 * 3600)] = 24 * 3600
    """Seconds in which it opens the session."""
    renewable: bool = True
    """Who is in the session when it ends is given another one in time (TOK2)."""
    rename: bool = False
    """Its bearer may go by another name (TOK6)."""
    user: UserId | None = None
    """Who its bearer is, for all to see (TOK6); for who runs the server to say."""
    places: Places | None = None
    """Where it says nothing, moderators have as many as there are, others `CANVAS_LINK_PLACES`."""
    short: bool = False
    """A short link is made too (LNK1)."""
    kinds: BoundKinds = None
    """Bounds of an agent, from here on (AGT1); see `Bounds`."""
    area: Area | None = None
    edits_per_minute: BoundRate = None
    max_elements: BoundElements = None
    mode: Mode = "edit"
    sees: tuple[Sight, ...] = ALL_SIGHTS

    def __post_init__(self) -> None:
        """Take the name as it may be shown (PAG3)."""
        if self.name is not None:
            force_setattr(self, "name", plain_name(self.name))


class TokenAnswer(Struct, frozen=True):
    """What was given out. The token is shown this once."""

    token: JoinToken
    token_id: str
    expires: TimestampMs
    link: str
    short_link: str | None = None
    success: bool = True


class CodeWish(Struct, frozen=True):
    """The body of `POST /api/codes`: the code of a short link."""

    code: Annotated[str, Meta(max_length=256)]


class CodeAnswer(Struct, frozen=True):
    """The token that a code stands for (LNK2)."""

    session_id: SessionId
    token: JoinToken
    expires: TimestampMs
    success: bool = True


class GivenOut(Struct, frozen=True):
    """A token that was given out; not the token itself."""

    token_id: str
    role: Role
    made: TimestampMs
    expires: TimestampMs
    name: DisplayName | None
    revoked: bool
    """It was taken back, or what it was made with."""
    made_with: str | None = None
    """The `token_id` of the link it was made with; `null`: who runs the server made it."""
    expired: bool = False
    """It opens nothing any more, by the clock of the server; others may be wrong."""


class ErasedAnswer(Struct, frozen=True):
    """A session was removed with its whole history."""

    erased: bool
    """There was one."""
    success: bool = True


class TokensAnswer(Struct, frozen=True):
    """What was given out for a session, oldest first."""

    tokens: tuple[GivenOut, ...]
    success: bool = True


class ServerOverview(Struct, frozen=True):
    """Another server that sessions are shared with."""

    agent_id: str
    name: str
    state: Annotated[
        Literal["connected", "silent", "away", "other secret"],
        Meta(
            description="`silent`: out of reach, and what is told waits. `away`: not met, or given "
            "up."
        ),
    ]
    sessions: Annotated[Count, Meta(description="That are shared with it now.")]
    people: Annotated[Count, Meta(description="Of theirs, in all of these.")]
    backlog: Annotated[Count, Meta(description="Bytes that are not known to have arrived.")]
    resent: Annotated[Count, Meta(description="Messages that were sent again.")]


class RelayOverview(Struct, frozen=True):
    """How this server is joined to others over x0x."""

    agent_id: Annotated[str, Meta(description="Ours; empty as long as x0xd has not said.")]
    name: str
    connected: Annotated[bool, Meta(description="x0xd can be reached.")]
    servers: tuple[ServerOverview, ...]


class CommunitasAnswer(Struct, frozen=True):
    """The answer to `GET /api/communitas`; `null` is what is not switched on."""

    node: Annotated[str | None, Meta(description="The communitas-mcp that is joined, if any.")]
    relay: RelayOverview | None
    success: bool = True
