"""Client messages about motion: pointers, and elements before they are let go."""

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from canvas_server.protocol.fields import MAX_PREVIEWED, Coordinate, ElementId
from canvas_server.protocol.scene import TransformChanges
from canvas_server.protocol.traits import AfterGap, ClientTraits, Federated, RightRule


class PreviewedElement(Struct, frozen=True):
    """Where an element would be if it were let go now."""

    id: ElementId
    transform: TransformChanges


class Preview(Struct, frozen=True, tag_field="type", tag="preview"):
    """Show the others elements in motion. May be dropped on the way; it changes nothing.

    The change itself follows as an edit. No elements: the motion has ended without one.
    """

    traits: ClassVar = ClientTraits(
        right=RightRule.OF_ELEMENTS,
        federated=Federated.DROPPABLE,
        after_gap=AfterGap.UNLESS_WRITTEN,
        droppable=True,
    )

    elements: Annotated[tuple[PreviewedElement, ...], Meta(max_length=MAX_PREVIEWED)]


class Cursor(Struct, frozen=True, tag_field="type", tag="cursor"):
    """Where the sender's pointer is. May be dropped on the way."""

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.DROPPABLE, after_gap=AfterGap.UNLESS_WRITTEN, droppable=True
    )

    x: Coordinate
    y: Coordinate


MotionMessage = Preview | Cursor
