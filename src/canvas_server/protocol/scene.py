"""The scene: elements and the changes that can be asked for."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from canvas_server.protocol.fields import (
    Coordinate,
    Degrees,
    DisplayName,
    ElementId,
    Extent,
    Fraction,
    Layer,
    NewElementId,
    Revision,
    SessionId,
    TimestampMs,
)
from canvas_server.protocol.kinds import Chart as Chart  # programs know these by this module
from canvas_server.protocol.kinds import Image as Image
from canvas_server.protocol.kinds import Kind, check_depth
from canvas_server.protocol.kinds import Model3D as Model3D
from canvas_server.protocol.kinds import Note as Note
from canvas_server.protocol.kinds import Text as Text
from canvas_server.protocol.kinds import Video as Video

Parent = Annotated[
    ElementId | None,
    Meta(description="An element that this one is moved, turned, hidden and removed with."),
]
Locked = Annotated[bool, Meta(description="It is not changed and not removed until unlocked.")]
Opacity = Annotated[Fraction, Meta(description="Also of what has it as `parent`.")]


OPAQUE = 1.0


class Transform(Struct, frozen=True):
    """Where an element is: the top left corner, before rotation about its middle."""

    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Extent = 100.0
    height: Extent = 100.0
    rotation: Degrees = 0.0
    z_index: Layer = 0


class Element(Struct, frozen=True, omit_defaults=True):
    """An element of the scene, as everybody sees it."""

    id: ElementId
    kind: Kind
    transform: Transform
    parent: Parent = None
    locked: Locked = False
    opacity: Opacity = OPAQUE
    author: Annotated[
        DisplayName | None, Meta(description="Of who added it, set by the server.")
    ] = None

    def __post_init__(self) -> None:
        # A default is left out when it is that very object, which a number that was read is not.
        if self.opacity == OPAQUE and self.opacity is not OPAQUE:
            force_setattr(self, "opacity", OPAQUE)


class NewElement(Struct, frozen=True):
    """An element somebody wishes to add."""

    kind: Kind
    transform: Transform = Transform()
    id: NewElementId = ""
    parent: Parent = None
    locked: Locked = False
    opacity: Opacity = OPAQUE


class TransformChanges(Struct, frozen=True):
    """The parts of a transform that change; what is not named stays."""

    x: Coordinate | UnsetType = UNSET
    y: Coordinate | UnsetType = UNSET
    width: Extent | UnsetType = UNSET
    height: Extent | UnsetType = UNSET
    rotation: Degrees | UnsetType = UNSET
    z_index: Layer | UnsetType = UNSET


class ElementChanges(Struct, frozen=True):
    """The parts of an element that change; `kind` is a JSON Merge Patch (RFC 7396) of the kind."""

    transform: TransformChanges | UnsetType = UNSET
    kind: dict[str, Any] | UnsetType = UNSET
    expected: Annotated[
        dict[str, Any] | UnsetType,
        Meta(
            description="Parts of the kind as the editor found them: where they are others now, "
            "and not what the change makes them, it is refused (`element_changed`).",
        ),
    ] = UNSET
    parent: Annotated[ElementId | UnsetType | None, Meta(description="null: none from now on.")] = (
        UNSET
    )
    locked: Locked | UnsetType = UNSET
    opacity: Opacity | UnsetType = UNSET

    def __post_init__(self) -> None:
        check_depth(self.kind)
        check_depth(self.expected)


class Viewport(Struct, frozen=True):
    """The part of the canvas a newcomer is shown first."""

    width: Extent = 1280.0
    height: Extent = 720.0
    zoom: Annotated[float, Meta(gt=0, le=64)] = 1.0
    pan_x: Coordinate = 0.0
    pan_y: Coordinate = 0.0


class SceneVersion(Struct, frozen=True):
    """A revision of a scene, told apart from others of that number by the time of its change.

    Where an older state was restored, as from a backup, numbers come again, times do not. Without
    a time it is whichever has the number.
    """

    revision: Revision
    timestamp: TimestampMs | None = None

    def fits(self, revision: int, timestamp: int) -> bool:
        """Tell whether it names a scene at a revision whose latest change is of that time."""
        return self.revision == revision and self.timestamp in (None, timestamp)


class SceneDocument(Struct, frozen=True):
    """A whole scene at one revision."""

    session_id: SessionId
    viewport: Viewport
    elements: tuple[Element, ...]
    revision: Revision
    timestamp: TimestampMs
