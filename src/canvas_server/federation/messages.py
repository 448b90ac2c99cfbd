"""Messages between two servers, and their encoding in direct messages of the carrier.

A message is a line that names its form, then one JSON object. The signals of a call have the form
of Saorsa's own signalling over x0x, with further keys; everything else has a form of ours. In both
the key `canvas` has the header that `channel` needs.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from canvas_server.core.chat.entries import ChatEntry
from canvas_server.core.presence.replicas import MAX_SHARED_REVISION
from canvas_server.protocol.errors import CallEndReason
from canvas_server.protocol.fields import (
    CallId,
    Candidate,
    Count,
    MLineIndex,
    OfferId,
    PeerId,
    Revision,
    Sdp,
    SdpMid,
    ServerName,
    SessionId,
    TimestampMs,
    UsernameFragment,
)
from canvas_server.protocol.history import Entry
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.scene import Element
from canvas_server.protocol.server import Peer

SPEAKS = 1
"""The version of what is said between servers."""
SIGNAL_FORM = b"x0x-voice-sig-v1\n"
OWN_FORM = b"canvas-relay-v1\n"
MAX_PEOPLE = 256
T = TypeVar("T")
SharedRevision = Annotated[int, Meta(ge=0, le=MAX_SHARED_REVISION)]
LineId = Annotated[str, Meta(max_length=64)]


class Header(Struct, frozen=True, omit_defaults=True):
    """Which message this is, and on which line."""

    sender: LineId
    receiver: LineId = ""
    number: Count = 0
    """1 for the first one that has to arrive, and so on; 0: it may get lost."""
    arrived: Count = 0
    """All of the receiver's up to this number have arrived."""
    missing: bool = False
    """What followed it has not, though later ones have."""


# --- the channel itself ---------------------------------------------------------------------------


class Hello(Struct, frozen=True, tag_field="type", tag="hello"):
    """Here I am, under this line id; `proof` shows that I know what we both know."""

    name: ServerName
    proof: Annotated[str, Meta(max_length=128)]
    speaks: Count = SPEAKS


class KeepAlive(Struct, frozen=True, tag_field="type", tag="beat"):
    """I am here."""


class Part(Struct, frozen=True, tag_field="type", tag="part"):
    """A piece of an item that is too long for one message; `more` of it follow."""

    data: bytes
    more: bool = False


# --- a session -----------------------------------------------------------------------------------


class ShareSession(Struct, frozen=True, tag_field="type", tag="open"):
    """I have this session: these people, and a scene at this revision.

    `kept_here`: whether I keep the scene; None, of an earlier release: nothing is agreed.
    """

    session_id: SessionId
    revision: SharedRevision
    kept_here: bool | None
    people: Annotated[tuple[Peer, ...], Meta(max_length=MAX_PEOPLE)]


class ServerPeers(Struct, frozen=True, tag_field="type", tag="people"):
    """My people in a session, all of them, after something about them has changed."""

    session_id: SessionId
    people: Annotated[tuple[Peer, ...], Meta(max_length=MAX_PEOPLE)]


class UnshareSession(Struct, frozen=True, tag_field="type", tag="close"):
    """I do not share this session with you, or (`again`) not now."""

    session_id: SessionId
    why: Annotated[str, Meta(max_length=200)]
    again: bool = False


class PeerMessage(Struct, frozen=True, tag_field="type", tag="said"):
    """What somebody of mine says in your session: a message as clients send it."""

    session_id: SessionId
    from_peer_id: PeerId
    message: Raw


class PeerReply(Struct, frozen=True, tag_field="type", tag="told"):
    """What somebody of yours is answered: an `ack`, `sync_result` or `error`."""

    session_id: SessionId
    to_peer_id: PeerId
    message: Raw


# --- its scene -----------------------------------------------------------------------------------


class MergeScene(Struct, frozen=True, tag_field="type", tag="merge"):
    """To the leader: this I have had until now; keep it too, and go on after this revision."""

    session_id: SessionId
    revision: SharedRevision
    elements: tuple[Element, ...]


class FollowScene(Struct, frozen=True, tag_field="type", tag="follow"):
    """To the leader: my copy is at this revision, with this checksum; tell me what differs."""

    session_id: SessionId
    revision: SharedRevision
    digest: Count


class SceneSnapshot(Struct, frozen=True, tag_field="type", tag="scene"):
    """From the leader: all of the scene."""

    session_id: SessionId
    revision: SharedRevision
    timestamp: TimestampMs
    elements: tuple[Element, ...]


class StoredChanges(Struct, frozen=True, tag_field="type", tag="changes"):
    """From the leader: one edit, stored."""

    session_id: SessionId
    entries: Annotated[tuple[Entry, ...], Meta(min_length=1)]


