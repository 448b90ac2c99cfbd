"""Admission of content into a scene: pictures and models that a browser can draw and go on.

A picture is drawn by everybody who opens the session, and stays. One that is described by a program
(SVG) can cost any amount to draw, and a small file can say that it has a billion pixels. What was
stored before is kept and can be moved and removed; pages do not draw it (SCN10).
"""

import binascii
import re
from collections.abc import Callable, Iterator
from typing import TypeVar
from urllib.parse import quote, unquote, unquote_to_bytes

import msgspec
from msgspec import UNSET, Struct

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.models import UNREADABLE, objection_to_model
from canvas_server.core.scene.rasters import MAX_PARTS, Raster, is_markup, measure
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import KIND_TRAITS, Kind, flat_kind
from canvas_server.protocol.scene import Element, ElementChanges, NewElement

E = TypeVar("E", Element, NewElement)

MAX_PIXELS = 24_000_000
"""Of a picture: 96 MB unpacked, as much as the export draws."""
MAX_SIDE = 16_384
"""Pixels: what browsers draw at all."""
MAX_ANIMATED_PIXELS = 240_000_000
"""Of all frames of a picture, or all scans of a progressive JPEG."""
FORMS = ("png", "apng", "jpeg", "jpg", "pjpeg", "gif", "webp", "avif", "bmp", "x-ms-bmp")
SUBSTITUTE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR4nGNgAAIAAAUA"
    "AXpeqz8AAAAASUVORK5CYII="
)
"""One transparent pixel, in the place of a picture that came from elsewhere and may not come in."""

EMPTY_MODEL = "data:model/gltf+json;base64,eyJhc3NldCI6eyJ2ZXJzaW9uIjoiMi4wIn19"
"""A model of nothing, in the same way."""
_HEAD = len("data:image/")
"""Characters of a data URL that tell a picture from a model."""
_REFUSED = "image/x-refused"
_MAX_ESCAPES = 64
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_SPACES = str.maketrans("", "", "\t\n\f\r ")
# What a decoder of some browser reads and this server cannot measure: ICO, TIFF, HEIC and other
# boxes, JPEG XL, JPEG 2000, PDF, Photoshop, QOI.
_OTHERS = re.compile(
    rb"\0\0[\1\2]\0|II[*+]\0|MM\0[*+]|....ftyp|\xff\x0a|\0\0\0\x0c(JXL |jP  )|\xff\x4f\xff\x51|"
    rb"%PDF|8BPS|qoif|RIFF....WEBP",
    re.DOTALL,
)


class _DataUrl(Struct, frozen=True):
    """A data URL (RFC 2397) as browsers read it: its type, and what follows it."""

    essence: str
    is_base64: bool
    body: str


class _Inlet(Struct, frozen=True):
    """Content that elements of some kinds bring in a field, as a data URL."""

    field: str
    objection: Callable[[str], str | None]
    substitute: str


def check(element: Element, before: Kind | None = None) -> None:
    """Look at what is about to come into a scene; what an element had `before` may stay.

    Raises:
        Refusal: `content_refused`, with what to do instead.
    """
    inlet = _INLETS.get(type(element.kind))
    if inlet is None:
        return
    source = getattr(element.kind, inlet.field)
    if before is not None and getattr(before, inlet.field) == source:
        return
    reason = inlet.objection(source)
    if reason is not None:
        raise Refusal(ErrorCode.CONTENT_REFUSED, f"{element.id}: {reason}")


def admitted(element: E) -> E:
    """Return an element as it may come in; for what nobody here asks for and nobody can mend.

    A picture or model that may not gives its place to an empty one: other servers count on the
    element.
    """
    inlet = _INLETS.get(type(element.kind))
    if inlet is None or inlet.objection(getattr(element.kind, inlet.field)) is None:
        return element
    kind = msgspec.structs.replace(element.kind, **{inlet.field: inlet.substitute})
    return msgspec.structs.replace(element, kind=kind)


def admitted_changes(changes: ElementChanges) -> ElementChanges:
    """Return changes as they may be made, in the manner of `admitted`."""
    if changes.kind is UNSET:
        return changes
    patch = flat_kind(changes.kind)
    refused = {
        inlet.field: inlet.substitute
        for inlet in _INLETS.values()
        if isinstance(source := patch.get(inlet.field), str)
        and source.startswith(inlet.substitute[:_HEAD])
        and inlet.objection(source) is not None
    }
    if not refused:
        return changes
    return msgspec.structs.replace(changes, kind={**patch, **refused})


