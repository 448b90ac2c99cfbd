"""Agents of sessions that nobody is in: their pace, pauses and journals (AGT6, AGT7)."""

from canvas_server.core.presence.bounding.agents import Agents
from canvas_server.core.scene.journal import Journal

MAX_KEPT = 256
"""Sessions; beyond them the one goes that was left first."""


class KeptAgents:
    """The agents of sessions that were let go, as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Agents, Journal, int]] = {}

    def keep(self, session_id: str, agents: Agents, journal: Journal, revision: int) -> None:
        """Keep what is known in a session that is let go at a revision of its scene."""
        if not agents:
            return
        self._kept[session_id] = agents, journal, revision
        if len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]

    def take(self, session_id: str, revision: int) -> tuple[Agents, Journal]:
        """Return what was kept; the journal only where the scene is as it was left."""
        agents, journal, left = self._kept.pop(session_id, (Agents(), Journal(), revision))
        return agents, journal if left == revision else Journal()

    def shift(self, seconds: float) -> None:
        """Count from another time: the clock was set."""
        for agents, _, _ in self._kept.values():
            agents.shift(seconds)
