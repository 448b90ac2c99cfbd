"""Admission of what an agent sends, before anything else looks at it (AGT3, AGT6, AGT10).

What an edit does to each element is seen to where it is made (`bounds.AgentGuard`).
"""

from collections.abc import Iterable

from msgspec.structs import replace

from canvas_server.core.effects import Effect
from canvas_server.core.presence.bounding.bounds import (
    ONLY_PROPOSES,
    WHOLE,
    AgentGuard,
)
from canvas_server.core.presence.bounding.sight import require_sight
from canvas_server.core.presence.session import Participant, Session
from canvas_server.core.scene import commands
from canvas_server.core.scene.changes import moved
from canvas_server.protocol import client
from canvas_server.protocol.bounds import Sight
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.roles import Right
from canvas_server.protocol.scene import Element
from canvas_server.protocol.traits import RightRule

_ACTS = (Right.EDIT, Right.CHAT, RightRule.OF_ELEMENTS)
ON_ITS_CONNECTION = "another server makes the edits here: this agent edits on its WebSocket"


def admit(
    peer: Participant, agent: AgentGuard, message: client.ClientMessage, now_ms: int
) -> list[Effect] | None:
    """Let a message of an agent on, which is None, or answer it where it came before.

    Raises:
        Refusal: `agent_paused`, `out_of_bounds`, `rate_limited`.
    """
    if message.traits.right in _ACTS:
        again = commands.retried(peer.session.canvas, peer, message)
        if again is not None:
            return again
        agent.require_active(now_ms)
    match message:
        case client.ClearScene() | client.RestoreScene() | client.ClearChat():
            if agent.is_bounded:
                agent.refuse(WHOLE.format(_tag(message)), now_ms)
        case (
            client.AddElement()
            | client.UpdateElement()
            | client.RemoveElement()
            | client.SyncQueue()
        ):
            if agent.bounds.mode == "edit" and peer.session.canvas.leader is not None:
                commands.rehearse(peer.session.canvas, peer, message, now_ms)
        case client.Preview():
            _check_preview(peer, agent, message, now_ms)
        case client.Stroke():
            _check_stroke(agent, now_ms)
        case client.GetScene():
            require_sight(peer.grant, Sight.SCENE)
        case client.GetChat():
            require_sight(peer.grant, Sight.CHAT)
        case _:
            pass
    return None


def admit_post(session: Session, agent: AgentGuard, message: SceneEdit, now_ms: int) -> None:
    """Let an edit of an agent on that came over HTTP.

    Raises:
        Refusal: as `admit`; `out_of_bounds` where another server keeps the canvas.
    """
    agent.require_active(now_ms)
    if not agent.is_bounded:
        return
    if message.clear:
        agent.refuse(WHOLE.format("clear"), now_ms)
    if agent.bounds.mode == "propose":
        agent.refuse(ONLY_PROPOSES, now_ms)
    if session.canvas.leader is not None:
        agent.refuse(ON_ITS_CONNECTION, now_ms)


def _check_preview(
    peer: Participant, agent: AgentGuard, message: client.Preview, now_ms: int
) -> None:
    """See that it shows nothing in motion that it may not move."""
    if message.elements and agent.bounds.mode == "propose":
        agent.refuse(ONLY_PROPOSES, now_ms)
    for before, after in _previewed(peer, message):
        agent.check(before, after)


def _previewed(peer: Participant, message: client.Preview) -> Iterable[tuple[Element, Element]]:
    scene = peer.session.canvas.scene
    for shown in message.elements:
        before = scene.get(shown.id)
        if before is not None:
            yield before, replace(before, transform=moved(before.transform, shown.transform))


def _check_stroke(agent: AgentGuard, now_ms: int) -> None:
    """Let it show a stroke while it is drawn only where the stroke may be anything anywhere."""
    bounds = agent.bounds
    if bounds.mode == "propose":
        agent.refuse(ONLY_PROPOSES, now_ms)
    if bounds.area is not None or (bounds.kinds is not None and "Ink" not in bounds.kinds):
        agent.refuse("`area` and `kinds`: this agent adds strokes when they are whole", now_ms)


def _tag(message: client.ClientMessage) -> str:
    return str(message.__struct_config__.tag)