def refused_source(reason: str) -> str:
    """Return what stands in an edit in the place of a picture that could not be decoded.

    Whatever makes the edit refuses it for this reason, alone or among others.
    """
    return f"data:{_REFUSED},{quote(reason)}"


def objection_to_model_at(src: str) -> str | None:
    """Return why a model may not come in, and what to do instead; None: it may."""
    if not src.startswith("data:"):
        return None
    head, _, body = src.partition(",")
    if head.translate(_SPACES).lower().endswith(";base64"):
        data = _decoded(body.partition("#")[0])
    else:
        data = unquote_to_bytes(body.partition("#")[0])
    return UNREADABLE if data is None else objection_to_model(data)


def content_of(src: str) -> tuple[str, bytes]:
    """Return the type that a data URL declares and its bytes; none where it is not base64."""
    url = _read(src)
    return url.essence, _decoded(url.body) or b""


def objection(src: str) -> str | None:
    """Return why a picture may not come in, by its header, and what to do instead; None: it may.

    What lies at an address cannot be seen from here; pages fetch none unless somebody wants it.
    """
    if not src.startswith("data:"):
        return None
    url = _read(src)
    if url.essence == _REFUSED:
        return unquote(url.body)
    if "svg" in url.essence or "xml" in url.essence:
        return "SVG pictures are not taken: convert it to PNG or WebP first"
    if url.essence.removeprefix("image/") not in FORMS:
        return "a picture is PNG, JPEG, GIF, WebP, AVIF or BMP: convert it first"
    if not url.is_base64:
        return "a picture in a data URL is base64: write `;base64,` before it and encode it so"
    data = _decoded(url.body)
    if data is None:
        return "the data URL of the picture is not base64 (RFC 4648 section 4)"
    raster = measure(data)
    if raster is not None:
        return _too_large(raster)
    if is_markup(data):
        return "SVG pictures are not taken, nor under another type: convert it to PNG or WebP first"
    if _OTHERS.match(data):
        return "a picture is PNG, JPEG, GIF, WebP, AVIF (not animated) or BMP: convert it first"
    return None  # it is no picture at all: nothing draws it


def _too_large(raster: Raster) -> str | None:
    if raster.intricate:
        return f"a picture has at most {MAX_PARTS:,} parts: save it anew in a picture editor first"
    if raster.pixels > MAX_PIXELS or max(raster.width, raster.height) > MAX_SIDE:
        return (
            f"a picture has at most {MAX_PIXELS:,} pixels and {MAX_SIDE:,} on a side; this one "
            f"has {raster.width:,} x {raster.height:,}: make it smaller first"
        )
    if raster.pixels * raster.passes > MAX_ANIMATED_PIXELS:
        return (
            f"a picture has at most {MAX_ANIMATED_PIXELS:,} pixels in all its frames or scans; "
            f"this one has {raster.passes:,} of {raster.pixels:,}: use fewer, or smaller ones"
        )
    return None


def _read(src: str) -> _DataUrl:
    head, _, body = src.partition(",")
    # The parser of URLs takes out line breaks and tabs first (WHATWG URL section 4.4).
    head = head.translate(_SPACES).removeprefix("data:").lower()
    essence, *parameters = head.split(";")
    return _DataUrl(essence, parameters[-1:] == ["base64"], body.partition("#")[0])


def _decoded(body: str) -> bytes | None:
    """Decode base64 as leniently as browsers do (WHATWG Infra section 8), and no more so."""
    if not body.isascii() or body.count("%") > _MAX_ESCAPES:
        return None
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), body).translate(_SPACES)
    if len(plain) % 4 == 0:
        plain = plain.removesuffix("=").removesuffix("=")
    try:
        return binascii.a2b_base64(plain + "=" * (-len(plain) % 4), strict_mode=True)
    except ValueError:
        return None


def _inlets() -> Iterator[tuple[type[Kind], _Inlet]]:
    for kind, traits in KIND_TRAITS.items():
        if traits.picture is not None:
            yield kind, _Inlet(traits.picture, objection, SUBSTITUTE)
        elif traits.model is not None:
            yield kind, _Inlet(traits.model, objection_to_model_at, EMPTY_MODEL)


_INLETS = dict(_inlets())
