"""Telling of server messages to an agent: which are events, and what is said of each. Pure.

Texts of people are put in as data, with who wrote them (AGT11).
"""

from typing import Any

from msgspec import Struct

from canvas_server.client.view import View
from canvas_server.protocol.bounds import About
from canvas_server.protocol.scene import Element
from canvas_server.protocol.server import (
    CallEnded,
    ChatCleared,
    ChatMessage,
    ChatRemoved,
    ElementAdded,
    ElementRemoved,
    ElementUpdated,
    IncomingCall,
    PeerAssigned,
    PeerCursor,
    PeerJoined,
    PeerLeft,
    PeerSelection,
    PeerSpeech,
    PeerUpdated,
    Proposal,
    ProposalDecided,
    Question,
    QuestionAnswered,
    SceneUpdate,
    ServerMessage,
)

KINDS = {
    "edit": "an element was added, changed or removed",
    "chat": "somebody said something in the chat",
    "hand": "somebody raised or lowered a hand",
    "point": "where somebody points; the latest place of each",
    "select": "what somebody has selected; the latest of each",
    "call": "somebody called, or hung up",
    "answer": "somebody answered a question",
    "proposal": "a proposal was made or decided",
    "speech": "what somebody has just said aloud",
    "people": "somebody came, left or changed",
}
"""What `wait_for` waits for."""
MAX_WORDS = 300
"""Characters of the text of an element in an event; `describe` has all."""


class Told(Struct, frozen=True):
    """An event as it is kept; `replaces` is what it tells of, where only the latest counts."""

    kind: str
    data: dict[str, Any]
    replaces: object = None


def told(message: ServerMessage, view: View, own: str) -> Told | None:
    """Return the event that a message is; None: none that an agent waits for.

    `view` has followed the message already; `own` is the peer id of the agent.
    """
    match message:
        case ElementAdded() | ElementUpdated() | ElementRemoved() | SceneUpdate():
            return _edit(message)
        case PeerCursor(from_peer_id=peer) if peer != own:
            by = _by(view, peer)
            return Told("point", {"by": by, "x": round(message.x), "y": round(message.y)}, peer)
        case PeerSelection(from_peer_id=peer) if peer != own:
            return Told("select", {"by": _by(view, peer), "ids": message.ids}, peer)
        case ChatMessage() | PeerSpeech() | ChatRemoved() | ChatCleared():
            return _saying(message, view, own)
        case PeerJoined() | PeerUpdated() | PeerLeft() | PeerAssigned():
            return _coming(message, view, own)
        case IncomingCall(from_peer_id=peer):
            return Told("call", {"by": _by(view, peer), "rings": True})
        case CallEnded(from_peer_id=peer):
            return Told("call", {"by": _by(view, peer), "rings": False})
        case _:
            return _asking(message, view, own)


def words_of(element: Element) -> str:
    """Return what is written in an element."""
    kind = element.kind
    for field in ("content", "text", "label", "title", "alt"):
        found: object = getattr(kind, field, None)
        if isinstance(found, str):
            return found
    return ""


def kind_of(element: Element) -> str:
    """Return the name of the kind of an element."""
    return str(element.kind.__struct_config__.tag)


def element_entry(element: Element, most: int | None = None) -> dict[str, Any]:
    """Return an element with what is written in it, as data with its author."""
    place = element.transform
    entry: dict[str, Any] = {
        "id": element.id,
        "kind": kind_of(element),
        "box": [round(place.x), round(place.y), round(place.width), round(place.height)],
    }
    if element.author:
        entry["by"] = element.author
    if words := words_of(element):
        entry["text"] = words if most is None or len(words) <= most else f"{words[:most]}…"
    return entry


