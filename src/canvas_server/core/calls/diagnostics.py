"""Call diagnosis: why a call does not come about (SIG12), or why it is poor (SIG13).

Functions note what a peer reports in the call table and return what was found.
"""

from msgspec import Struct

from canvas_server.core.calls.connectivity import Diagnosis, Servers, diagnose
from canvas_server.core.calls.quality import Side, explain
from canvas_server.core.calls.table import CallTable
from canvas_server.protocol import client
from canvas_server.protocol.diagnosis import Cause


class Finding(Struct, frozen=True):
    """A new diagnosis of a call."""

    diagnosis: Diagnosis
    """As the peer sees it that reported last; its partner sees it `mirrored`."""
    concerns_both: bool
    """The partner is to hear of it too."""


def report(
    calls: CallTable, reporter_id: str, message: client.CallReport, servers: Servers
) -> Finding | None:
    """Find why a call does not come about, if what its peers have reported tells.

    Raises:
        Refusal: `not_in_call`.
    """
    call = calls.of(reporter_id, message.target_peer_id)
    call.reports[reporter_id] = message
    other = call.reports.get(message.target_peer_id)
    diagnosis = diagnose(message, other, servers)
    return None if diagnosis is None else Finding(diagnosis, concerns_both=other is not None)


def rate(calls: CallTable, rater_id: str, message: client.CallQuality) -> Finding | None:
    """Find why a call is poor, once, and when that is over; None: nothing new.

    Raises:
        Refusal: `not_in_call`.
    """
    partner_id = message.target_peer_id
    call = calls.of(rater_id, partner_id)
    call.qualities[rater_id] = message.quality
    found = explain(_side(calls, rater_id, partner_id), _side(calls, partner_id, rater_id))
    if found is None:
        is_over = all(quality.rating == "good" for quality in call.qualities.values())
        if call.diagnosis is None or not is_over:
            return None
        found = Diagnosis(Cause.WELL, "network")
    for_caller = found if call.caller == rater_id else found.mirrored
    if for_caller == call.diagnosis:
        return None
    call.diagnosis = None if found.cause is Cause.WELL else for_caller
    return Finding(found, concerns_both=True)


def _side(calls: CallTable, peer_id: str, partner_id: str) -> Side | None:
    """Return how a peer rates its call with a partner, and its other calls."""
    qualities = calls.qualities_at(peer_id)
    rated = qualities.pop(partner_id, None)
    return None if rated is None else Side(rated, tuple(qualities.values()))
