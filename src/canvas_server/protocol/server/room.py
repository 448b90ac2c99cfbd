"""Server messages about the room: who may come in, who waits, reactions, muting."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from canvas_server.protocol.fields import (
    DisplayName,
    PeerId,
    ResumeToken,
    SessionId,
    TimestampMs,
    UserId,
)
from canvas_server.protocol.roles import Role
from canvas_server.protocol.room import Emoji, MediaKind
from canvas_server.protocol.traits import Federated, ServerTraits


class PeerReaction(Struct, frozen=True, tag_field="type", tag="peer_reaction"):
    """An emoji that somebody shows for a moment. In a crowd not all of them come (ROM2)."""

    traits: ClassVar = ServerTraits(federated=Federated.DROPPABLE, delivery="droppable")

    from_peer_id: PeerId
    emoji: Emoji


class SessionSettings(Struct, frozen=True, tag_field="type", tag="session_settings"):
    """Who may come in: after `subscribe` where either is on, and whenever it changes (ROM3)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    locked: Annotated[bool, Meta(description="Nobody new comes in but moderators.")]
    lobby: Annotated[bool, Meta(description="Who is new waits until a moderator lets them in.")]


class Waiting(Struct, frozen=True, tag_field="type", tag="waiting"):
    """You wait until a moderator lets you in; `peer_assigned` follows then (ROM5).

    Sent in place of `peer_assigned`, and nothing else of the session is. Until then only
    `subscribe`, as for another name, and `ping` are taken. The token keeps your place in the queue:
    bring it as `resume_token` when you come back.
    """

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    session_id: SessionId
    peer_id: PeerId
    resume_token: ResumeToken
    since: TimestampMs


class WaitingPeer(Struct, frozen=True, omit_defaults=True):
    """Somebody who waits to be let in, as moderators see them."""

    peer_id: PeerId
    since: TimestampMs
    display_name: DisplayName | None = None
    role: Annotated[Role, Meta(description="What they will be.")] = Role.EDIT
    user_id: Annotated[UserId | None, Meta(description="Who it is, where its token says so.")] = (
        None
    )


class PeerWaiting(Struct, frozen=True, tag_field="type", tag="peer_waiting"):
    """Somebody waits to be let in, or has another name now; to moderators (ROM5)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    peer: WaitingPeer


class PeerWaitingLeft(Struct, frozen=True, tag_field="type", tag="peer_waiting_left"):
    """Somebody waits no more: was let in or turned away, or has left; to moderators (ROM5)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    peer_id: PeerId


class PeerMute(Struct, frozen=True, tag_field="type", tag="peer_mute"):
    """A moderator wants you to stop a medium: do, and say who it was (ROM7)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    from_peer_id: PeerId
    kind: MediaKind


RoomMessage = PeerReaction | SessionSettings | Waiting | PeerWaiting | PeerWaitingLeft | PeerMute
