"""Client messages about calls: WebRTC signalling, media state and quality."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from canvas_server.protocol.diagnosis import CandidateType
from canvas_server.protocol.errors import CallEndReason
from canvas_server.protocol.fields import (
    CallId,
    Candidate,
    MLineIndex,
    OfferId,
    Sdp,
    SdpMid,
    SessionId,
    TargetPeerId,
    UsernameFragment,
    ViewHeight,
)
from canvas_server.protocol.quality import Quality
from canvas_server.protocol.traits import AfterGap, ClientTraits, Federated, RightRule


class StartCall(Struct, frozen=True, tag_field="type", tag="start_call"):
    """Ring a peer; the target gets `incoming_call`.

    `group`: it is the call of everybody; a peer that is in it already need not be asked (SIG10).
    """

    traits: ClassVar = ClientTraits(
        right=None,
        federated=Federated.MESSAGE,
        after_gap=AfterGap.DISCARD,
        tokens=20,  # rings at somebody
    )

    target_peer_id: TargetPeerId
    session_id: SessionId
    call_id: CallId | None = None
    group: bool = False


class GroupCall(Struct, frozen=True, tag_field="type", tag="group_call"):
    """Join the call of everybody in the session, or leave it; the others see it (SIG10)."""

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.PRESENCE, after_gap=AfterGap.RESEND
    )

    joined: bool


class Offer(Struct, frozen=True, tag_field="type", tag="offer"):
    """Relayed as `relay_offer`. Without a call it begins one (SIG6)."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_MEDIA, federated=Federated.SIGNAL, after_gap=AfterGap.DISCARD
    )

    target_peer_id: TargetPeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class Answer(Struct, frozen=True, tag_field="type", tag="answer"):
    """Relayed as `relay_answer`; the call counts as accepted from then on."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_MEDIA, federated=Federated.SIGNAL, after_gap=AfterGap.DISCARD
    )

    target_peer_id: TargetPeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class IceCandidate(Struct, frozen=True, gc=False, tag_field="type", tag="ice_candidate"):
    """Relayed as `relay_ice_candidate` (trickle ICE, RFC 8838)."""

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.SIGNAL, after_gap=AfterGap.DISCARD
    )

    target_peer_id: TargetPeerId
    candidate: Candidate
    sdp_mid: SdpMid | None = None
    sdp_m_line_index: MLineIndex | None = None
    username_fragment: UsernameFragment | None = None
    call_id: CallId | None = None


class EndCall(Struct, frozen=True, tag_field="type", tag="end_call"):
    """Hang up, cancel or decline; the target gets `call_ended`.

    With a `call_id` it ends that call and no later one (SIG8).
    """

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.SIGNAL, after_gap=AfterGap.RESEND
    )

    target_peer_id: TargetPeerId
    reason: CallEndReason = "hangup"
    call_id: CallId | None = None


class MediaState(Struct, frozen=True, tag_field="type", tag="media_state"):
    """What the sender's media are doing now."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_MEDIA, federated=Federated.PRESENCE, after_gap=AfterGap.RESEND
    )

    audio: bool
    video: bool
    screen: bool


class ViewSize(Struct, frozen=True, tag_field="type", tag="view_size"):
    """Tell a peer how large its streams are shown here, so that it sends no more than is seen.

    The heights are in device pixels; 0 means that a stream is not seen at all.
    """

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.MESSAGE, after_gap=AfterGap.UNLESS_WRITTEN
    )

    target_peer_id: TargetPeerId
    camera: ViewHeight
    screen: ViewHeight = 0


class CallReport(Struct, frozen=True, tag_field="type", tag="call_report"):
    """Say how far this side has got with a call that does not come about.

    Answered by `call_diagnosis`, to both sides, as soon as what they report tells why.
    """

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    target_peer_id: TargetPeerId
    gathered: Annotated[tuple[CandidateType, ...], Meta(max_length=4)]
    """Which types of ICE candidates were gathered here."""
    turn_refused: bool = False
    """A TURN server refused the credentials (STUN errors 401 and 438, RFC 8489 section 14.8)."""


class CallQuality(Struct, frozen=True, tag_field="type", tag="call_quality"):
    """Say how good a call is at this side: now and then, and when the rating changes.

    Only to a server that lists `call_quality`. Where one side finds the call poor, both may get
    `call_diagnosis` (SIG13).
    """

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.NO, after_gap=AfterGap.UNLESS_WRITTEN
    )

    target_peer_id: TargetPeerId
    quality: Quality


CallMessage = (
    StartCall
    | GroupCall
    | Offer
    | Answer
    | IceCandidate
    | EndCall
    | MediaState
    | ViewSize
    | CallReport
    | CallQuality
)
