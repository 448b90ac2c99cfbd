"""Manners of a session: raised hands and reactions.

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from canvas_server.core.effects import Effect, Refusal, Send
from canvas_server.core.presence.session import Participant
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode


def raise_hand(peer: Participant, message: client.RaiseHand, now_ms: int) -> list[Effect]:
    """Note since when a hand is up, or that it is not any more; tell the others (ROM1).

    Raises:
        Refusal: `forbidden`, of somebody else it can only be lowered; `peer_not_found`.
    """
    whose = peer
    if message.target_peer_id not in (None, peer.peer_id):
        if message.raised:
            raise Refusal(ErrorCode.FORBIDDEN, "Nobody raises the hand of somebody else.")
        whose = own_peer(peer, message.target_peer_id, "lower their hand")
    if message.raised is (whose.hand is not None):
        return acked(peer, message.message_id)
    whose.hand = now_ms if message.raised else None
    return [*peer.session.tell_update(whose), *acked(peer, message.message_id)]


def react(peer: Participant, message: client.React, now: float) -> list[Effect]:
    """Show the others an emoji, unless too many are shown already (ROM2)."""
    session = peer.session
    if not session.reactions.admits(peer.peer_id, len(session.peers), now):
        return []
    return session.to_others(peer, server.PeerReaction(peer.peer_id, message.emoji))


def own_peer(peer: Participant, target_peer_id: str | None, what: str) -> Participant:
    """Find somebody of this server, since a moderator is one of this server only (REL2).

    Raises:
        Refusal: `peer_not_found`, `self_signal`; `forbidden`, it is at another server.
    """
    target = peer.session.target(peer, target_peer_id or "")
    if target.server is not None:
        raise Refusal(ErrorCode.FORBIDDEN, f"Only {target.server} can {what}.")
    return target


def acked(peer: Participant, message_id: str | None) -> list[Effect]:
    """Return the `ack` of what changes nothing in the scene, where one is asked for."""
    if message_id is None:
        return []
    result = server.AckResult(peer.session.canvas.shown.revision)
    return [Send((peer.connection,), server.Ack(message_id, result))]
