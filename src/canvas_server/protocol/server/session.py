"""Server messages about membership: who is here, and the terms of the connection."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct, UnsetType

from canvas_server.protocol.bounds import AgentState
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import (
    Count,
    DisplayName,
    JoinToken,
    MessageId,
    PeerId,
    ResumeToken,
    ServerName,
    SessionId,
    TimestampMs,
    UserId,
)
from canvas_server.protocol.roles import Right, Role
from canvas_server.protocol.traits import Federated, ServerTraits

LeaveReason = Literal["left", "disconnected", "removed"]


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
    hand: Annotated[
        TimestampMs | None,
        Meta(description="Since when its hand is up; those are called in order of it (ROM1)."),
    ] = None
    agent: Annotated[
        AgentState | None,
        Meta(description="Of an agent: what it may do, and whether it is paused."),
    ] = None


class IceServer(Struct, frozen=True, omit_defaults=True):
    """An `RTCIceServer` of the W3C WebRTC API."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = None


class Welcome(Struct, frozen=True, tag_field="type", tag="welcome"):
    """First on every connection. Only what works is listed in `features`."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

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

    traits: ClassVar = ServerTraits(federated=Federated.NO)

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
    ] = msgspec.UNSET
    role: Role = Role.EDIT
    rights: Annotated[tuple[Right, ...], Meta(description="What this role may do (TOK3).")] = ()
    ice_transport_policy: Annotated[
        Literal["relay"] | UnsetType,
        Meta(
            description="Calls of this session go through TURN servers alone: the "
            "`RTCIceTransportPolicy` to use (SIG15)."
        ),
    ] = msgspec.UNSET
    bound_name: Annotated[
        DisplayName | UnsetType,
        Meta(
            description="Your name, where your token gives it and it cannot be changed (TOK6): "
            "whatever `display_name` you ask for, this is what others see."
        ),
    ] = msgspec.UNSET


class TokenRenewed(Struct, frozen=True, tag_field="type", tag="token_renewed"):
    """Another join token in the place of yours, which ends soon: use it from now on (TOK2)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    token: JoinToken
    expires: TimestampMs


class IceServersRenewed(Struct, frozen=True, tag_field="type", tag="ice_servers_renewed"):
    """ICE servers with other TURN credentials, in the place of those that end soon (SIG16)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    ice_servers: tuple[IceServer, ...]
    expires: TimestampMs


class PeerList(Struct, frozen=True, tag_field="type", tag="peer_list"):
    """Everybody in the session, yourself included, in order of joining."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    session_id: SessionId
    peers: tuple[Peer, ...]
    revision: Annotated[
        Count | UnsetType,
        Meta(
            description="Which `roster_changes` this has all of, for who takes them: the next one "
            "is one higher."
        ),
    ] = msgspec.UNSET


class PeerJoined(Struct, frozen=True, tag_field="type", tag="peer_joined"):
    """Somebody joined the session."""

    traits: ClassVar = ServerTraits(federated=Federated.NO, delivery="coalesced")

    session_id: SessionId
    peer: Peer


class PeerUpdated(Struct, frozen=True, tag_field="type", tag="peer_updated"):
    """Something about a peer changed; replaces what the client has of it."""

    traits: ClassVar = ServerTraits(federated=Federated.NO, delivery="coalesced")

    peer: Peer


class PeerLeft(Struct, frozen=True, tag_field="type", tag="peer_left"):
    """Somebody left the session."""

    traits: ClassVar = ServerTraits(federated=Federated.NO, delivery="coalesced")

    session_id: SessionId
    peer_id: PeerId
    reason: LeaveReason


class Departure(Struct, frozen=True):
    """A peer that has left."""

    peer_id: PeerId
    reason: LeaveReason


class MediaOfPeer(Struct, frozen=True):
    """What the media of a peer are doing now; it has said so itself."""

    peer_id: PeerId
    audio: bool
    video: bool
    screen: bool


class RosterChanges(
    Struct, frozen=True, omit_defaults=True, tag_field="type", tag="roster_changes"
):
    """What has changed in the roster since the revision before; it is the same for everybody.

    In place of `peer_joined`, `peer_updated`, `media_state` and `peer_left`, for who lists
    `roster_changes` in `subscribe.features`. Apply `left` first, then `joined` (each to the end,
    whether or not you have it), then the rest. You are in it like everybody else; that you have
    `left` and `joined` says nothing to you.
    """

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    session_id: SessionId
    revision: Annotated[Count, Meta(description="One higher than that of what you have.")]
    left: tuple[Departure, ...] = ()
    joined: tuple[Peer, ...] = ()
    updated: Annotated[
        tuple[Peer, ...], Meta(description="Each replaces what you have of the peer.")
    ] = ()
    media: tuple[MediaOfPeer, ...] = ()


class Pong(Struct, frozen=True, tag_field="type", tag="pong"):
    """The answer to `ping`."""

    traits: ClassVar = ServerTraits(federated=Federated.NO, replay="blank", visible=False)

    timestamp: TimestampMs
    received: Annotated[
        Count | UnsetType,
        Meta(
            description="Messages from this peer since the `subscribe` its latest `peer_assigned` "
            "answered; they need not be kept any more."
        ),
    ] = msgspec.UNSET


class Error(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="error"):
    """A frame was refused and changed nothing; the connection lives on."""

    traits: ClassVar = ServerTraits(federated=Federated.REPLY)

    code: ErrorCode
    message: str
    message_id: MessageId | None = None


SessionMessage = (
    Welcome
    | PeerAssigned
    | TokenRenewed
    | IceServersRenewed
    | PeerList
    | PeerJoined
    | PeerUpdated
    | PeerLeft
    | RosterChanges
    | Pong
    | Error
)
