"""What both people of a call are told when it does not come about (SIG12), or is poor (SIG13).

As in `session`, these change what is known of the call and return the effects, or raise `Refused`
before any change.
"""

from typing import TYPE_CHECKING

from canvas_server.core.calls.connectivity import Diagnosis, Servers, diagnose
from canvas_server.core.calls.quality import Side, explain
from canvas_server.core.effects import Effect, RecordMetric, Send
from canvas_server.protocol import client, server
from canvas_server.protocol.diagnosis import Cause

if TYPE_CHECKING:
    from canvas_server.core.presence.session import Participant, Session


def report(peer: "Participant", message: client.CallReport, servers: Servers) -> list[Effect]:
    """Tell both sides of a call why it does not come about, if what they report tells."""
    target = peer.session.target(peer, message.target_peer_id)
    call = peer.session.calls.of(peer.peer_id, target.peer_id)
    call.reports[peer.peer_id] = message
    other = call.reports.get(target.peer_id)
    found = diagnose(message, other, servers)
    if found is None:
        return []
    told = [_told(peer, target, found)]
    if other is not None:
        told.append(_told(target, peer, found.mirrored))
    return [*told, RecordMetric(found.cause)]


def rate(peer: "Participant", message: client.CallQuality) -> list[Effect]:
    """Take in how good a call is; tell both why it is poor, once, and when that is over."""
    session = peer.session
    target = session.target(peer, message.target_peer_id)
    call = session.calls.of(peer.peer_id, target.peer_id)
    call.qualities[peer.peer_id] = message.quality
    tally: list[Effect] = [RecordMetric(message.quality)]
    found = explain(_side(session, peer, target), _side(session, target, peer))
    if found is None:
        over = all(quality.rating == "good" for quality in call.qualities.values())
        if call.told is None or not over:
            return tally
        found = Diagnosis(Cause.WELL, "network")
    told = found if call.caller == peer.peer_id else found.mirrored
    if told == call.told:
        return tally
    call.told = None if found.cause is Cause.WELL else told
    both = [_told(peer, target, found), _told(target, peer, found.mirrored)]
    return [*tally, *both, RecordMetric(found.cause)]


def _side(session: "Session", peer: "Participant", partner: "Participant") -> Side | None:
    """Return how a peer finds the call with another one, and its other calls."""
    qualities = session.calls.qualities_at(peer.peer_id)
    here = qualities.pop(partner.peer_id, None)
    return None if here is None else Side(here, tuple(qualities.values()))


def _told(to: "Participant", about: "Participant", found: Diagnosis) -> Effect:
    return Send((to.connection,), server.CallDiagnosis(about.peer_id, found.cause, found.whose))
