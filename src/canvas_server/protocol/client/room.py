"""Client messages about the room: hands, reactions, who may come in, and what moderators do."""

from typing import ClassVar

from msgspec import Struct

from canvas_server.protocol.fields import MessageId, PeerId, TargetPeerId
from canvas_server.protocol.roles import Right
from canvas_server.protocol.room import Emoji, MediaKind
from canvas_server.protocol.traits import AfterGap, ClientTraits, Federated, RightRule


class RaiseHand(Struct, frozen=True, tag_field="type", tag="hand"):
    """Raise one's hand, or lower it; the others see in `peer.hand` since when it is up (ROM1).

    With `target_peer_id` a moderator lowers somebody else's.
    """

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_HANDS, federated=Federated.PRESENCE, after_gap=AfterGap.RESEND
    )

    raised: bool
    target_peer_id: TargetPeerId | None = None
    message_id: MessageId | None = None


class React(Struct, frozen=True, tag_field="type", tag="reaction"):
    """Show the others an emoji for a moment (ROM2). May be dropped on the way."""

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.DROPPABLE,
        after_gap=AfterGap.UNLESS_WRITTEN,
        droppable=True,
        tokens=5,
    )

    emoji: Emoji


class SetSession(Struct, frozen=True, tag_field="type", tag="session_settings"):
    """Lock the session, or give it a waiting room, or neither; what is absent stays (ROM3).

    It is acked, and told to everybody as `session_settings`, once it is stored.
    """

    traits: ClassVar = ClientTraits(
        right=Right.MODERATE,
        federated=Federated.NO,
        after_gap=AfterGap.UNLESS_WRITTEN,
        tokens=10,
    )

    locked: bool | None = None
    lobby: bool | None = None
    message_id: MessageId | None = None


class Admit(Struct, frozen=True, tag_field="type", tag="admit"):
    """Let somebody in who waits (ROM5). `kick` turns them away."""

    traits: ClassVar = ClientTraits(
        right=Right.MODERATE, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    peer_id: PeerId
    message_id: MessageId | None = None


class MutePeer(Struct, frozen=True, tag_field="type", tag="mute"):
    """Have a peer's page stop a medium: it gets `peer_mute`. Nobody is unmuted by others (ROM7)."""

    traits: ClassVar = ClientTraits(
        right=Right.MODERATE, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    target_peer_id: TargetPeerId
    kind: MediaKind
    message_id: MessageId | None = None


RoomMessage = RaiseHand | React | SetSession | Admit | MutePeer
