"""Messages a client sends to the server, tagged by ``type``."""

from collections.abc import Callable, Mapping
from typing import get_args

from canvas_server.protocol.client.calls import (
    Answer,
    CallQuality,
    CallReport,
    EndCall,
    GroupCall,
    IceCandidate,
    MediaState,
    Offer,
    StartCall,
    ViewSize,
)
from canvas_server.protocol.client.edits import (
    AddElement,
    AddOperation,
    ClearScene,
    Operation,
    RemoveElement,
    RemoveOperation,
    RestoreScene,
    SyncQueue,
    UpdateElement,
    UpdateOperation,
)
from canvas_server.protocol.client.motion import (
    Cursor,
    Preview,
    PreviewedElement,
)
from canvas_server.protocol.client.network import (
    JoinCommunitasCall,
    LeaveCommunitasCall,
    StartCommunitasCall,
)
from canvas_server.protocol.client.session import GetScene, Kick, ListPeers, Ping, Subscribe
from canvas_server.protocol.traits import ClientTraits

EditMessage = AddElement | UpdateElement | RemoveElement | ClearScene | SyncQueue
"""What changes the scene by what it holds."""
Edit = EditMessage | RestoreScene
"""What changes the scene."""
PlainMessage = (
    ListPeers
    | GetScene
    | Ping
    | StartCall
    | GroupCall
    | Offer
    | Answer
    | IceCandidate
    | EndCall
    | StartCommunitasCall
    | JoinCommunitasCall
    | LeaveCommunitasCall
    | Kick
    | Preview
    | MediaState
    | ViewSize
    | CallReport
    | CallQuality
    | Cursor
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
    return message.operations if isinstance(message, SyncQueue) else ()


def types_with(holds: Callable[[ClientTraits], bool]) -> frozenset[type[ClientMessage]]:
    """Return the message types whose traits fulfil a condition."""
    return frozenset(message for message, traits in TRAITS.items() if holds(traits))


__all__ = [
    "BY_TAG",
    "TRAITS",
    "AddElement",
    "AddOperation",
    "Answer",
    "CallQuality",
    "CallReport",
    "ClearScene",
    "ClientMessage",
    "Cursor",
    "Edit",
    "EditMessage",
    "EndCall",
    "GetScene",
    "GroupCall",
    "IceCandidate",
    "JoinCommunitasCall",
    "Kick",
    "LeaveCommunitasCall",
    "ListPeers",
    "MediaState",
    "Offer",
    "Operation",
    "Ping",
    "PlainMessage",
    "Preview",
    "PreviewedElement",
    "RemoveElement",
    "RemoveOperation",
    "RestoreScene",
    "StartCall",
    "StartCommunitasCall",
    "Subscribe",
    "SyncQueue",
    "UpdateElement",
    "UpdateOperation",
    "ViewSize",
    "operations_of",
    "traits_of",
    "types_with",
]
