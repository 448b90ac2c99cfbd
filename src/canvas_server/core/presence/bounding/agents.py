"""Agents of a session: the pace of each, and how the others see it."""

from canvas_server.core.presence.bounding.bounds import AgentGuard
from canvas_server.core.presence.bounding.pace import Pace
from canvas_server.core.presence.grants import Grant
from canvas_server.protocol.bounds import AgentState
from canvas_server.protocol.roles import Role

MAX_PACES = 256
"""Of one session; beyond them those are forgotten that came first, the paused ones last."""


class Agents:
    """What is known of agents by the link they came by, whoever of them is here just now."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def __bool__(self) -> bool:
        return bool(self._paces)

    def guard(self, grant: Grant, peer_id: str = "") -> AgentGuard | None:
        """Return what holds a peer back; None: it is no agent."""
        if grant.role is not Role.AGENT:
            return None
        key = grant.invitation or peer_id  # a guest has no invitation of ours
        return AgentGuard(key, grant.bounds, self._pace(key))

    def shift(self, seconds: float) -> None:
        """Count from another time: the clock was set."""
        for pace in self._paces.values():
            pace.shift(seconds)

    def _pace(self, key: str) -> Pace:
        pace = self._paces.get(key)
        if pace is None:
            if len(self._paces) >= MAX_PACES:
                free = (each for each, one in self._paces.items() if not one.paused)
                del self._paces[next(free, next(iter(self._paces)))]
            pace = self._paces[key] = Pace()
        return pace


def state_of(guard: AgentGuard, edits: int, maker: str | None) -> AgentState:
    """Return what others see of an agent."""
    return AgentState(guard.bounds, guard.pace.paused, maker, edits)
