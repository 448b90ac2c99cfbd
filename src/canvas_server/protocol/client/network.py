"""Client messages about calls in the Communitas network."""

from typing import ClassVar

from msgspec import Struct

from canvas_server.protocol.fields import MessageId, NetworkCallId
from canvas_server.protocol.roles import Right
from canvas_server.protocol.traits import AfterGap, ClientTraits, Federated


class StartCommunitasCall(Struct, frozen=True, tag_field="type", tag="start_communitas_call"):
    """Start a call of this session in the Communitas network, or join the one there is (COM1)."""

    traits: ClassVar = ClientTraits(
        right=Right.PUBLISH, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    video_enabled: bool = True
    message_id: MessageId | None = None


class JoinCommunitasCall(Struct, frozen=True, tag_field="type", tag="join_communitas_call"):
    """Join a call of the Communitas network (COM1)."""

    traits: ClassVar = ClientTraits(
        right=Right.PUBLISH, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    call_id: NetworkCallId
    message_id: MessageId | None = None


class LeaveCommunitasCall(Struct, frozen=True, tag_field="type", tag="leave_communitas_call"):
    """Leave the call of this session in the Communitas network; the last one ends it (COM1)."""

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    message_id: MessageId | None = None


NetworkMessage = StartCommunitasCall | JoinCommunitasCall | LeaveCommunitasCall
