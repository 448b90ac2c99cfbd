"""What our people say to a guest, in the words of the wire, and the other way round."""

import functools
from typing import assert_never

import msgspec
from msgspec import Raw

from canvas_server.federation import messages
from canvas_server.protocol import client, server


def said(session_id: str, peer_id: str, message: client.ClientMessage) -> messages.PeerMessage:
    """Return what one of our people says."""
    return messages.PeerMessage(session_id, peer_id, Raw(msgspec.json.encode(message)))


def item_of(told: server.Signal, session_id: str, to: str) -> messages.Item:
    """Return what the guest's server is to hear of it."""
    sender = told.from_peer_id
    match told:
        case server.RelayOffer() | server.RelayAnswer():
            kind = (
                messages.SignalOffer
                if isinstance(told, server.RelayOffer)
                else messages.SignalAnswer
            )
            return kind(
                session_id=session_id,
                sdp=told.sdp,
                from_peer_id=sender,
                to_peer_id=to,
                call_id=told.call_id,
                offer_id=told.offer_id,
            )
        case server.RelayIceCandidate():
            return _candidate(told, session_id, to)
        case server.CallEnded():
            return messages.SignalBye(
                session_id=session_id,
                reason=told.reason,
                from_peer_id=sender,
                to_peer_id=to,
                call_id=told.call_id,
            )
        case server.IncomingCall():
            return said(
                session_id, sender, client.StartCall(to, session_id, told.call_id, told.group)
            )
        case server.PeerViewSize():
            return said(session_id, sender, client.ViewSize(to, told.camera, told.screen))
        case _:
            assert_never(told)


def message_of(signal: messages.Signal) -> client.ClientMessage:
    """Return what a guest says with a signal."""
    to = signal.to_peer_id
    match signal:
        case messages.SignalOffer():
            return client.Offer(to, signal.sdp, signal.call_id, signal.offer_id)
        case messages.SignalAnswer():
            return client.Answer(to, signal.sdp, signal.call_id, signal.offer_id)
        case messages.SignalCandidate() | messages.SignalEndOfCandidates():
            return client.IceCandidate(
                to,
                signal.candidate if isinstance(signal, messages.SignalCandidate) else "",
                signal.sdp_mid,
                signal.sdp_mline_index,
                signal.username_fragment,
                signal.call_id,
            )
        case messages.SignalBye():
            return client.EndCall(to, signal.reason, signal.call_id)
        case _:
            assert_never(signal)


def _candidate(
    told: server.RelayIceCandidate, session_id: str, to: str
) -> messages.SignalCandidate | messages.SignalEndOfCandidates:
    kind = functools.partial(messages.SignalCandidate, candidate=told.candidate)
    return (kind if told.candidate else messages.SignalEndOfCandidates)(
        session_id=session_id,
        sdp_mid=told.sdp_mid,
        sdp_mline_index=told.sdp_m_line_index,
        from_peer_id=told.from_peer_id,
        to_peer_id=to,
        username_fragment=told.username_fragment,
        call_id=told.call_id,
    )
