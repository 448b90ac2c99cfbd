"""Client messages about membership: joining a session, and what is asked of it."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from canvas_server.protocol.fields import (
    DisplayName,
    FeatureName,
    JoinToken,
    MessageId,
    PeerId,
    Received,
    ResumeToken,
    Revision,
    SessionId,
    TargetPeerId,
    TimestampMs,
)
from canvas_server.protocol.plain import plain_name
from canvas_server.protocol.roles import Right
from canvas_server.protocol.scene import SceneVersion
from canvas_server.protocol.traits import AfterGap, Charge, ClientTraits, Federated


class Subscribe(Struct, frozen=True, tag_field="type", tag="subscribe"):
    """Join a session; a second one leaves the first (SES1).

    A `peer_id` is a wish: one of the server's own is granted to who proves it with `resume_token`,
    one that a client has made when it is free (SES2). The token alone names its peer too. With it,
    and `received` counted from the `peer_assigned` that brought it, a peer goes on where its
    broken connection ended (RES1).
    """

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.NO,
        after_gap=AfterGap.DISCARD,
        tokens=100,
        charge=Charge.JOIN,
    )

    session_id: SessionId
    peer_id: PeerId | None = None
    display_name: DisplayName | None = None
    token: JoinToken | None = None
    resume_token: ResumeToken | None = None
    received: Received | None = None
    features: Annotated[
        tuple[FeatureName, ...],
        Meta(
            max_length=32,
            description="Which of `welcome.features` this client takes: `roster_changes`, "
            "`pointers`. Others are ignored.",
        ),
    ] = ()

    def __post_init__(self) -> None:
        """Take the name as it may be shown (PAG3): nobody is turned away for theirs."""
        if self.display_name is not None:
            force_setattr(self, "display_name", plain_name(self.display_name))


class ListPeers(Struct, frozen=True, tag_field="type", tag="list_peers"):
    """Ask for `peer_list`."""

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.NO,
        after_gap=AfterGap.UNLESS_WRITTEN,
        tokens=5,
        charge=Charge.ANSWER,
    )

    session_id: SessionId | None = None


class GetScene(Struct, frozen=True, tag_field="type", tag="get_scene"):
    """Ask for `scene_update`.

    With `since`, the revision the asker has, it is sent the changes it missed instead, as long as
    the server still has them at hand; nothing when it has missed none. `since_timestamp` is the
    `timestamp` that came with that revision: after an older scene was restored, as from a backup,
    numbers come again, times do not.
    """

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.NO,
        after_gap=AfterGap.UNLESS_WRITTEN,
        tokens=20,  # a few bytes that ask for a megabyte
        charge=Charge.ANSWER,
    )

    session_id: SessionId | None = None
    since: Revision | None = None
    since_timestamp: TimestampMs | None = None

    @property
    def known(self) -> SceneVersion | None:
        """What the asker has."""
        return None if self.since is None else SceneVersion(self.since, self.since_timestamp)


class Ping(Struct, frozen=True, tag_field="type", tag="ping"):
    """Ask for `pong`; answered after everything sent before it.

    `received` tells the server what it need not keep any more.
    """

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.NO, after_gap=AfterGap.DISCARD, droppable=True
    )

    received: Received | None = None


class Kick(Struct, frozen=True, tag_field="type", tag="kick"):
    """Remove a peer from the session (TOK4), or turn away who waits to be let in (ROM5)."""

    traits: ClassVar = ClientTraits(
        right=Right.MODERATE, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    target_peer_id: TargetPeerId
    message_id: MessageId | None = None


SessionMessage = ListPeers | GetScene | Ping | Kick
