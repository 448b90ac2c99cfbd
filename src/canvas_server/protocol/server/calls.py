"""Server messages about calls: relayed signals, media state and diagnosis."""

from typing import ClassVar, Literal

from msgspec import Struct

from canvas_server.protocol.diagnosis import Cause, Whose
from canvas_server.protocol.errors import CallEndReason
from canvas_server.protocol.fields import (
    CallId,
    Candidate,
    MessageId,
    MLineIndex,
    NetworkCallId,
    OfferId,
    PeerId,
    Sdp,
    SdpMid,
    SessionId,
    UsernameFragment,
    ViewHeight,
)
from canvas_server.protocol.traits import Federated, ServerTraits


class IncomingCall(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="incoming_call"):
    """Somebody rings you. Sent again after a snapshot, as long as it rings."""

    traits: ClassVar = ServerTraits(federated=Federated.MESSAGE)

    from_peer_id: PeerId
    session_id: SessionId
    call_id: CallId | None = None
    group: bool = False


class RelayOffer(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="relay_offer"):
    """An offer. In no call yet: somebody rings you without `incoming_call` (SIG6)."""

    traits: ClassVar = ServerTraits(federated=Federated.SIGNAL)

    from_peer_id: PeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class RelayAnswer(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="relay_answer"):
    """An answer to your offer."""

    traits: ClassVar = ServerTraits(federated=Federated.SIGNAL)

    from_peer_id: PeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class RelayIceCandidate(
    Struct,
    frozen=True,
    gc=False,
    omit_defaults=True,
    tag_field="type",
    tag="relay_ice_candidate",
):
    """An ICE candidate; keep it until the remote description is set."""

    traits: ClassVar = ServerTraits(federated=Federated.SIGNAL, visible=False)

    from_peer_id: PeerId
    candidate: Candidate
    sdp_mid: SdpMid | None = None
    sdp_m_line_index: MLineIndex | None = None
    username_fragment: UsernameFragment | None = None
    call_id: CallId | None = None


class CallEnded(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="call_ended"):
    """The call with that peer is over; sent once for each call (SIG5)."""

    traits: ClassVar = ServerTraits(federated=Federated.SIGNAL)

    from_peer_id: PeerId
    reason: CallEndReason
    call_id: CallId | None = None


class PeerMediaState(Struct, frozen=True, tag_field="type", tag="media_state"):
    """What a peer's media are doing now."""

    traits: ClassVar = ServerTraits(federated=Federated.NO, delivery="coalesced")

    from_peer_id: PeerId
    audio: bool
    video: bool
    screen: bool


class PeerViewSize(Struct, frozen=True, tag_field="type", tag="peer_view_size"):
    """How large a peer shows your streams; before it says so, take it that it sees all of them.

    The heights are in device pixels; 0 means that a stream is not seen at all.
    """

    traits: ClassVar = ServerTraits(federated=Federated.MESSAGE, visible=False)

    from_peer_id: PeerId
    camera: ViewHeight
    screen: ViewHeight = 0


class CallDiagnosis(Struct, frozen=True, tag_field="type", tag="call_diagnosis"):
    """Why the call with a peer does not come about or is poor, from what both sides said.

    `well`: what was said of it before is over.
    """

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    from_peer_id: PeerId
    cause: Cause
    whose: Whose


class CommunitasCallResult(Struct, frozen=True, tag_field="type", tag="communitas_call_result"):
    """What became of what you asked of the Communitas network (COM1)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    operation: Literal["start", "join", "leave"]
    success: bool
    call_id: NetworkCallId | None = None
    error: str | None = None
    message_id: MessageId | None = None


class CallState(Struct, frozen=True, tag_field="type", tag="call_state"):
    """The call of this session in the Communitas network, and which peers are in it (COM2)."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    session_id: SessionId
    participants: tuple[PeerId, ...]
    call_id: NetworkCallId | None = None
    """None: there is none any more."""


CallMessage = (
    IncomingCall
    | RelayOffer
    | RelayAnswer
    | RelayIceCandidate
    | CallEnded
    | PeerMediaState
    | PeerViewSize
    | CallDiagnosis
    | CommunitasCallResult
    | CallState
)
