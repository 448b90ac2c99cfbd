"""Server messages about the scene: snapshots, changes, replies to edits, and motion."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct, UnsetType

from canvas_server.protocol.client import BegunStroke, PreviewedElement, Trace
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import (
    ChatId,
    Coordinate,
    Count,
    ElementId,
    MessageId,
    PeerId,
    Revision,
    TimestampMs,
)
from canvas_server.protocol.scene import Element, SceneDocument
from canvas_server.protocol.traits import Federated, ServerTraits


class SceneUpdate(Struct, frozen=True, tag_field="type", tag="scene_update"):
    """The whole scene; replaces what the client has."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    scene: SceneDocument


Follows = Annotated[
    Revision,
    Meta(
        description="The revision before, where that is not `revision - 1`: several changes of one "
        "transaction are told as one (SCN1)."
    ),
]


class ElementAdded(Struct, frozen=True, tag_field="type", tag="element_added"):
    """An element is new in the scene; its editor hears it too."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    element: Element
    revision: Revision
    timestamp: TimestampMs
    follows: Follows | UnsetType = msgspec.UNSET


class ElementUpdated(Struct, frozen=True, tag_field="type", tag="element_updated"):
    """An element changed; the whole element as it is now."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    element: Element
    revision: Revision
    timestamp: TimestampMs
    follows: Follows | UnsetType = msgspec.UNSET


class ElementRemoved(Struct, frozen=True, tag_field="type", tag="element_removed"):
    """An element is gone."""

    traits: ClassVar = ServerTraits(federated=Federated.NO)

    id: ElementId
    revision: Revision
    timestamp: TimestampMs
    follows: Follows | UnsetType = msgspec.UNSET


class AckResult(Struct, frozen=True):
    """What an accepted edit made. `clear_scene` and `restore_scene` concern no single element."""

    revision: Revision
    id: ElementId | UnsetType = msgspec.UNSET
    chat_id: Annotated[
        ChatId | UnsetType, Meta(description="The message that an accepted `chat` became.")
    ] = msgspec.UNSET
    proposal_id: Annotated[
        str | UnsetType, Meta(description="The proposal that came of it; nothing was changed.")
    ] = msgspec.UNSET
    question_id: Annotated[str | UnsetType, Meta(description="The question that was asked.")] = (
        msgspec.UNSET
    )
    undone: Annotated[
        Count | UnsetType, Meta(description="Of `undo_agent`: elements that are as before it.")
    ] = msgspec.UNSET
    kept: Annotated[
        Count | UnsetType, Meta(description="Of `undo_agent`: elements that others changed since.")
    ] = msgspec.UNSET


class Ack(Struct, frozen=True, tag_field="type", tag="ack"):
    """An edit of the scene or the chat that carried a `message_id` was accepted."""

    traits: ClassVar = ServerTraits(federated=Federated.REPLY)

    message_id: MessageId
    result: AckResult
    success: Literal[True] = True


class FailedOperation(Struct, frozen=True):
    """An operation of `sync_queue` that was refused."""

    index: Annotated[int, Meta(ge=0, description="Its place in `operations`, from 0.")]
    code: ErrorCode
    message: str


class SyncResult(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="sync_result"):
    """What became of a `sync_queue`."""

    traits: ClassVar = ServerTraits(federated=Federated.REPLY)

    synced_count: Count
    conflict_count: Annotated[
        int, Meta(ge=0, description="Refused because the element is gone or its id is taken.")
    ]
    failed_operations: tuple[FailedOperation, ...]
    timestamp: TimestampMs
    message_id: MessageId | None = None
    proposal_id: Annotated[
        str | UnsetType,
        Meta(
            description="The proposal that came of those which did not fail; nothing was changed."
        ),
    ] = msgspec.UNSET


class PeerCursor(Struct, frozen=True, tag_field="type", tag="peer_cursor"):
    """Where a peer's pointer is. The first thing dropped for a slow reader (OUT1)."""

    traits: ClassVar = ServerTraits(
        federated=Federated.DROPPABLE, delivery="droppable", visible=False
    )

    from_peer_id: PeerId
    x: Coordinate
    y: Coordinate


class PeerStroke(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="peer_stroke"):
    """Somebody draws a stroke: its beginning, more of its points, or with no points its end.

    Dropped like `peer_cursor`. The element replaces it.
    """

    traits: ClassVar = ServerTraits(
        federated=Federated.DROPPABLE, delivery="droppable", visible=False
    )

    n: Annotated[Count, Meta(description="Of the stroke; given by the server, for this session.")]
    d: Trace = ""
    begin: BegunStroke | None = None
    from_peer_id: Annotated[PeerId | None, Meta(description="Whose it is, with `begin`.")] = None


class Pointers(Struct, frozen=True, tag_field="type", tag="pointers"):
    """Where pointers are, yours among them; dropped like `peer_cursor`.

    In its place, for who lists `pointers` in `subscribe.features`. At most 48 at a time.
    """

    traits: ClassVar = ServerTraits(federated=Federated.NO, delivery="droppable", visible=False)

    pointers: Annotated[
        tuple[tuple[PeerId, Coordinate, Coordinate], ...], Meta(description="Peer, x, y of each.")
    ]


class PeerPreview(Struct, frozen=True, tag_field="type", tag="peer_preview"):
    """Elements a peer is moving; dropped like `peer_cursor`.

    Show them there until the peer's edit arrives, another preview of it without them, or two
    seconds have gone by.
    """

    traits: ClassVar = ServerTraits(
        federated=Federated.DROPPABLE, delivery="droppable", visible=False
    )

    from_peer_id: PeerId
    elements: tuple[PreviewedElement, ...]


class PeerSelection(Struct, frozen=True, tag_field="type", tag="peer_selection"):
    """What a peer has selected, in place of what it had before (TOG1).

    It ends with `peer_left`. Elements that you do not know may have been removed meanwhile.
    """

    traits: ClassVar = ServerTraits(
        federated=Federated.DROPPABLE, delivery="coalesced", visible=False
    )

    from_peer_id: PeerId
    ids: tuple[ElementId, ...]


class PeerTyping(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="peer_typing"):
    """A peer is writing in an element; without an id it has stopped (TOG2).

    Show it until then, until `peer_left`, or until eight seconds have gone by without another.
    """

    traits: ClassVar = ServerTraits(
        federated=Federated.DROPPABLE, delivery="coalesced", visible=False
    )

    from_peer_id: PeerId
    id: ElementId | None = None


SceneMessage = (
    SceneUpdate
    | ElementAdded
    | ElementUpdated
    | ElementRemoved
    | Ack
    | SyncResult
    | PeerCursor
    | Pointers
    | PeerPreview
    | PeerStroke
    | PeerSelection
    | PeerTyping
)
