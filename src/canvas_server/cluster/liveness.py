"""Failure detector: which nodes are alive, suspect or dead, by their heartbeats.

A node is known by its address, which is another one after each start. What was given up once is
never listened to again: a node that learns of it takes another address.
"""

from enum import Enum

from msgspec import Struct

from canvas_server.cluster.messages import Heartbeat

HEARTBEAT_SECONDS = 1.0
SUSPECT_SECONDS = 2.5
"""Who is silent for so long is asked whether it is there."""
DEAD_SECONDS = 6.0
"""Who is silent for so long is given up."""
STALL_SECONDS = 3.0
"""Who has not come to look at the time for so long has not listened either."""
REMEMBERED = 10_000
"""Addresses that were given up."""


class Liveness(Enum):
    """What is known of a node."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"


class LastHeartbeat(Struct):
    """A node that lives."""

    heartbeat: Heartbeat
    at: float


class Nodes:
    """The other nodes. `now` is seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._seen: dict[str, LastHeartbeat] = {}
        self._expected: dict[str, float] = {}
        self._dead: dict[str, None] = {}
        self._listening_since: float | None = None
        self._looked = 0.0

    @property
    def heartbeats(self) -> list[Heartbeat]:
        """The latest of every node that lives."""
        return [seen.heartbeat for seen in self._seen.values()]

    def heard(self, heartbeat: Heartbeat, now: float) -> bool:
        """Note that a node lives; False: it was given up, and is to know it."""
        if heartbeat.address in self._dead:
            return False
        self._expected.pop(heartbeat.address, None)
        self._seen[heartbeat.address] = LastHeartbeat(heartbeat, now)
        return True

    def is_understood(self, address: str) -> bool:
        """Tell whether a node that lives may be spoken with."""
        return address in self._seen and self._seen[address].heartbeat.understood

    def expect(self, address: str, now: float) -> None:
        """Wait for a heartbeat of an address somebody has named; give it up if none comes."""
        if self.life(address) is Liveness.UNKNOWN:
            self._expected.setdefault(address, now)

    def life(self, address: str) -> Liveness:
        """Tell what is known of a node."""
        if address in self._dead:
            return Liveness.DEAD
        return Liveness.ALIVE if address in self._seen else Liveness.UNKNOWN

    def give_up(self, address: str) -> None:
        """Listen to an address no more, for ever."""
        self._seen.pop(address, None)
        self._expected.pop(address, None)
        self._dead[address] = None
        if len(self._dead) > REMEMBERED:
            del self._dead[next(iter(self._dead))]

    def look(self, now: float, *, listening: bool) -> tuple[list[str], list[str]]:
        """Return who is suspect, and who is dead, for being silent.

        Only what we could have heard counts: we have to be `listening`, and not to have slept.
        """
        slept, self._looked = now - self._looked > STALL_SECONDS, now
        if not listening or slept or self._listening_since is None:
            self._listening_since = now if listening else None
            return [], []
        suspect: list[str] = []
        dead: list[str] = []
        last = {address: seen.at for address, seen in self._seen.items()} | self._expected
        for address, at in last.items():
            silent = now - max(at, self._listening_since)
            if silent > DEAD_SECONDS:
                dead.append(address)
            elif silent > SUSPECT_SECONDS:
                suspect.append(address)
        return suspect, dead
