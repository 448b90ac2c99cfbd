"""Handlers of call diagnosis and network calls: the rules of `core.calls` for peers of a session.

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from canvas_server.core.calls import diagnostics, network
from canvas_server.core.calls.connectivity import Diagnosis, Servers
from canvas_server.core.effects import Effect, NetworkCallRequest, RecordMetric, Send
from canvas_server.core.presence.session import Participant, Session
from canvas_server.protocol import client, server

# --- diagnosis -------------------------------------------------------------------------------


def report(peer: Participant, message: client.CallReport, servers: Servers) -> list[Effect]:
    """Tell the peers of a call why it does not come about, as far as their reports show."""
    target = peer.session.target(peer, message.target_peer_id)
    found = diagnostics.report(peer.session.calls, peer.peer_id, message, servers)
    return [] if found is None else _diagnosed(peer, target, found)


def rate(peer: Participant, message: client.CallQuality) -> list[Effect]:
    """Note how good a call is; tell both peers why it is poor, once, and when that is over."""
    target = peer.session.target(peer, message.target_peer_id)
    found = diagnostics.rate(peer.session.calls, peer.peer_id, message)
    effects: list[Effect] = [RecordMetric(message.quality)]
    return effects if found is None else effects + _diagnosed(peer, target, found)


def _diagnosed(peer: Participant, target: Participant, found: diagnostics.Finding) -> list[Effect]:
    effects = [_diagnosis(peer, target, found.diagnosis)]
    if found.concerns_both:
        effects.append(_diagnosis(target, peer, found.diagnosis.mirrored))
    return [*effects, RecordMetric(found.diagnosis.cause)]


def _diagnosis(receiver: Participant, partner: Participant, diagnosis: Diagnosis) -> Effect:
    message = server.CallDiagnosis(partner.peer_id, diagnosis.cause, diagnosis.whose)
    return Send((receiver.connection,), message)


# --- the call in the Communitas network --------------------------------------------------------


def network_call(
    peer: Participant, message: network.NetworkCallMessage, *, joined: bool
) -> list[Effect]:
    """Ask the network for a call, or leave the one there is (COM1).

    `joined` says whether this server is part of the network at all.
    """
    session, call = peer.session, peer.session.network_call
    if not joined:
        return _refused(peer, message, "This server is not joined to Communitas.")
    if isinstance(message, client.LeaveCommunitasCall):
        if peer.peer_id not in call.participants:
            return _refused(peer, message, "You are in no call of Communitas.")
        reply = Send((peer.connection,), network.left(message, call.call_id))
        return [reply, *session.leave_network_call(peer.peer_id)]
    request = call.request(peer.peer_id, peer.incarnation, message)
    if request is None:
        return _refused(peer, message, "A call is being set up already; try again.")
    return [request]


def network_answered(
    session: Session | None, request: NetworkCallRequest, call_id: str, error: str
) -> list[Effect]:
    """Apply an answer of the network; a call that nobody wants any more is ended (COM2)."""
    peer = None
    if session is not None:
        session.network_call.is_requested = False
        peer = session.peers.get(request.peer_id)
    if session is None or peer is None or peer.incarnation != request.incarnation:
        wanted = session is not None and session.network_call.call_id == call_id
        return [] if error or wanted else [network.end_request(request.session_id, call_id)]
    reply = Send((peer.connection,), network.result(request, call_id, error))
    if error:
        return [reply]
    ended = session.network_call.join(peer.peer_id, call_id)
    return [reply, *session.to_all(session.network_call.state()), *ended]


def network_call_state(peer: Participant) -> list[Effect]:
    """Show a peer that comes the network call of its session, if there is one."""
    call = peer.session.network_call
    return [] if call.call_id is None else [Send((peer.connection,), call.state())]


def _refused(peer: Participant, message: network.NetworkCallMessage, error: str) -> list[Effect]:
    return [Send((peer.connection,), network.refusal(message, error))]
