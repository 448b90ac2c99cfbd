"""The call of a session in the Communitas network: who of us is in it, and what is asked there.

The owner of the core asks the network (`NetworkCallRequest`); its answer comes back to
`answered`. Signals between browsers do not depend on any of it.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from canvas_server.core.effects import Effect, NetworkCallRequest, Send
from canvas_server.protocol import client, server

if TYPE_CHECKING:
    from typing import Literal

    from canvas_server.core.presence.session import Participant, Session

Wish = client.StartCommunitasCall | client.JoinCommunitasCall | client.LeaveCommunitasCall
_OPERATIONS: "dict[type[Wish], Literal['start', 'join', 'leave']]" = {
    client.StartCommunitasCall: "start",
    client.JoinCommunitasCall: "join",
    client.LeaveCommunitasCall: "leave",
}


class NetworkCall(Struct):
    """A session's call; `call_id` is None as long as there is none."""

    call_id: str | None = None
    participants: dict[str, None] = {}
    asking: bool = False
    """Somebody waits for the network; one at a time, so that there is one call."""


def ask(peer: "Participant", wish: Wish, *, joined: bool) -> list[Effect]:
    """Ask the network for what a peer wants, or answer at once (COM1).

    `joined` says whether this server is part of the network at all.
    """
    session, call = peer.session, peer.session.network_call
    if not joined:
        return [_refusal(peer, wish, "This server is not joined to Communitas.")]
    if isinstance(wish, client.LeaveCommunitasCall):
        if peer.peer_id not in call.participants:
            return [_refusal(peer, wish, "You are in no call of Communitas.")]
        result = server.CommunitasCallResult(
            "leave", success=True, call_id=call.call_id, message_id=wish.message_id
        )
        return [Send((peer.connection,), result), *leave(session, peer.peer_id)]
    if call.asking:
        return [_refusal(peer, wish, "A call is being set up already; try again.")]
    call.asking = True
    call_id = wish.call_id if isinstance(wish, client.JoinCommunitasCall) else call.call_id
    operation: Literal["start", "join"] = "start" if call_id is None else "join"
    video = isinstance(wish, client.StartCommunitasCall) and call_id is None and wish.video_enabled
    return [
        NetworkCallRequest(
            session.session_id,
            peer.peer_id,
            operation,
            call_id,
            video,
            wish.message_id,
            peer.incarnation,
        )
    ]


def answered(
    session: "Session | None", asked: NetworkCallRequest, call_id: str, error: str
) -> list[Effect]:
    """Tell what the network has answered; a call that nobody wants any more is ended (COM2)."""
    peer = None
    if session is not None:
        session.network_call.asking = False
        peer = session.peers.get(asked.peer_id)
    if session is None or peer is None or peer.incarnation != asked.incarnation:
        wanted = session is not None and session.network_call.call_id == call_id
        return [] if error or wanted else _end(asked.session_id, call_id)
    call = session.network_call
    result = server.CommunitasCallResult(
        "start" if asked.operation == "start" else "join",
        success=not error,
        call_id=call_id or None,
        error=error or None,
        message_id=asked.message_id,
    )
    if error:
        return [Send((peer.connection,), result)]
    effects: list[Effect] = []
    if call.call_id not in (None, call_id):  # to another call: a session is in one at a time
        effects = _end(session.session_id, call.call_id)
        call.participants = {}
    call.call_id = call_id
    call.participants[peer.peer_id] = None
    return [Send((peer.connection,), result), *session.to_all(state(session)), *effects]


def leave(session: "Session", peer_id: str) -> list[Effect]:
    """Take a peer out of the call; the last one ends it (COM2)."""
    call = session.network_call
    if peer_id not in call.participants:
        return []
    del call.participants[peer_id]
    effects: list[Effect] = []
    if not call.participants:
        effects = _end(session.session_id, call.call_id)
        call.call_id = None
    return [*session.to_all(state(session)), *effects]


def tell(peer: "Participant") -> list[Effect]:
    """Tell a peer that comes of the call there is, if there is one."""
    if peer.session.network_call.call_id is None:
        return []
    return [Send((peer.connection,), state(peer.session))]


def state(session: "Session") -> server.CallState:
    """Return what everybody in a session is told of its call."""
    call = session.network_call
    return server.CallState(session.session_id, tuple(call.participants), call.call_id)


def _refusal(peer: "Participant", wish: Wish, why: str) -> Effect:
    result = server.CommunitasCallResult(
        _OPERATIONS[type(wish)], success=False, error=why, message_id=wish.message_id
    )
    return Send((peer.connection,), result)


def _end(session_id: str, call_id: str | None) -> list[Effect]:
    return [NetworkCallRequest(session_id, "", "end", call_id)]
