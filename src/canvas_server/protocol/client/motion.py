"""Client messages about what the sender does just now: point, move, draw, select, type."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from canvas_server.protocol.fields import (
    END,
    MAX_PREVIEWED,
    MAX_SELECTED,
    Coordinate,
    ElementId,
)
from canvas_server.protocol.kinds import Color, StrokeWidth
from canvas_server.protocol.roles import Right
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


MAX_TRACE = 1024
Trace = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9+/]*" + END,
        max_length=MAX_TRACE,
        description="Points one after the other in Base64 VLQ (ECMA-426 section 6): x, y, and the "
        "pressure in hundredths where the stroke has it. The first point is counted from the "
        "origin of the stroke, each further one from the point before; x and y in tenths of a "
        "scene unit.",
    ),
]


class BegunStroke(Struct, frozen=True, omit_defaults=True):
    """How a stroke begins that others see while it is drawn."""

    id: Annotated[ElementId, Meta(description="Of the element that it becomes; a laser: any.")]
    x: Annotated[Coordinate, Meta(description="Origin of its points.")]
    y: Coordinate
    color: Color
    size: StrokeWidth
    brush: Literal["pen", "marker", "laser"] = "pen"
    pressure: Annotated[bool, Meta(description="Its points have a pressure.")] = False


class Stroke(Struct, frozen=True, omit_defaults=True, tag_field="type", tag="stroke"):
    """Show the others a stroke while it is drawn. May be dropped on the way; it changes nothing.

    The first one has `begin`; the points of each are added to those before. The element itself
    follows as an edit. No points: the stroke is over, and a laser fades.
    """

    traits: ClassVar = ClientTraits(
        right=Right.EDIT,
        federated=Federated.DROPPABLE,
        after_gap=AfterGap.UNLESS_WRITTEN,
        droppable=True,
    )

    d: Trace = ""
    begin: BegunStroke | None = None


class Select(Struct, frozen=True, tag_field="type", tag="selection"):
    """What the sender has selected, in place of what it had before (TOG1). May be dropped.

    It ends when the sender leaves or is away: say it again after `peer_assigned`.
    """

    traits: ClassVar = ClientTraits(
        right=None, federated=Federated.DROPPABLE, after_gap=AfterGap.UNLESS_WRITTEN, droppable=True
    )

    ids: Annotated[
        tuple[ElementId, ...],
        Meta(max_length=MAX_SELECTED, description="Of more, the first ones. None: nothing."),
    ]


class Typing(Struct, frozen=True, tag_field="type", tag="typing"):
    """The sender is writing in an element, which may not be there yet (TOG2). May be dropped.

    Say it again every few seconds as long as it goes on, and without an id when it has ended.
    """

    traits: ClassVar = ClientTraits(
        right=Right.EDIT,
        federated=Federated.DROPPABLE,
        after_gap=AfterGap.UNLESS_WRITTEN,
        droppable=True,
    )

    id: ElementId | None = None


MotionMessage = Preview | Cursor | Stroke | Select | Typing
