"""Absent sessions: those whose peers are all away, and what their scenes may take of memory.

A place is kept for a while (RES1), and with it the scene. Where many leave large scenes behind, the
largest go first: they are in the log, and who comes back to one is somebody new in it.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from canvas_server.core.presence.session import Away, Participant, Session
from canvas_server.protocol.server import LeaveReason

MAX_ABSENT_BYTES = 64 * 1024 * 1024
"""Of all scenes that nobody is connected to."""


def crowded_out(away: Iterable[Participant], most: int = MAX_ABSENT_BYTES) -> list[Participant]:
    """Return the peers whose places are kept no longer; `away` are all that have no connection."""
    absent = [session for session in {peer.session for peer in away} if _is_absent(session)]
    size = sum(session.canvas.scene.size for session in absent)
    if size <= most:
        return []
    found: list[Participant] = []
    for session in sorted(absent, key=_weight, reverse=True):
        if size <= most:
            break
        size -= session.canvas.scene.size
        found += session.peers.values()
    return found


def postpone(away: dict[Participant, Away], seconds: float) -> None:
    """Keep all places so much longer, or shorter."""
    for peer, one in away.items():
        away[peer] = peer.away = replace(one, until=one.until + seconds)


def reason_of(away: Away | None) -> LeaveReason:
    """Return why a peer that was away has left."""
    return "left" if away is not None and away.closing else "disconnected"


def _is_absent(session: Session) -> bool:
    return all(peer.away is not None for peer in session.peers.values())


def _weight(session: Session) -> tuple[int, str]:
    return session.canvas.scene.size, session.session_id
