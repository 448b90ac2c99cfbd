"""Flows: bytes of signals from each connection to each peer, so that a light one need not wait."""

from canvas_server.core.effects import ConnectionId
from canvas_server.node.budget import LIGHT_BURST, LIGHT_RATE, MAX_FLOWS, Account, Limits


class Flows:
    """An account for each target of a connection, made once others send that target too much."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._flows: dict[ConnectionId, dict[str, Account]] = {}

    def is_light(self, connection_id: ConnectionId, target: str, size: int, now: float) -> bool:
        """Return whether a connection has sent a peer so little lately that it need not wait."""
        flows = self._flows.setdefault(connection_id, {})
        flow = flows.get(target)
        if flow is None:
            if len(flows) >= MAX_FLOWS:
                flows.clear()
            flow = flows[target] = self._limits.bytes(LIGHT_BURST, LIGHT_RATE, now)
        return not flow.spend(size) or flow.wait(now) <= 0

    def forget(self, connection_id: ConnectionId) -> None:
        """Forget a connection that is gone."""
        self._flows.pop(connection_id, None)
