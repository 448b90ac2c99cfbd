"""Pausing an agent and letting it go on, taking back what it did, and sending it away (AGT6, AGT7).

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from canvas_server.core.effects import Effect, Refusal
from canvas_server.core.presence.bounding.bounds import AgentGuard
from canvas_server.core.presence.manners import acked
from canvas_server.core.presence.session import Participant, Session
from canvas_server.core.scene import undoing
from canvas_server.protocol import client
from canvas_server.protocol.errors import ErrorCode

_NO_AGENT = "There is no such agent in your session."
_AGENTS_PAUSE_NOBODY = "An agent neither pauses agents nor lets them go on: ask a person."
_OWN_ONLY = "An agent takes back what it did itself, and nothing of others."


def pause(peer: Participant, message: client.PauseAgent) -> list[Effect]:
    """Let an agent do nothing, or go on; it holds for all who come by its link.

    Raises:
        Refusal: `peer_not_found`; `forbidden` to agents.
    """
    agent = _agent(peer.session, message.peer_id)
    if peer.agent is not None:
        raise Refusal(ErrorCode.FORBIDDEN, _AGENTS_PAUSE_NOBODY)
    effects: list[Effect] = []
    if agent.pace.paused is not message.paused:
        agent.pace.paused = message.paused
        effects = _tell(peer.session, agent)
    return [*effects, *acked(peer, message.message_id)]


def undo(peer: Participant, message: client.UndoAgent, now_ms: int) -> list[Effect]:
    """Take back what an agent did; what others have changed since stays.

    Raises:
        Refusal: `peer_not_found`; `forbidden` to other agents, and where another server keeps the
            canvas.
    """
    agent = _agent(peer.session, message.peer_id)
    if peer.agent is not None and peer.agent.key != agent.key:
        raise Refusal(ErrorCode.FORBIDDEN, _OWN_ONLY)
    effects = undoing.undo(peer.session.canvas, peer, agent.key, message, now_ms)
    return [*effects, *_tell(peer.session, agent)]


def edited(peer: Participant, agent: AgentGuard) -> list[Effect]:
    """Tell before long how many edits of an agent can be taken back."""
    return _tell(peer.session, agent)


def may_dismiss(peer: Participant, message: client.ClientMessage) -> bool:
    """Tell whether a message sends away an agent that its sender has invited."""
    if not isinstance(message, client.Kick) or peer.agent is not None or not peer.grant.invitation:
        return False
    target = peer.session.peers.get(message.target_peer_id)
    if target is None or target.agent is None:
        return False
    return any(one.id == peer.grant.invitation for one in target.grant.lineage)


def _agent(session: Session, peer_id: str) -> AgentGuard:
    target = session.peers.get(peer_id)
    if target is None or target.agent is None:
        raise Refusal(ErrorCode.PEER_NOT_FOUND, _NO_AGENT)
    return target.agent


def _tell(session: Session, agent: AgentGuard) -> list[Effect]:
    same = [
        one.peer_id
        for one in session.peers.values()
        if one.agent is not None and one.agent.key == agent.key
    ]
    return session.audience.update_soon(same)
