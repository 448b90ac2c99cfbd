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
    client.RestoreScene: AuditEvent.SCENE_RESTORED,
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
    whom = peer
    if isinstance(message, client.Kick):
        whom = peer.session.peers.get(message.target_peer_id, peer)
    entry = whom.audited(EVENTS[type(message)], by=peer.peer_id)
    return RecordAudit(entry, peer.connection)


def refused(peer: Participant | None, code: ErrorCode) -> AuditEntry:
    """Return that a message was refused; None: its sender is in no session."""
    event = AuditEvent.LIMITED if code in _LIMITS else AuditEvent.REFUSED
    entry = AuditEntry(event) if peer is None else peer.audited(event)
    return replace(entry, where="websocket", code=code.value)
