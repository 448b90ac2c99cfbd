"""Client messages that change the scene."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from canvas_server.protocol.fields import MAX_OPERATIONS, ElementId, MessageId, Revision
from canvas_server.protocol.roles import Right
from canvas_server.protocol.scene import ElementChanges, NewElement
from canvas_server.protocol.traits import AfterGap, Charge, ClientTraits, Federated, RightRule


class AddElement(Struct, frozen=True, tag_field="type", tag="add_element"):
    """Add an element. A second Video of a stream is acked with the first one's id (SCN3)."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS, federated=Federated.EDIT, after_gap=AfterGap.DISCARD
    )

    element: NewElement
    message_id: MessageId | None = None


class UpdateElement(Struct, frozen=True, tag_field="type", tag="update_element"):
    """Change the named parts of an element."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS, federated=Federated.EDIT, after_gap=AfterGap.DISCARD
    )

    id: ElementId
    changes: ElementChanges
    message_id: MessageId | None = None


class RemoveElement(Struct, frozen=True, tag_field="type", tag="remove_element"):
    """Remove an element."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS, federated=Federated.EDIT, after_gap=AfterGap.DISCARD
    )

    id: ElementId
    message_id: MessageId | None = None


class ClearScene(Struct, frozen=True, tag_field="type", tag="clear_scene"):
    """Remove every element but the tiles of those who are here; all get `scene_update`."""

    traits: ClassVar = ClientTraits(
        right=Right.EDIT, federated=Federated.EDIT, after_gap=AfterGap.DISCARD, tokens=20
    )

    message_id: MessageId | None = None


class RestoreScene(Struct, frozen=True, tag_field="type", tag="restore_scene"):
    """Make the scene what it was at an earlier revision, as a new change; all get `scene_update`.

    The tiles of those who are here stay as they are.
    """

    traits: ClassVar = ClientTraits(
        right=Right.EDIT, federated=Federated.EDIT, after_gap=AfterGap.DISCARD, tokens=50
    )

    revision: Revision
    message_id: MessageId | None = None


class AddOperation(Struct, frozen=True, tag_field="op", tag="add"):
    """As `add_element`."""

    element: NewElement


class UpdateOperation(Struct, frozen=True, tag_field="op", tag="update"):
    """As `update_element`."""

    id: ElementId
    changes: ElementChanges


class RemoveOperation(Struct, frozen=True, tag_field="op", tag="remove"):
    """As `remove_element`."""

    id: ElementId


Operation = AddOperation | UpdateOperation | RemoveOperation


class SyncQueue(Struct, frozen=True, tag_field="type", tag="sync_queue"):
    """Edits made offline, in order. Each is applied or reported in `sync_result`."""

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS,
        federated=Federated.EDIT,
        after_gap=AfterGap.DISCARD,
        charge=Charge.OPERATIONS,
    )

    operations: Annotated[tuple[Operation, ...], Meta(max_length=MAX_OPERATIONS)]
    message_id: MessageId | None = None
    atomic: Annotated[
        bool,
        Meta(
            description="All or nothing: the first that is refused is the `error`, with its place."
        ),
    ] = False


EditMessage = AddElement | UpdateElement | RemoveElement | ClearScene | SyncQueue
"""What changes the scene by what it holds."""
Edit = EditMessage | RestoreScene
"""What changes the scene."""
