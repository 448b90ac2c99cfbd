"""Messages a client sends to the server, tagged by ``type``; each group has a module."""

from collections.abc import Callable, Mapping
from typing import get_args

from canvas_server.protocol.traits import ClientTraits

from .agents import *
from .calls import *
from .chat import *
from .edits import *
from .motion import *
from .network import *
from .room import *
from .session import *

PlainMessage = (
    SessionMessage
    | CallMessage
    | ChatRequest
    | RoomMessage
    | NetworkMessage
    | MotionMessage
    | AgentMessage
)
"""Every message but `subscribe` and the edits."""
ClientMessage = Subscribe | PlainMessage | Edit


def traits_of(message: type[ClientMessage]) -> ClientTraits:
    """Return the traits of a message type; where one has none, this line does not type-check."""
    return message.traits


TRAITS: Mapping[type[ClientMessage], ClientTraits] = {
    message: traits_of(message) for message in get_args(ClientMessage)
}
"""The traits of every message type."""
BY_TAG: Mapping[str, type[ClientMessage]] = {
    str(message.__struct_config__.tag): message for message in TRAITS
}
"""Every message type, by its `type` on the wire."""


def operations_of(message: ClientMessage) -> tuple[Operation, ...]:
    """Return the operations of a message that has several."""
    return message.operations if isinstance(message, SyncQueue | Propose) else ()


def types_with(holds: Callable[[ClientTraits], bool]) -> frozenset[type[ClientMessage]]:
    """Return the message types whose traits fulfil a condition."""
    return frozenset(message for message, traits in TRAITS.items() if holds(traits))
