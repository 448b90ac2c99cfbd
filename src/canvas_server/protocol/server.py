"""Messages the server sends to a client, tagged by ``type``."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from canvas_server.protocol.client import PreviewedElement
from canvas_server.protocol.diagnosis import Cause, Whose
from canvas_server.protocol.errors import CallEndReason, ErrorCode
from canvas_server.protocol.fields import (
    CallId,
    Candidate,
    Coordinate,
    Count,
    DisplayName,
    ElementId,
    JoinToken,
    MessageId,
    MLineIndex,
    NetworkCallId,
    OfferId,
    PeerId,
    ResumeToken,
    Revision,
    Sdp,
    SdpMid,
    ServerName,
    SessionId,
    TimestampMs,
    UserId,
    UsernameFragment,
    ViewHeight,
)
from canvas_server.protocol.roles import Right, Role
from canvas_server.protocol.scene import Element, SceneDocument


class Media(Struct, frozen=True):
    """Which media a peer sends."""

    audio: bool = False
    video: bool = False
    screen: bool = False


class Peer(Struct, frozen=True, omit_defaults=True):
    """A participant, as the others see it."""

    peer_id: PeerId
    connected: Annotated[bool, Meta(description="False while its connection is away.")]
    in_call: Annotated[bool, Meta(description="In at least one call that was answered.")]
    media: Media
    display_name: DisplayName | None = None
    group_call: Annotated[bool, Meta(description="In the call of everybody (SIG10).")] = False
    role: Role = Role.EDIT
    server: Annotated[
        ServerName | None,
        Meta(description="The name of the server it is at, where that is not yours (REL1)."),
    ] = None
    user_id: Annotated[
        UserId | None,
        Meta(description="Who it is, where its token says so; the same however often it comes."),
    ] = None


class IceServer(Struct, frozen=True, omit_defaults=True):
    """An `RTCIceServer` of the W3C WebRTC API."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    """First on every connection. Only what works is listed in `features`."""

    version: str
    session_id: Annotated[
        SessionId, Meta(description="A session for clients with no wish of their own.")
    ]
    timestamp: TimestampMs
    features: tuple[str, ...]
    legacy_signaling: Annotated[
        Literal[True], Meta(description="Signalling in the form of this page is spoken.")
    ] = True


class PeerAssigned(Struct, frozen=True, tag_field="type", tag="peer_assigned"):
    """The answer to `subscribe`: who you are and how to reach others."""

    peer_id: PeerId
    session_id: SessionId
    resume_token: ResumeToken
    ice_servers: tuple[IceServer, ...]
    recovered: Annotated[
        bool,
        Meta(
            description="True: exactly what was missed follows, in order. False: a full snapshot "
            "follows."
        ),
    ] = False
    received: Annotated[
        Count | UnsetType,
        Meta(
            description="With `recovered: true`: how many messages the server had from this peer "
            "since the `subscribe` that the token answered. What came after them was lost on the "
            "way: send it again."
        ),
    ] = UNSET
    role: Role = Role.EDIT
    rights: Annotated[tuple[Right, ...], Meta(description="What this role may do (TOK3).")] = ()
    ice_transport_policy: Annotated[
        Literal["relay"] | UnsetType,
        Meta(
            description="Calls of this session go through TURN servers alone: the "
            "`RTCIceTransportPolicy` to use (SIG15)."
        ),
    ] = UNSET
    bound_name: Annotated[
        DisplayName | UnsetType,
        Meta(
            description="Your name, where your token gives it and it cannot be changed (TOK6): "
            "whatever `display_name` you ask for, this is what others see."
        ),
    ] = UNSET


class TokenRenewed(Struct, frozen=True, tag_field="type", tag="token_renewed"):
    """Another join token in the place of yours, which ends soon: use it from now on (TOK2)."""

    token: JoinToken
    expires: TimestampMs


class IceServersRenewed(Struct, frozen=True, tag_field="type", tag="ice_servers_renewed"):
    """ICE servers with other TURN credentials, in the place of those that end soon (SIG16)."""

    ice_servers: tuple[IceServer, ...]
    expires: TimestampMs


class PeerList(Struct, frozen=True, tag_field="type", tag="peer_list"):
    """Everybody in the session, yourself included, in order of joining."""

    session_id: SessionId
    peers: tuple[Peer, ...]


class SceneUpdate(Struct, frozen=True, tag_field="type", tag="scene_update"):
    """The whole scene; replaces what the client has."""

    scene: SceneDocument


class PeerJoined(Struct, frozen=True, tag_field="type", tag="peer_joined"):
    """Somebody joined the session."""

    session_id: SessionId
    peer: Peer


class PeerUpdated(Struct, frozen=True, tag_field="type", tag="peer_updated"):
    """Something about a peer changed; replaces what the client has of it."""

    peer: Peer


class PeerLeft(Struct, frozen=True, tag_field="type", tag="peer_left"):
    """Somebody left the session."""

    session_id: SessionId
    peer_id: PeerId
    reason: Literal["left", "disconnected", "removed"]


class IncomingCall(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="incoming_call"):
    """Somebody rings you. Sent again after a snapshot, as long as it rings."""

    from_peer_id: PeerId
    session_id: SessionId
    call_id: CallId | None = None
    group: bool = False


class RelayOffer(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="relay_offer"):
    """An offer. In no call yet: somebody rings you without `incoming_call` (SIG6)."""

    from_peer_id: PeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class RelayAnswer(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="relay_answer"):
    """An answer to your offer."""

    from_peer_id: PeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class RelayIceCandidate(
    Struct, frozen=True, omit_defaults=True, tag_field="type", tag="relay_ice_candidate"
):
    """An ICE candidate; keep it until the remote description is set."""

    from_peer_id: PeerId
    candidate: Candidate
    sdp_mid: SdpMid | None = None
    sdp_m_line_index: MLineIndex | None = None
    username_fragment: UsernameFragment | None = None
    call_id: CallId | None = None


class CallEnded(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="call_ended"):
    """The call with that peer is over; sent once for each call (SIG5)."""

    from_peer_id: PeerId
    reason: CallEndReason
    call_id: CallId | None = None


Follows = Annotated[
    Revision,
    Meta(
        description="The revision before, where that is not `revision - 1`: several changes of one "
        "transaction are told as one (SCN1)."
    ),
]


class ElementAdded(Struct, frozen=True, tag_field="type", tag="element_added"):
    """An element is new in the scene; its editor hears it too."""

    element: Element
    revision: Revision
    timestamp: TimestampMs
    follows: Follows | UnsetType = UNSET


class ElementUpdated(Struct, frozen=True, tag_field="type", tag="element_updated"):
    """An element changed; the whole element as it is now."""

    element: Element
    revision: Revision
    timestamp: TimestampMs
    follows: Follows | UnsetType = UNSET


class ElementRemoved(Struct, frozen=True, tag_field="type", tag="element_removed"):
    """An element is gone."""

    id: ElementId
    revision: Revision
    timestamp: TimestampMs
    follows: Follows | UnsetType = UNSET


class AckResult(Struct, frozen=True):
    """What an accepted edit made. `clear_scene` and `restore_scene` concern no single element."""

    revision: Revision
    id: ElementId | UnsetType = UNSET


class Ack(Struct, frozen=True, tag_field="type", tag="ack"):
    """An edit that carried a `message_id` was accepted."""

    message_id: MessageId
    result: AckResult
    success: Literal[True] = True


class FailedOperation(Struct, frozen=True):
    """An operation of `sync_queue` that was refused."""

    index: Annotated[int, Meta(ge=0, description="Its place in `operations`, from 0.")]
    code: ErrorCode
    message: str


class SyncResult(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="sync_result"):
    """What became of a `sync_queue`."""

    synced_count: Count
    conflict_count: Annotated[
        int, Meta(ge=0, description="Refused because the element is gone or its id is taken.")
    ]
    failed_operations: tuple[FailedOperation, ...]
    timestamp: TimestampMs
    message_id: MessageId | None = None


class PeerMediaState(Struct, frozen=True, tag_field="type", tag="media_state"):
    """What a peer's media are doing now."""

    from_peer_id: PeerId
    audio: bool
    video: bool
    screen: bool


