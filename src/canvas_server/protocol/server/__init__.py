"""Messages the server sends to a client, tagged by ``type``."""

from collections.abc import Callable, Mapping
from typing import get_args

from canvas_server.protocol.server.calls import (
    CallDiagnosis,
    CallEnded,
    CallState,
    CommunitasCallResult,
    IncomingCall,
    PeerMediaState,
    PeerViewSize,
    RelayAnswer,
    RelayIceCandidate,
    RelayOffer,
)
from canvas_server.protocol.server.scene import (
    Ack,
    AckResult,
    ElementAdded,
    ElementRemoved,
    ElementUpdated,
    FailedOperation,
    Follows,
    PeerCursor,
    PeerPreview,
    SceneUpdate,
    SyncResult,
)
from canvas_server.protocol.server.session import (
    Error,
    IceServer,
    IceServersRenewed,
    Media,
    Peer,
    PeerAssigned,
    PeerJoined,
    PeerLeft,
    PeerList,
    PeerUpdated,
    Pong,
    TokenRenewed,
    Welcome,
)
from canvas_server.protocol.traits import ServerTraits

Reply = Ack | SyncResult | Error
"""The reply to an edit, or to whatever was refused."""
Signal = RelayOffer | RelayAnswer | RelayIceCandidate | IncomingCall | CallEnded | PeerViewSize
"""What one peer tells another of their call."""
ServerMessage = (
    Welcome
    | PeerAssigned
    | TokenRenewed
    | IceServersRenewed
    | PeerList
    | SceneUpdate
    | PeerJoined
    | PeerUpdated
    | PeerLeft
    | IncomingCall
    | RelayOffer
    | RelayAnswer
    | RelayIceCandidate
    | CallEnded
    | ElementAdded
    | ElementUpdated
    | ElementRemoved
    | Ack
    | SyncResult
    | PeerMediaState
    | PeerViewSize
    | CallDiagnosis
    | CommunitasCallResult
    | CallState
    | PeerCursor
    | PeerPreview
    | Pong
    | Error
)


def traits_of(message: type[ServerMessage]) -> ServerTraits:
    """Return the traits of a message type; where one has none, this line does not type-check."""
    return message.traits


TRAITS: Mapping[type[ServerMessage], ServerTraits] = {
    message: traits_of(message) for message in get_args(ServerMessage)
}
"""The traits of every message type."""


def types_with(holds: Callable[[ServerTraits], bool]) -> frozenset[type[ServerMessage]]:
    """Return the message types whose traits fulfil a condition."""
    return frozenset(message for message, traits in TRAITS.items() if holds(traits))


__all__ = [
    "TRAITS",
    "Ack",
    "AckResult",
    "CallDiagnosis",
    "CallEnded",
    "CallState",
    "CommunitasCallResult",
    "ElementAdded",
    "ElementRemoved",
    "ElementUpdated",
    "Error",
    "FailedOperation",
    "Follows",
    "IceServer",
    "IceServersRenewed",
    "IncomingCall",
    "Media",
    "Peer",
    "PeerAssigned",
    "PeerCursor",
    "PeerJoined",
    "PeerLeft",
    "PeerList",
    "PeerMediaState",
    "PeerPreview",
    "PeerUpdated",
    "PeerViewSize",
    "Pong",
    "RelayAnswer",
    "RelayIceCandidate",
    "RelayOffer",
    "Reply",
    "SceneUpdate",
    "ServerMessage",
    "Signal",
    "SyncResult",
    "TokenRenewed",
    "Welcome",
    "traits_of",
    "types_with",
]
