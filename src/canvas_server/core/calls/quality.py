"""Quality diagnosis: rules over how both peers rate a call. Pure."""

from collections.abc import Callable

from msgspec import Struct

from canvas_server.core.calls.connectivity import Diagnosis, whose
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.quality import Quality

LOSSY = 0.05
"""Share of the packets; less is made up for."""
FAR_MS = 400
"""There and back. ITU-T G.114 finds 150 ms one way good."""


class Side(Struct, frozen=True):
    """One side of a call: how it finds this one, and the other calls that it has."""

    here: Quality
    elsewhere: tuple[Quality, ...] = ()


class Rule(Struct, frozen=True):
    """A cause, and how it is recognised."""

    cause: Cause
    holds: Callable[[Quality], bool]
    on_the_way: bool = True
    """Both sides may see it, and only their other calls tell whose it is."""


_RULES = (
    Rule(Cause.LOSS, lambda of: max(of.loss_in or 0, of.loss_out or 0) >= LOSSY),
    Rule(Cause.BUSY_COMPUTER, lambda of: of.limitation == "cpu", on_the_way=False),
    Rule(
        Cause.RELAY_OVER_TCP,
        lambda of: of.path is not None and of.path.relayed_over_tcp,
        on_the_way=False,
    ),
    Rule(Cause.SLOW_NETWORK, lambda of: of.limitation == "bandwidth"),
    Rule(Cause.FAR, lambda of: (of.round_trip or 0) >= FAR_MS),
)


def explain(own: Side | None, other: Side | None) -> Diagnosis | None:
    """Say why a call is poor; None: it is not, or nothing here tells."""
    sides = [side for side in (own, other) if side is not None]
    if all(side.here.rating != "poor" for side in sides):
        return None
    for rule in _RULES:
        if not any(rule.holds(side.here) for side in sides):
            continue
        mine, theirs = (side is not None and _has(side, rule) for side in (own, other))
        return Diagnosis(rule.cause, whose(mine, theirs))
    return None


def _has(side: Side, rule: Rule) -> bool:
    return any(map(rule.holds, side.elsewhere)) if rule.on_the_way else rule.holds(side.here)
