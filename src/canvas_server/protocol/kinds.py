"""Kinds of elements, each with its traits and fields."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal, cast, get_args

from msgspec import Meta, Struct

from canvas_server.protocol.fields import (
    END,
    MAX_DATA_URL,
    Coordinate,
    ElementId,
    Fraction,
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
        description="An http(s) address or a data URL of a glTF 2.0 model in one file (SCN10).",
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


def check_depth(value: object, most: int = MAX_DEPTH) -> None:
    """Refuse JSON that is nested deeper than `most`, so that it can be sent on.

    Raises:
        ValueError: it is nested too deeply.
    """
    level = _inner((value,))
    for _ in range(most - 1):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return
    raise ValueError(f"nested deeper than {most}")


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


class KindTraits(Struct, frozen=True, kw_only=True):
    """Traits of an element kind; where something is done with a field, its name."""

    stream: str | None
    """The id of the stream that it shows. It is the one tile of that stream and belongs to the peer
    of it (SCN3): it stays when the scene is cleared, and never shows another stream."""
    picture: str | None
    """The address of a raster picture, which may be a data URL (SCN10)."""
    model: str | None
    """The address of a glTF model, which may be a data URL (SCN10)."""
    json: str | None
    """Free JSON, which may be large: of a change, only what it names is looked at."""
    scales_children: bool
    """What has such an element as its `parent` is scaled with it; else it is moved and turned."""
    ends: tuple[str, ...]
    """Fields that are places in scene units, each of which may follow an element (`ArrowEnd`)."""


class Text(Struct, frozen=True, tag_field="type", tag="Text"):
    """A text label."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json=None, scales_children=False, ends=()
    )

    content: Annotated[str, Meta(max_length=16_384)]
    font_size: Annotated[float, Meta(gt=0, le=1000, description="Scene units.")] = 16.0
    color: Annotated[str, Meta(max_length=64, description="A CSS colour.")] = "#000000"
    align: Annotated[
        Literal["left", "center", "right"], Meta(description="Of the lines within the element.")
    ] = "left"


class Note(Struct, frozen=True, tag_field="type", tag="Note"):
    """A sheet of paper with some words on it."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json=None, scales_children=False, ends=()
    )

    content: Annotated[str, Meta(max_length=4096)]
    color: Annotated[str, Meta(max_length=64, description="Of the sheet, a CSS colour.")] = (
        "#ffe08a"
    )


class Image(Struct, frozen=True, tag_field="type", tag="Image"):
    """A picture."""

    traits: ClassVar = KindTraits(
        stream=None, picture="src", model=None, json=None, scales_children=True, ends=()
    )

    src: ImageSource
    alt: Annotated[
        str, Meta(max_length=1024, description="What it shows, for those who cannot see it.")
    ] = ""


class Chart(Struct, frozen=True, tag_field="type", tag="Chart"):
    """A chart; `data` is what the chart type asks for."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json="data", scales_children=False, ends=()
    )

    chart_type: Annotated[str, Meta(min_length=1, max_length=32)]
    data: Annotated[Any, Meta(description="JSON, nested at most 32 deep.")]

    def __post_init__(self) -> None:
        check_depth(self.data)


class Model3D(Struct, frozen=True, tag_field="type", tag="Model3D"):
    """A glTF model."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model="src", json=None, scales_children=False, ends=()
    )

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

    traits: ClassVar = KindTraits(
        stream="stream_id", picture=None, model=None, json=None, scales_children=True, ends=()
    )

    stream_id: StreamId
    mirror: bool = False
    crop: CropRect | None = None
    media_config: MediaConfig | None = None


Color = Annotated[str, Meta(max_length=64, description="A CSS colour.")]
StrokeWidth = Annotated[float, Meta(gt=0, le=200, description="Scene units.")]
MAX_POINTS = 4000
InkPoint = Annotated[tuple[float, ...], Meta(min_length=2, max_length=3)]


class Ink(Struct, frozen=True, tag_field="type", tag="Ink"):
    """A stroke of a pen or a marker."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json=None, scales_children=False, ends=()
    )

    points: Annotated[
        tuple[InkPoint, ...],
        Meta(
            min_length=1,
            max_length=MAX_POINTS,
            description="`[x, y]` or `[x, y, pressure]` from the top left corner, in the element's "
            "own units: the box of the points is drawn as large as `transform` says. Pressure is "
            "0 to 1 (Pointer Events section 4.1.3).",
        ),
    ]
    color: Color = "#1e1e1e"
    size: Annotated[StrokeWidth, Meta(description="Width of the stroke at pressure 0.5.")] = 4.0
    brush: Literal["pen", "marker"] = "pen"

    def __post_init__(self) -> None:
        for point in self.points:
            if any(not abs(part) <= MAX_INK for part in point):
                raise ValueError(f"a point is farther away than {MAX_INK:.0f}")


MAX_INK = 1e6
Dash = Literal["solid", "dashed", "dotted"]
Font = Literal["sans", "hand", "mono"]
Words = Annotated[str, Meta(max_length=4096)]
FontSize = Annotated[float, Meta(gt=0, le=1000, description="Scene units.")]