class PeerCursor(Struct, frozen=True, tag_field="type", tag="peer_cursor"):
    """Where a peer's pointer is. The first thing dropped for a slow reader (OUT1)."""

    from_peer_id: PeerId
    x: Coordinate
    y: Coordinate


class PeerViewSize(Struct, frozen=True, tag_field="type", tag="peer_view_size"):
    """How large a peer shows your streams; before it says so, take it that it sees all of them.

    The heights are in device pixels; 0 means that a stream is not seen at all.
    """

    from_peer_id: PeerId
    camera: ViewHeight
    screen: ViewHeight = 0


class CallDiagnosis(Struct, frozen=True, tag_field="type", tag="call_diagnosis"):
    """Why the call with a peer does not come about or is poor, from what both sides said.

    `well`: what was said of it before is over.
    """

    from_peer_id: PeerId
    cause: Cause
    whose: Whose


class CommunitasCallResult(Struct, frozen=True, tag_field="type", tag="communitas_call_result"):
    """What became of what you asked of the Communitas network (COM1)."""

    operation: Literal["start", "join", "leave"]
    success: bool
    call_id: NetworkCallId | None = None
    error: str | None = None
    message_id: MessageId | None = None


class CallState(Struct, frozen=True, tag_field="type", tag="call_state"):
    """The call of this session in the Communitas network, and which peers are in it (COM2)."""

    session_id: SessionId
    participants: tuple[PeerId, ...]
    call_id: NetworkCallId | None = None
    """None: there is none any more."""


class PeerPreview(Struct, frozen=True, tag_field="type", tag="peer_preview"):
    """Elements a peer is moving; dropped like `peer_cursor`.

    Show them there until the peer's edit arrives, another preview of it without them, or two
    seconds have gone by.
    """

    from_peer_id: PeerId
    elements: tuple[PreviewedElement, ...]


class Pong(Struct, frozen=True, tag_field="type", tag="pong"):
    """The answer to `ping`."""

    timestamp: TimestampMs
    received: Annotated[
        Count | UnsetType,
        Meta(
            description="Messages from this peer since the `subscribe` its latest `peer_assigned` "
            "answered; they need not be kept any more."
        ),
    ] = UNSET


class Error(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="error"):
    """A frame was refused and changed nothing; the connection lives on."""

    code: ErrorCode
    message: str
    message_id: MessageId | None = None


ServerMessage = (
    Welcome
    | PeerAssigned
    | TokenRenewed
    | IceServersRenewed
    | PeerList
    | SceneUpdate
    | PeerJoined
    | PeerUpdated
    | PeerLeft
    | IncomingCall
    | RelayOffer
    | RelayAnswer
    | RelayIceCandidate
    | CallEnded
    | ElementAdded
    | ElementUpdated
    | ElementRemoved
    | Ack
    | SyncResult
    | PeerMediaState
    | PeerViewSize
    | CallDiagnosis
    | CommunitasCallResult
    | CallState
    | PeerCursor
    | PeerPreview
    | Pong
    | Error
)