def chat_entry(message: ChatMessage) -> dict[str, Any]:
    """Return a message of the chat as data with its author."""
    entry: dict[str, Any] = {
        "id": message.id,
        "by": message.name or message.from_peer_id[:8],
        "peer": message.from_peer_id,
        "text": message.text,
    }
    if message.picture is not None:
        entry["picture"] = True
    if message.to is not None:
        entry["to"] = message.to_name or message.to[:8]
    return entry | about_entry(message.about)


def about_entry(about: About | None) -> dict[str, Any]:
    """Return what somebody meant by "this one": what they had selected, where they pointed."""
    if about is None:
        return {}
    entry: dict[str, Any] = {"selected": about.ids} if about.ids else {}
    if about.x is not None and about.y is not None:
        entry["pointing"] = [round(about.x), round(about.y)]
    return {"about": entry} if entry else {}


def _by(view: View, peer_id: str) -> dict[str, str]:
    return {"peer": peer_id, "name": view.name_of(peer_id)}


def _edit(message: ElementAdded | ElementUpdated | ElementRemoved | SceneUpdate) -> Told:
    match message:
        case ElementAdded(element=element):
            return Told("edit", {"op": "add", **element_entry(element, MAX_WORDS)}, element.id)
        case ElementUpdated(element=element):
            return Told("edit", {"op": "update", **element_entry(element, MAX_WORDS)}, element.id)
        case ElementRemoved(id=element_id):
            return Told("edit", {"op": "remove", "id": element_id}, element_id)
        case SceneUpdate(scene=scene):
            return Told("edit", {"op": "replace", "elements": len(scene.elements)}, "scene")


def _saying(
    message: ChatMessage | PeerSpeech | ChatRemoved | ChatCleared, view: View, own: str
) -> Told | None:
    match message:
        case ChatMessage():
            return None if message.from_peer_id == own else Told("chat", chat_entry(message))
        case PeerSpeech(from_peer_id=peer):
            data = {"by": _by(view, peer), "text": message.text}
            return Told("speech", data | about_entry(message.about))
        case ChatRemoved():
            return Told("chat", {"removed": message.id})
        case ChatCleared():
            return Told("chat", {"cleared": True})


def _coming(
    message: PeerJoined | PeerUpdated | PeerLeft | PeerAssigned, view: View, own: str
) -> Told | None:
    match message:
        case PeerJoined(peer=peer):
            data = {"came": _by(view, peer.peer_id), "role": peer.role.value}
            return Told("people", data)
        case PeerLeft(peer_id=peer_id):
            return Told("people", {"left": _by(view, peer_id)})
        case PeerAssigned(recovered=recovered):
            return None if recovered else Told("people", {"you": "are here", "peer": own})
        case PeerUpdated(peer=peer):
            by = _by(view, peer.peer_id)
            paused = None if peer.agent is None else peer.agent.paused
            data: dict[str, Any] = {"by": by, "hand": peer.hand is not None}
            return Told("hand", data if paused is None else data | {"paused": paused}, peer.peer_id)


def _asking(message: ServerMessage, view: View, own: str) -> Told | None:
    match message:
        case Question():
            data: dict[str, Any] = {
                "question": message.question_id,
                "by": _by(view, message.from_peer_id),
                "text": message.text,
                "choices": message.choices,
                "counts": message.counts,
                "open": message.open,
            }
            return Told("answer", data, message.question_id)
        case QuestionAnswered():
            answered = {
                "question": message.question_id,
                "by": _by(view, message.from_peer_id),
                "choice": message.choice,
            }
            return Told("answer", answered)
        case Proposal():
            proposed = {
                "proposal": message.proposal_id,
                "by": _by(view, message.from_peer_id),
                "own": message.from_peer_id == own,
                "operations": len(message.operations),
                "text": message.text,
            }
            return Told("proposal", proposed, message.proposal_id)
        case ProposalDecided():
            decided = {
                "proposal": message.proposal_id,
                "accepted": message.accepted,
                "refused": message.refused,
                "open": message.open,
            }
            return Told("proposal", decided)
        case _:
            return None
