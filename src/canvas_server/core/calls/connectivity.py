"""Connectivity diagnosis: rules over the reports of both peers of a call. Pure."""

from collections.abc import Callable

from msgspec import Struct

from canvas_server.protocol.client import CallReport
from canvas_server.protocol.diagnosis import Cause, Whose


class Servers(Struct, frozen=True):
    """Which kinds of ICE servers the peers were given."""

    stun: bool
    turn: bool


class Diagnosis(Struct, frozen=True):
    """What was found, as told to the first side."""

    cause: Cause
    whose: Whose

    @property
    def mirrored(self) -> "Diagnosis":
        """The same, as told to the other side."""
        others: dict[Whose, Whose] = {"you": "them", "them": "you"}
        return Diagnosis(self.cause, others.get(self.whose, self.whose))


_WHOSE: dict[tuple[bool, bool], Whose] = {
    (True, True): "both",
    (True, False): "you",
    (False, True): "them",
    (False, False): "network",
}


def whose(here: bool, there: bool) -> Whose:
    """Return at whose side a cause lies that was seen here and there, or at neither."""
    return _WHOSE[here, there]


# What one side alone shows; the first that holds for any side counts.
_ONE_SIDED: tuple[tuple[Cause, Callable[[CallReport, Servers], bool]], ...] = (
    (Cause.NO_NETWORK, lambda side, _: not side.gathered),
    (Cause.TURN_REFUSED, lambda side, servers: servers.turn and side.turn_refused),
    (
        Cause.TURN_UNREACHABLE,
        lambda side, servers: servers.turn and "relay" not in side.gathered,
    ),
    (
        Cause.UDP_BLOCKED,
        lambda side, servers: servers.stun and not servers.turn and set(side.gathered) == {"host"},
    ),
)


def diagnose(own: CallReport, other: CallReport | None, servers: Servers) -> Diagnosis | None:
    """Join what both sides of a call report; None: one side alone does not tell."""
    for cause, holds in _ONE_SIDED:
        here = holds(own, servers)
        there = other is not None and holds(other, servers)
        if here or there:
            return Diagnosis(cause, whose(here, there))
    if other is None:
        return None
    if servers.turn:
        return Diagnosis(Cause.RELAY_FAILS, "network")
    return Diagnosis(Cause.NO_DIRECT_WAY if servers.stun else Cause.NO_SERVERS, "network")