class FollowChat(Struct, frozen=True, tag_field="type", tag="follow_chat"):
    """To the leader: my copy of the chat ends with this number; tell me what follows."""

    session_id: SessionId
    after: Count


class StoredChat(Struct, frozen=True, tag_field="type", tag="chat"):
    """From the leader: what is stored of the chat after what you had, as far as it is for you.

    `upto`: that is all up to this number; `more`: ask for what follows.
    """

    session_id: SessionId
    entries: tuple[ChatEntry, ...]
    upto: Count
    more: bool = False


class EditRequest(Struct, frozen=True, tag_field="type", tag="request"):
    """To the leader: an edit that came to me over HTTP; a `EditResponse` follows."""

    session_id: SessionId
    number: Count
    edit: SceneEdit
    expected: Revision | None = None


class EditResponse(Struct, frozen=True, tag_field="type", tag="response"):
    """From the leader: the edit is stored, or is not."""

    session_id: SessionId
    number: Count
    failure: Annotated[str, Meta(max_length=64)] | None = None
    """An error code, perhaps of a later release."""


# --- signals, in the form of x0x -----------------------------------------------------------------


class _Signal(Struct, frozen=True, kw_only=True):
    session_id: SessionId
    from_peer_id: PeerId
    to_peer_id: PeerId
    call_id: CallId | None = None


class _Description(_Signal, frozen=True, kw_only=True):
    sdp: Sdp
    quic_endpoint: None = None
    """x0x has it in every description."""
    offer_id: OfferId | None = None


class _OfIce(_Signal, frozen=True, kw_only=True):
    sdp_mid: SdpMid | None = None
    sdp_mline_index: MLineIndex | None = None
    username_fragment: UsernameFragment | None = None


class SignalOffer(_Description, frozen=True, kw_only=True, tag_field="type", tag="offer"):
    """An offer."""


class SignalAnswer(_Description, frozen=True, kw_only=True, tag_field="type", tag="answer"):
    """An answer."""


class SignalCandidate(_OfIce, frozen=True, kw_only=True, tag_field="type", tag="ice_candidate"):
    """An ICE candidate."""

    candidate: Candidate


class SignalEndOfCandidates(
    _OfIce, frozen=True, kw_only=True, tag_field="type", tag="ice_complete"
):
    """End of candidates."""


class SignalBye(_Signal, frozen=True, kw_only=True, tag_field="type", tag="bye"):
    """The end of a call."""

    reason: CallEndReason


Signal = SignalOffer | SignalAnswer | SignalCandidate | SignalEndOfCandidates | SignalBye
OfScene = MergeScene | FollowScene | SceneSnapshot | StoredChanges | EditRequest | EditResponse
OfChat = FollowChat | StoredChat
Item = (
    ShareSession
    | ServerPeers
    | UnshareSession
    | PeerMessage
    | PeerReply
    | OfScene
    | OfChat
    | Signal
)
"""All of them are about one session."""


class Malformed(Exception):
    """Something that no server of ours says."""


class _Headed(Struct):
    canvas: Header


_encode = msgspec.json.Encoder().encode
_decode_headed = msgspec.json.Decoder(_Headed).decode
_decode_item = msgspec.json.Decoder(Item).decode
_decode_own = msgspec.json.Decoder(Hello | KeepAlive | Part).decode
_OWN = (b'{"type":"hello"', b'{"type":"beat"', b'{"type":"part"')
_SIGNALS = (
    b'{"type":"offer"',
    b'{"type":"answer"',
    b'{"type":"ice_candidate"',
    b'{"type":"ice_complete"',
    b'{"type":"bye"',
)


def encode(message: Item | Hello | KeepAlive | Part) -> bytes:
    """Return something as JSON; its type comes first."""
    return _encode(message)


def pack(header: Header, body: bytes) -> bytes:
    """Return a direct message with what `encode` made."""
    form = SIGNAL_FORM if body.startswith(_SIGNALS) else OWN_FORM
    return b"".join((form, body[:-1], b',"canvas":', _encode(header), b"}"))


def unpack(payload: bytes) -> tuple[Header, bytes]:
    """Return the header of a direct message, and its JSON.

    Raises:
        Malformed: it is none of ours.
    """
    form, newline, body = payload.partition(b"\n")
    if form + newline not in (SIGNAL_FORM, OWN_FORM):
        raise Malformed("another form")
    return _read(_decode_headed, body).canvas, body


def decode(body: bytes) -> Item:
    """Read an item.

    Raises:
        Malformed: it is none.
    """
    return _read(_decode_item, body)


def decode_own(body: bytes) -> Hello | KeepAlive | Part | None:
    """Read what is of the channel itself; None: it is an item.

    Raises:
        Malformed: it is neither.
    """
    return _read(_decode_own, body) if body.startswith(_OWN) else None


def _read(decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from None
