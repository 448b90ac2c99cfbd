"""Handlers of what an agent is at, and of what people say aloud for agents to hear (AGT4, AGT8)."""

from canvas_server.core.effects import Effect, Send
from canvas_server.core.presence.session import Participant
from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import Sight
from canvas_server.protocol.roles import Role


def think(peer: Participant, message: client.Thinking) -> list[Effect]:
    """Show the others what a peer is at, before long."""
    return peer.session.audience.think(peer, message.text)


def speak(peer: Participant, message: client.Speech, now_ms: int) -> list[Effect]:
    """Pass on what somebody has said to the agents that may hear it, and to nobody else."""
    hearing = tuple(
        other.connection
        for other in peer.session.peers.values()
        if other is not peer and _hears(other)
    )
    if not (message.text and hearing):
        return []
    return [Send(hearing, server.PeerSpeech(peer.peer_id, now_ms, message.text, message.about))]


def _hears(peer: Participant) -> bool:
    if peer.away is not None:
        return False  # what was said a while ago would be kept for it
    return peer.grant.role is Role.AGENT and Sight.SPEECH in peer.grant.bounds.sees
