"""Messages a client sends to the server, tagged by ``type``."""

from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.protocol.diagnosis import CandidateType
from canvas_server.protocol.errors import CallEndReason
from canvas_server.protocol.fields import (
    MAX_OPERATIONS,
    MAX_PREVIEWED,
    CallId,
    Candidate,
    Coordinate,
    DisplayName,
    ElementId,
    JoinToken,
    MessageId,
    MLineIndex,
    NetworkCallId,
    OfferId,
    PeerId,
    Received,
    ResumeToken,
    Revision,
    Sdp,
    SdpMid,
    SessionId,
    TargetPeerId,
    UsernameFragment,
    ViewHeight,
)
from canvas_server.protocol.quality import Quality
from canvas_server.protocol.scene import ElementChanges, NewElement, TransformChanges


class Subscribe(Struct, frozen=True, tag_field="type", tag="subscribe"):
    """Join a session; a second one leaves the first (SES1).

    A `peer_id` is a wish: one of the server's own is granted to who proves it with `resume_token`,
    one that a client has made when it is free (SES2). The token alone names its peer too. With it,
    and `received` counted from the `peer_assigned` that brought it, a peer goes on where its
    broken connection ended (RES1).
    """

    session_id: SessionId
    peer_id: PeerId | None = None
    display_name: DisplayName | None = None
    token: JoinToken | None = None
    resume_token: ResumeToken | None = None
    received: Received | None = None


class ListPeers(Struct, frozen=True, tag_field="type", tag="list_peers"):
    """Ask for `peer_list`."""

    session_id: SessionId | None = None


class GetScene(Struct, frozen=True, tag_field="type", tag="get_scene"):
    """Ask for `scene_update`.

    With `since`, the revision the asker has, it is sent the changes it missed instead, as long as
    the server still has them at hand; nothing when it has missed none.
    """

    session_id: SessionId | None = None
    since: Revision | None = None


class Ping(Struct, frozen=True, tag_field="type", tag="ping"):
    """Ask for `pong`; answered after everything sent before it.

    `received` tells the server what it need not keep any more.
    """

    received: Received | None = None


class StartCall(Struct, frozen=True, tag_field="type", tag="start_call"):
    """Ring a peer; the target gets `incoming_call`.

    `group`: it is the call of everybody; a peer that is in it already need not be asked (SIG10).
    """

    target_peer_id: TargetPeerId
    session_id: SessionId
    call_id: CallId | None = None
    group: bool = False


class GroupCall(Struct, frozen=True, tag_field="type", tag="group_call"):
    """Join the call of everybody in the session, or leave it; the others see it (SIG10)."""

    joined: bool


class Offer(Struct, frozen=True, tag_field="type", tag="offer"):
    """Relayed as `relay_offer`. Without a call it begins one (SIG6)."""

    target_peer_id: TargetPeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class Answer(Struct, frozen=True, tag_field="type", tag="answer"):
    """Relayed as `relay_answer`; the call counts as accepted from then on."""

    target_peer_id: TargetPeerId
    sdp: Sdp
    call_id: CallId | None = None
    offer_id: OfferId | None = None


class IceCandidate(Struct, frozen=True, tag_field="type", tag="ice_candidate"):
    """Relayed as `relay_ice_candidate` (trickle ICE, RFC 8838)."""

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

    target_peer_id: TargetPeerId
    reason: CallEndReason = "hangup"
    call_id: CallId | None = None


class StartCommunitasCall(Struct, frozen=True, tag_field="type", tag="start_communitas_call"):
    """Start a call of this session in the Communitas network, or join the one there is (COM1)."""

    video_enabled: bool = True
    message_id: MessageId | None = None


class JoinCommunitasCall(Struct, frozen=True, tag_field="type", tag="join_communitas_call"):
    """Join a call of the Communitas network (COM1)."""

    call_id: NetworkCallId
    message_id: MessageId | None = None


class LeaveCommunitasCall(Struct, frozen=True, tag_field="type", tag="leave_communitas_call"):
    """Leave the call of this session in the Communitas network; the last one ends it (COM1)."""

    message_id: MessageId | None = None


