"""Moderation: letting people in, turning them away, removing and muting them.

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from canvas_server.core.effects import Effect, Refusal, Send
from canvas_server.core.presence.manners import acked, own_peer
from canvas_server.core.presence.membership import Membership
from canvas_server.core.presence.session import Participant
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode

_NOBODY = "Nobody of this id waits to be let in."


def admit(
    members: Membership, peer: Participant, message: client.Admit, now: float
) -> list[Effect]:
    """Let somebody in who waits (ROM5).

    Raises:
        Refusal: `peer_not_found`, `session_full`, `link_full`.
    """
    visitor = peer.session.door.visitors.get(message.peer_id)
    if visitor is None:
        raise Refusal(ErrorCode.PEER_NOT_FOUND, _NOBODY)
    return [*members.admit(visitor, now), *acked(peer, message.message_id)]


def kick(members: Membership, peer: Participant, message: client.Kick, now: float) -> list[Effect]:
    """Remove a peer (TOK4), or turn away who waits (ROM5).

    Raises:
        Refusal: `peer_not_found`, `self_signal`; `forbidden`, it is at another server.
    """
    visitor = peer.session.door.visitors.get(message.target_peer_id)
    if visitor is not None:
        return members.dismiss(visitor, CloseCode.TURNED_AWAY)
    target = own_peer(peer, message.target_peer_id, "remove them")
    return members.remove(target, CloseCode.REMOVED, now)


def mute(peer: Participant, message: client.MutePeer) -> list[Effect]:
    """Have a peer stop a medium; nothing here unmutes (ROM7).

    Raises:
        Refusal: `peer_not_found`, `self_signal`; `forbidden`, it is at another server.
    """
    target = own_peer(peer, message.target_peer_id, "mute them")
    muted = Send((target.connection,), server.PeerMute(peer.peer_id, message.kind))
    return [muted, *acked(peer, message.message_id)]
