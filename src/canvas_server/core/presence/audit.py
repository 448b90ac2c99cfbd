"""Audit events of messages: what only some may do, and what was refused."""

from msgspec.structs import replace

from canvas_server.core.effects import RecordAudit
from canvas_server.core.presence.session import Participant
from canvas_server.protocol import client
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.errors import ErrorCode

EVENTS: dict[type[client.ClientMessage], AuditEvent] = {
    client.Kick: AuditEvent.KICKED,
    client.ClearScene: AuditEvent.SCENE_CLEARED,
    client.ClearChat: AuditEvent.CHAT_CLEARED,
    client.RestoreScene: AuditEvent.SCENE_RESTORED,
    client.Admit: AuditEvent.ADMITTED,
    client.MutePeer: AuditEvent.MUTED,
    client.PauseAgent: AuditEvent.AGENT_PAUSED,
    client.UndoAgent: AuditEvent.AGENT_UNDONE,
}
"""What is written down of messages that a peer may send."""
_LIMITS = frozenset(
    (
        ErrorCode.RATE_LIMITED,
        ErrorCode.SESSION_FULL,
        ErrorCode.LINK_FULL,
        ErrorCode.SERVER_FULL,
        ErrorCode.SCENE_FULL,
    )
)


def acted(peer: Participant, message: client.ClientMessage) -> RecordAudit:
    """Return what a message of `EVENTS` does; it counts once the message is taken."""
    event, by, whom, reason = EVENTS[type(message)], peer.peer_id, peer, None
    match message:
        case client.Kick(target_peer_id=target) | client.Admit(peer_id=target):
            visitor = peer.session.door.visitors.get(target)
            if visitor is not None:
                event = AuditEvent.TURNED_AWAY if event is AuditEvent.KICKED else event
                return RecordAudit(visitor.audited(event, by), peer.connection)
            whom = peer.session.peers.get(target, peer)
        case client.MutePeer(target_peer_id=target, kind=kind):
            whom, reason = peer.session.peers.get(target, peer), kind
        case client.PauseAgent(peer_id=target, paused=paused):
            whom, reason = peer.session.peers.get(target, peer), "paused" if paused else "let go on"
        case client.UndoAgent(peer_id=target):
            whom = peer.session.peers.get(target, peer)
        case _:
            pass
    return RecordAudit(whom.audited(event, reason=reason, by=by), peer.connection)


def refused(peer: Participant | None, code: ErrorCode) -> AuditEntry:
    """Return that a message was refused; None: its sender is in no session."""
    event = AuditEvent.LIMITED if code in _LIMITS else AuditEvent.REFUSED
    entry = AuditEntry(event) if peer is None else peer.audited(event)
    return replace(entry, where="websocket", code=code.value)
