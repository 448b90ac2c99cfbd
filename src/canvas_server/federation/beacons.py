"""Discovery: how two servers that know each other find the sessions they have in common.

A server follows a topic for each session that has people of its own, and says there now and then
that it is there. Only who knows the name of the session and the secret of the two can tell which
topic it is: so nobody learns the name of a session who does not have it already.
"""

import hmac
from collections.abc import Callable, Iterable

import structlog
from msgspec import Struct

from canvas_server.federation.pairing import Pair, sign
from canvas_server.node.ports import Carrier

OFTEN_SECONDS, SELDOM_SECONDS = 1.0, 10.0
OFTEN = 5
"""So many times a session is announced often; then it is expected that nobody else has it."""
MAX_SESSIONS = 1000

logger = structlog.get_logger()


class _Announced(Struct):
    topics: dict[str, Pair]
    times: int = 0
    next_at: float = 0.0


class Beacons:
    """Announces sessions, and hears of those of others."""

    def __init__(self, here: str, carrier: Carrier) -> None:
        """Speak as an agent."""
        self._here = here
        self._carrier = carrier
        self._announced: dict[str, _Announced] = {}
        self._topics: dict[str, str] = {}
        self._crowded = False

    def announce(self, session_id: str, pairs: Iterable[Pair]) -> None:
        """Look for the other servers that have a session, from now on."""
        if session_id in self._announced:
            return
        topics = {topic_of(pair, session_id): pair for pair in pairs if pair.shares(session_id)}
        if not topics:
            return
        if len(self._announced) >= MAX_SESSIONS:
            if not self._crowded:
                logger.warning("too many sessions: further ones are not announced to other servers")
            self._crowded = True
            return
        self._announced[session_id] = _Announced(topics)
        for topic in topics:
            self._topics[topic] = session_id
            self._carrier.follow(topic)

    def withdraw(self, session_id: str) -> None:
        """Look no more."""
        announced = self._announced.pop(session_id, None)
        for topic in () if announced is None else announced.topics:
            del self._topics[topic]
            self._carrier.leave(topic)

    def tick(self, now: float, wanted: Callable[[str], bool]) -> None:
        """Announce what is due, if it is still wanted."""
        for session_id, announced in self._announced.items():
            if now < announced.next_at:
                continue
            announced.times += 1
            often = announced.times < OFTEN
            announced.next_at = now + (OFTEN_SECONDS if often else SELDOM_SECONDS)
            if wanted(session_id):
                for topic, pair in announced.topics.items():
                    self._carrier.publish(topic, _sign(pair, topic, self._here))

    def hurry(self) -> None:
        """Announce everything again, often at first: somebody may hear it now who did not."""
        for announced in self._announced.values():
            announced.times, announced.next_at = 0, 0.0

    def hear(self, topic: str, sender: str, payload: bytes) -> tuple[str, Pair] | None:
        """Return which session another server has, by what was published."""
        session_id = self._topics.get(topic)
        if session_id is None or sender == self._here:
            return None
        pair = self._announced[session_id].topics[topic]
        signed = hmac.compare_digest(payload, _sign(pair, topic, sender))
        return (session_id, pair) if sender == pair.agent_id and signed else None


def topic_of(pair: Pair, session_id: str) -> str:
    """Return where two servers announce a session."""
    return "canvas-relay/" + sign(pair.key, f"canvas-relay topic {session_id}")[:40]


def _sign(pair: Pair, topic: str, sender: str) -> bytes:
    return sign(pair.key, f"canvas-relay beacon {topic} {sender}").encode()