class Shape(Struct, frozen=True, tag_field="type", tag="Shape"):
    """A geometrical figure, perhaps with words in it."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json=None, scales_children=False, ends=()
    )

    shape: Literal["rectangle", "ellipse", "diamond", "triangle", "hexagon", "cloud", "star"] = (
        "rectangle"
    )
    stroke: Color = "#1e1e1e"
    fill: Annotated[Color, Meta(description="Empty: it is seen through.")] = ""
    stroke_width: StrokeWidth = 2.0
    dash: Dash = "solid"
    text: Words = ""
    font: Font = "sans"
    font_size: FontSize = 20.0


class ArrowEnd(Struct, frozen=True, omit_defaults=True):
    """An end of an arrow: a place, or an element that it follows."""

    x: Coordinate
    y: Coordinate
    element: Annotated[
        ElementId | None, Meta(description="It follows this element, as long as that is there.")
    ] = None


class Arrow(Struct, frozen=True, tag_field="type", tag="Arrow"):
    """A line from one place or element to another.

    An end that names an element is drawn where the line from its middle to the other end leaves its
    outline. The `transform` is the box of the ends when they were last edited: whoever moves an
    arrow changes both, and viewers draw it where its ends are (ARW5).
    """

    traits: ClassVar = KindTraits(
        stream=None,
        picture=None,
        model=None,
        json=None,
        scales_children=False,
        ends=("start", "end"),
    )

    start: Annotated[ArrowEnd, Meta(description="In scene units.")]
    end: Annotated[ArrowEnd, Meta(description="In scene units.")]
    heads: Literal["none", "end", "both"] = "end"
    curve: Annotated[
        Literal["straight", "curved", "routed"] | Annotated[float, Meta(ge=-4, le=4)],
        Meta(
            description="A number: how far the middle lies aside (to the right of who goes along "
            "it), as a part of the distance of its ends. `routed`: upright and level parts only."
        ),
    ] = "straight"
    stroke: Color = "#1e1e1e"
    stroke_width: StrokeWidth = 2.0
    dash: Dash = "solid"
    label: Annotated[str, Meta(max_length=1024)] = ""
    font: Font = "sans"
    font_size: FontSize = 20.0


class Frame(Struct, frozen=True, tag_field="type", tag="Frame"):
    """A titled area; what lies in it has it as `parent`."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json=None, scales_children=False, ends=()
    )

    title: Annotated[str, Meta(max_length=256)] = ""


class Group(Struct, frozen=True, tag_field="type", tag="Group"):
    """Elements that are moved and chosen together: those that have it as `parent`."""

    traits: ClassVar = KindTraits(
        stream=None, picture=None, model=None, json=None, scales_children=True, ends=()
    )

    children: Annotated[
        tuple[ElementId, ...],
        Meta(
            max_length=1000,
            description="When it is added: elements that get it as `parent`. Empty afterwards.",
        ),
    ] = ()


Kind = Text | Note | Image | Chart | Model3D | Video | Ink | Shape | Arrow | Frame | Group


def kind_traits_of(kind: type[Kind]) -> KindTraits:
    """Return the traits of a kind; where one has none, this line does not type-check."""
    return kind.traits


KIND_TRAITS: Mapping[type[Kind], KindTraits] = {
    kind: kind_traits_of(kind) for kind in get_args(Kind)
}
"""The traits of every kind."""


def stream_of(kind: Kind) -> str | None:
    """Return the id of the stream whose tile an element is; None: it is no tile."""
    field = kind.traits.stream
    return None if field is None else getattr(kind, field)


def is_tile(kind: Kind) -> bool:
    """Tell whether an element is the tile of a stream."""
    return kind.traits.stream is not None


def picture_of(kind: Kind) -> str | None:
    """Return the address of the picture that an element shows, if it is one."""
    field = kind.traits.picture
    return None if field is None else getattr(kind, field)


def flat_kind(kind: dict[str, Any]) -> dict[str, Any]:
    """Turn a kind in the form ``{"type": T, "data": {...}}`` into the flat one.

    A kind that has a `data` of its own is told from a wrapped one by its other fields.
    """
    inner = kind.get("data")
    if not isinstance(inner, dict) or not kind.keys() <= {"type", "data"}:
        return kind
    data = cast("dict[str, Any]", inner)
    for known in _WITH_DATA:
        if kind.get("type") == known.__struct_config__.tag and not _has_fields(known, data):
            return kind
    return {**data, **({"type": kind["type"]} if "type" in kind else {})}


_WITH_DATA = tuple(kind for kind in KIND_TRAITS if "data" in kind.__struct_fields__)


def _has_fields(kind: type[Kind], data: dict[str, Any]) -> bool:
    """Tell whether these are the fields of a kind; `data` itself may be missing."""
    fields = kind.__struct_fields__
    required = fields[: len(fields) - len(kind.__struct_defaults__)]
    return {*required} - {"data"} <= data.keys() <= {*fields}
