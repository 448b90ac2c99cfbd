"""The call of a session in the Communitas network: its participants and the requests for it.

The owner of the core performs a `NetworkCallRequest` and hands the network's answer to
`Hub.network_answered`. Signals between browsers do not depend on any of it.
"""

from typing import Literal

from canvas_server.core.effects import NetworkCallRequest
from canvas_server.protocol import client, server

NetworkCallMessage = (
    client.StartCommunitasCall | client.JoinCommunitasCall | client.LeaveCommunitasCall
)
_OPERATIONS: dict[type[NetworkCallMessage], Literal["start", "join", "leave"]] = {
    client.StartCommunitasCall: "start",
    client.JoinCommunitasCall: "join",
    client.LeaveCommunitasCall: "leave",
}


class NetworkCall:
    """A session's call in the network; `call_id` is None as long as there is none."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        self.call_id: str | None = None
        self.participants: dict[str, None] = {}
        self.is_requested = False
        """An answer of the network is due; one request at a time, so that there is one call."""

    def state(self) -> server.CallState:
        """Return the message that shows the call to everybody in the session."""
        return server.CallState(self.session_id, tuple(self.participants), self.call_id)

    def request(
        self,
        peer_id: str,
        incarnation: str,
        message: client.StartCommunitasCall | client.JoinCommunitasCall,
    ) -> NetworkCallRequest | None:
        """Return what to ask of the network for a peer; None: another request is under way."""
        if self.is_requested:
            return None
        self.is_requested = True
        starts = isinstance(message, client.StartCommunitasCall)
        call_id = self.call_id if starts else message.call_id
        return NetworkCallRequest(
            self.session_id,
            peer_id,
            "start" if call_id is None else "join",
            call_id,
            starts and call_id is None and message.video_enabled,
            message.message_id,
            incarnation,
        )

    def join(self, peer_id: str, call_id: str) -> list[NetworkCallRequest]:
        """Take a peer into a call that the network has made; a session is in one at a time."""
        ended: list[NetworkCallRequest] = []
        if self.call_id not in (None, call_id):
            ended = [end_request(self.session_id, self.call_id)]
            self.participants = {}
        self.call_id = call_id
        self.participants[peer_id] = None
        return ended

    def leave(self, peer_id: str) -> list[NetworkCallRequest]:
        """Take a participant out of the call; the last one ends it (COM2)."""
        del self.participants[peer_id]
        if self.participants:
            return []
        call_id, self.call_id = self.call_id, None
        return [end_request(self.session_id, call_id)]


def end_request(session_id: str, call_id: str | None) -> NetworkCallRequest:
    """Return the request that ends a call."""
    return NetworkCallRequest(session_id, "", "end", call_id)


def left(message: client.LeaveCommunitasCall, call_id: str | None) -> server.CommunitasCallResult:
    """Return the reply to who left the call."""
    return server.CommunitasCallResult(
        "leave", success=True, call_id=call_id, message_id=message.message_id
    )


def refusal(message: NetworkCallMessage, error: str) -> server.CommunitasCallResult:
    """Return the reply to a message that leads to nothing."""
    return server.CommunitasCallResult(
        _OPERATIONS[type(message)], success=False, error=error, message_id=message.message_id
    )


def result(request: NetworkCallRequest, call_id: str, error: str) -> server.CommunitasCallResult:
    """Return the reply to who asked for a call, from the answer of the network."""
    return server.CommunitasCallResult(
        "start" if request.operation == "start" else "join",
        success=not error,
        call_id=call_id or None,
        error=error or None,
        message_id=request.message_id,
    )
