"""Messages the server sends to a client, tagged by ``type``; each group has a module."""

from collections.abc import Callable, Mapping
from typing import get_args

from canvas_server.protocol.traits import ServerTraits

from .agents import *
from .calls import *
from .chat import *
from .room import *
from .scene import *
from .session import *

Reply = Ack | SyncResult | Error
"""The reply to an edit, or to whatever was refused."""
Signal = RelayOffer | RelayAnswer | RelayIceCandidate | IncomingCall | CallEnded | PeerViewSize
"""What one peer tells another of their call."""
ServerMessage = (
    SessionMessage | CallMessage | SceneMessage | ChatAnswer | RoomMessage | AgentMessage
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