class Kick(Struct, frozen=True, tag_field="type", tag="kick"):
    """Remove a peer from the session (TOK4); needs the right to moderate."""

    target_peer_id: TargetPeerId
    message_id: MessageId | None = None


class AddElement(Struct, frozen=True, tag_field="type", tag="add_element"):
    """Add an element. A second Video of a stream is acked with the first one's id (SCN3)."""

    element: NewElement
    message_id: MessageId | None = None


class UpdateElement(Struct, frozen=True, tag_field="type", tag="update_element"):
    """Change the named parts of an element."""

    id: ElementId
    changes: ElementChanges
    message_id: MessageId | None = None


class RemoveElement(Struct, frozen=True, tag_field="type", tag="remove_element"):
    """Remove an element."""

    id: ElementId
    message_id: MessageId | None = None


class ClearScene(Struct, frozen=True, tag_field="type", tag="clear_scene"):
    """Remove every element but the tiles of those who are here; all get `scene_update`."""

    message_id: MessageId | None = None


class RestoreScene(Struct, frozen=True, tag_field="type", tag="restore_scene"):
    """Make the scene what it was at an earlier revision, as a new change; all get `scene_update`.

    The tiles of those who are here stay as they are.
    """

    revision: Revision
    message_id: MessageId | None = None


class AddOperation(Struct, frozen=True, tag_field="op", tag="add"):
    """As `add_element`."""

    element: NewElement


class UpdateOperation(Struct, frozen=True, tag_field="op", tag="update"):
    """As `update_element`."""

    id: ElementId
    changes: ElementChanges


class RemoveOperation(Struct, frozen=True, tag_field="op", tag="remove"):
    """As `remove_element`."""

    id: ElementId


Operation = AddOperation | UpdateOperation | RemoveOperation


class SyncQueue(Struct, frozen=True, tag_field="type", tag="sync_queue"):
    """Edits made offline, in order. Each is applied or reported in `sync_result`."""

    operations: Annotated[tuple[Operation, ...], Meta(max_length=MAX_OPERATIONS)]
    message_id: MessageId | None = None


class MediaState(Struct, frozen=True, tag_field="type", tag="media_state"):
    """What the sender's media are doing now."""

    audio: bool
    video: bool
    screen: bool


class ViewSize(Struct, frozen=True, tag_field="type", tag="view_size"):
    """Tell a peer how large its streams are shown here, so that it sends no more than is seen.

    The heights are in device pixels; 0 means that a stream is not seen at all.
    """

    target_peer_id: TargetPeerId
    camera: ViewHeight
    screen: ViewHeight = 0


class CallReport(Struct, frozen=True, tag_field="type", tag="call_report"):
    """Say how far this side has got with a call that does not come about.

    Answered by `call_diagnosis`, to both sides, as soon as what they report tells why.
    """

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

    target_peer_id: TargetPeerId
    quality: Quality


class PreviewedElement(Struct, frozen=True):
    """Where an element would be if it were let go now."""

    id: ElementId
    transform: TransformChanges


class Preview(Struct, frozen=True, tag_field="type", tag="preview"):
    """Show the others elements in motion. May be dropped on the way; it changes nothing.

    The change itself follows as an edit. No elements: the motion has ended without one.
    """

    elements: Annotated[tuple[PreviewedElement, ...], Meta(max_length=MAX_PREVIEWED)]


class Cursor(Struct, frozen=True, tag_field="type", tag="cursor"):
    """Where the sender's pointer is. May be dropped on the way."""

    x: Coordinate
    y: Coordinate


ClientMessage = (
    Subscribe
    | ListPeers
    | GetScene
    | Ping
    | StartCall
    | GroupCall
    | Offer
    | Answer
    | IceCandidate
    | EndCall
    | StartCommunitasCall
    | JoinCommunitasCall
    | LeaveCommunitasCall
    | Kick
    | AddElement
    | UpdateElement
    | RemoveElement
    | ClearScene
    | RestoreScene
    | SyncQueue
    | Preview
    | MediaState
    | ViewSize
    | CallReport
    | CallQuality
    | Cursor
)
