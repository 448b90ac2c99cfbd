"""Sight of agents: who is sent what of a session (AGT10).

Where nobody is kept from seeing anything, which is nearly everywhere, the peers are handed out as
they are.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from canvas_server.core.presence.bounding.bounds import AgentGuard, out_of_bounds
from canvas_server.core.presence.grants import Grant
from canvas_server.protocol.bounds import ALL_SIGHTS, Sight

_BLIND = "`sees`: this agent is not shown the {}"


class Viewer(Protocol):
    """A peer, as far as it matters here."""

    peer_id: str
    agent: AgentGuard | None


V = TypeVar("V", bound=Viewer)


class Sights(Generic[V]):
    """The peers of a session by what they see."""

    def __init__(self, peers: Mapping[str, V]) -> None:
        """`peers` is looked at whenever somebody asks."""
        self._peers = peers
        self._blind: dict[Sight, set[str]] = {}

    def note(self, peer: V) -> None:
        """Take in what a peer sees from now on."""
        self.forget(peer)
        for sight in ALL_SIGHTS:
            if not sees(peer, sight):
                self._blind.setdefault(sight, set()).add(peer.peer_id)

    def forget(self, peer: V) -> None:
        """Think no more of a peer."""
        for sight, blind in [*self._blind.items()]:
            blind.discard(peer.peer_id)
            if not blind:
                del self._blind[sight]

    def seeing(self, *sights: Sight) -> Iterable[V]:
        """Return the peers that see all of this."""
        blind = [self._blind[sight] for sight in sights if sight in self._blind]
        if not blind:
            return self._peers.values()
        without = set[str]().union(*blind)
        return [peer for peer in self._peers.values() if peer.peer_id not in without]


def sees(peer: Viewer, sight: Sight) -> bool:
    """Tell whether a peer is shown something."""
    return peer.agent is None or sight in peer.agent.bounds.sees


def require_sight(grant: Grant, sight: Sight) -> None:
    """See that who has a grant is shown something.

    Raises:
        Refusal: `out_of_bounds`.
    """
    if sight not in grant.bounds.sees:
        raise out_of_bounds(_BLIND.format(sight.value))
