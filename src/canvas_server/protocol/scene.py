"""The scene: elements, their kinds, and the changes that can be asked for."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, cast

from msgspec import UNSET, Meta, Struct, UnsetType

from canvas_server.protocol.fields import (
    END,
    MAX_DATA_URL,
    Coordinate,
    Degrees,
    ElementId,
    Extent,
    Fraction,
    Layer,
    NewElementId,
    Revision,
    SessionId,
    TimestampMs,
)

ImageSource = Annotated[
    str,
    Meta(
        pattern=r"^(https?://|data:image/)",
        max_length=MAX_DATA_URL,
        description="An http(s) address, shown to who asks, or a data URL in base64 of a PNG, "
        "JPEG, GIF, WebP, AVIF or BMP (SCN10).",
    ),
]
ModelSource = Annotated[
    str,
    Meta(
        pattern=r"^(https?://|data:model/)",
        max_length=MAX_DATA_URL,
        description="An http(s) address or a data URL of a glTF model.",
    ),
]
StreamId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.:-]{1,128}" + END,
        description="`peer-<peer_id>` is a camera, `screen-<peer_id>` a shared screen.",
    ),
]


MAX_DEPTH = 32


def check_depth(value: object) -> None:
    """Refuse free JSON that is nested deeper than `MAX_DEPTH`, so that it can be sent on.

    Raises:
        ValueError: it is nested too deeply.
    """
    level = _inner((value,))
    for _ in range(MAX_DEPTH - 1):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return
    raise ValueError(f"nested deeper than {MAX_DEPTH}")


_CONTAINERS = frozenset((dict, list))


def _inner(outer: Iterable[object]) -> list[Iterable[object]]:
    """Return the values of arrays and objects in others that have values themselves."""
    outer = list(outer)
    if _CONTAINERS.isdisjoint(map(type, outer)):
        return []  # as most of a long list of numbers is
    return [
        _children(cast("dict[str, object] | list[object]", inner))
        for inner in outer
        if inner and isinstance(inner, (dict, list))
    ]


def _children(value: dict[str, object] | list[object]) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value


def flat_kind(kind: dict[str, Any]) -> dict[str, Any]:
    """Turn a kind in the form ``{"type": T, "data": {...}}`` into the flat one.

    A flat Chart has a `data` of its own; it is told from the wrapped one by `chart_type`.
    """
    inner = kind.get("data")
    if not isinstance(inner, dict) or not kind.keys() <= {"type", "data"}:
        return kind
    data = cast("dict[str, Any]", inner)
    if kind.get("type") == "Chart" and not (
        "chart_type" in data and data.keys() <= {"chart_type", "data"}
    ):
        return kind
    return {**data, **({"type": kind["type"]} if "type" in kind else {})}


class Text(Struct, frozen=True, tag_field="type", tag="Text"):
    """A text label."""

    content: Annotated[str, Meta(max_length=16_384)]
    font_size: Annotated[float, Meta(gt=0, le=1000, description="Scene units.")] = 16.0
    color: Annotated[str, Meta(max_length=64, description="A CSS colour.")] = "#000000"
    align: Annotated[
        Literal["left", "center", "right"], Meta(description="Of the lines within the element.")
    ] = "left"


class Image(Struct, frozen=True, tag_field="type", tag="Image"):
    """A picture."""

    src: ImageSource
    alt: Annotated[
        str, Meta(max_length=1024, description="What it shows, for those who cannot see it.")
    ] = ""


class Chart(Struct, frozen=True, tag_field="type", tag="Chart"):
    """A chart; `data` is what the chart type asks for."""

    chart_type: Annotated[str, Meta(min_length=1, max_length=32)]
    data: Annotated[Any, Meta(description="JSON, nested at most 32 deep.")]

    def __post_init__(self) -> None:
        check_depth(self.data)


class Model3D(Struct, frozen=True, tag_field="type", tag="Model3D"):
    """A glTF model."""

    src: ModelSource
    rotation: Annotated[
        tuple[float, float, float], Meta(description="Euler angles about x, y, z in radians.")
    ] = (0.0, 0.0, 0.0)


class CropRect(Struct, frozen=True):
    """The part of a video frame that is shown, in fractions of its size."""

    x: Fraction = 0.0
    y: Fraction = 0.0
    width: Fraction = 1.0
    height: Fraction = 1.0


class MediaConfig(Struct, frozen=True, omit_defaults=True):
    """What the sender of a stream is asked to keep to."""

    bitrate_kbps: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    max_resolution: Annotated[str, Meta(max_length=16)] | None = None
    quality_preset: Literal["auto", "low", "medium", "high", "ultra"] = "auto"
    target_fps: Annotated[int, Meta(ge=1, le=240)] | None = None
    audio_enabled: bool = False


class Video(Struct, frozen=True, tag_field="type", tag="Video"):
    """The one tile of a stream; it belongs to the peer that `stream_id` names (rule SCN3)."""

    stream_id: StreamId
    mirror: bool = False
    crop: CropRect | None = None
    media_config: MediaConfig | None = None


Kind = Text | Image | Chart | Model3D | Video


class Transform(Struct, frozen=True):
    """Where an element is: the top left corner, before rotation about its middle."""

    x: Coordinate = 0.0
    y: Coordinate = 0.0
    width: Extent = 100.0
    height: Extent = 100.0
    rotation: Degrees = 0.0
    z_index: Layer = 0


class Element(Struct, frozen=True):
    """An element of the scene, as everybody sees it."""

    id: ElementId
    kind: Kind
    transform: Transform


class NewElement(Struct, frozen=True):
    """An element somebody wishes to add."""

    kind: Kind
    transform: Transform = Transform()
    id: NewElementId = ""


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

    def __post_init__(self) -> None:
        check_depth(self.kind)


class Viewport(Struct, frozen=True):
    """The part of the canvas a newcomer is shown first."""

    width: Extent = 1280.0
    height: Extent = 720.0
    zoom: Annotated[float, Meta(gt=0, le=64)] = 1.0
    pan_x: Coordinate = 0.0
    pan_y: Coordinate = 0.0


class SceneDocument(Struct, frozen=True):
    """A whole scene at one revision."""

    session_id: SessionId
    viewport: Viewport
    elements: tuple[Element, ...]
    revision: Revision
    timestamp: TimestampMs
