"""glTF models in data URLs (Khronos glTF 2.0): what one costs to draw, and what it would fetch.

Everybody's browser draws a model, at once and again with every frame. A small file can ask for
arrays of any length, use one mesh in a thousand places, or name addresses elsewhere. What covers
how much of the view is in the arrays, which nobody reads here: large triangles upon each other are
bounded by the bytes that they take.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from canvas_server.core.scene.rasters import measure

MAX_VALUES = 8_000_000
"""Numbers in all arrays of a model, 32 MB as they are drawn."""
MAX_UNPACKED_BYTES = 4 * MAX_VALUES
"""Of what meshopt has packed."""
MAX_DRAWN = 1_000_000
"""Vertices that are drawn in a frame, each mesh as often as it is used."""
MAX_CALLS = 2_000
"""Parts of meshes drawn in a frame, each as often as it is used: each may cover the view."""
MAX_NODES = 5_000
MAX_DEPTH = 100
MAX_LIGHTS = 16
MAX_TEXTURE_PIXELS = 24_000_000
"""Of all pictures of a model together."""
_COMPRESSED = frozenset(("KHR_draco_mesh_compression", "KHR_texture_basisu"))
"""What needs decoders that the page has not got."""
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_MAX_CONTAINERS = 50_000
_MAX_HARD_NUMBERS = 1000
_HARD_NUMBER = re.compile(rb"\d{20}|[eE][-+]?\d{3}")
_METADATA = re.compile(
    rb"Exif\0\0|eXIf(?:II\*\0|MM\0\*)|EXIF.{4}(?:II\*\0|MM\0\*)|infe.{8,10}(?:Exif|mime)"
    rb"|http://ns\.adobe\.com/xap/|<x:xmpmeta|XML:com\.adobe\.xmp"
    rb"|Raw profile type (?:exif|APP1|xmp)",
    re.DOTALL,
)
"""Exif and XMP as JPEG, PNG, WebP and AVIF hold them."""
_JSON_CHUNK = b"JSON"

UNREADABLE = "this is no glTF 2.0 model that can be read: export it anew first"
ELSEWHERE = "a model brings all that belongs to it: export it as one file (.glb) first"
TELLING = (
    "a picture in the model says when, where or by whom it was taken (Exif or XMP): "
    "save it without metadata first"
)
COMPRESSED = (
    "a model compressed with Draco or KTX2 is not taken: export it without, or with meshopt first"
)
EMPTY_ARRAY = "an array of the model has a length and no content: export it anew first"
TOO_MUCH = "the model has too many {}: at most {:,} can be drawn; simplify it first"

Json = dict[str, Any]


class _Unfit(Exception):
    """A model that may not come in; the text says why and what to do."""


def objection_to_model(data: bytes) -> str | None:
    """Return why a model may not come in, and what to do instead; None: it may."""
    try:
        document, binary = _read(data)
        _check_addresses(document)
        _check_shape(document)
        _check_textures(document, binary)
    except _Unfit as unfit:
        return str(unfit)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return UNREADABLE
    return None


def _read(data: bytes) -> tuple[Json, bytes]:
    """Return the JSON of a model, and the bytes that follow it in a binary file."""
    text, binary = data, b""
    if data.startswith(b"glTF"):
        length = int.from_bytes(data[12:16], "little")
        if data[16:20] != _JSON_CHUNK or len(data) < 20 + length:
            raise ValueError
        text, binary = data[20 : 20 + length], data[28 + length :]
    if text.count(b"{") + text.count(b"[") > _MAX_CONTAINERS:
        raise _Unfit(TOO_MUCH.format("objects", _MAX_CONTAINERS))
    if sum(1 for _ in _HARD_NUMBER.finditer(text)) > _MAX_HARD_NUMBERS:
        raise _Unfit(TOO_MUCH.format("numbers of so many digits", _MAX_HARD_NUMBERS))
    document = msgspec.json.decode(text)
    if not str(document["asset"]["version"]).startswith("2"):
        raise ValueError
    return document, binary


def _check_addresses(document: Json) -> None:
    """Refuse whatever is to be fetched, wherever in a model it is named."""
    waiting: list[object] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for name, inner in cast("Json", value).items():
                if name in ("uri", "url") and not _is_inline(inner):
                    raise _Unfit(ELSEWHERE)
                if name in _COMPRESSED:
                    raise _Unfit(COMPRESSED)
                waiting.append(inner)
        elif isinstance(value, list):
            waiting += cast("list[object]", value)


def _is_inline(uri: object) -> bool:
    return isinstance(uri, str) and uri.startswith("data:")


def _check_shape(document: Json) -> None:
    """Count what is drawn in a frame, and what is kept for it."""
    unpacked = sum(
        _count(packed["count"]) * _count(packed["byteStride"])
        for view in _list(document, "bufferViews")
        for packed in [view.get("extensions", {}).get("EXT_meshopt_compression")]
        if packed is not None
    )
    _bound("bytes", unpacked, MAX_UNPACKED_BYTES)
    if any(
        "bufferView" not in each and "sparse" not in each for each in _list(document, "accessors")
    ):
        raise _Unfit(EMPTY_ARRAY)
    counts = [_count(each["count"]) for each in _list(document, "accessors")]
    components = [_COMPONENTS[each["type"]] for each in _list(document, "accessors")]
    _bound("numbers", sum(map(_product, zip(counts, components, strict=True))), MAX_VALUES)
    nodes = _list(document, "nodes")
    _bound("nodes", len(nodes), MAX_NODES)
    _check_tree([[_count(child) for child in node.get("children", ())] for node in nodes])
    meshes = [
        [_vertices(part, counts) for part in mesh["primitives"]]
        for mesh in _list(document, "meshes")
    ]
    drawn = calls = lights = 0
    for node in nodes:
        extensions = node.get("extensions", {})
        lights += "KHR_lights_punctual" in extensions
        if "mesh" in node:
            mesh = meshes[_count(node["mesh"])]
            instancing = extensions.get("EXT_mesh_gpu_instancing", {}).get("attributes", {})
            times = max((counts[_count(each)] for each in instancing.values()), default=1)
            calls += len(mesh) * max(times, 1)
            drawn += sum(mesh) * times
    _bound("vertices", drawn, MAX_DRAWN)
    _bound("parts of meshes", calls, MAX_CALLS)
    _bound("lights", lights, MAX_LIGHTS)


def _vertices(part: Json, counts: list[int]) -> int:
    """Return how many vertices a part of a mesh has, with the shapes that it can turn into."""
    shown = part["indices"] if "indices" in part else part["attributes"]["POSITION"]
    return counts[_count(shown)] * (1 + len(part.get("targets", ())))


def _check_tree(children: list[list[int]]) -> None:
    """Refuse nodes that have two parents, or are deep below each other."""
    parents: dict[int, int] = {}
    for parent, inner in enumerate(children):
        for child in inner:
            if child in parents or child >= len(children):
                raise ValueError
            parents[child] = parent
    level = [node for node in range(len(children)) if node not in parents]
    seen = len(level)
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children[node]]
        seen += len(level)
    if seen < len(children):
        raise _Unfit(TOO_MUCH.format("nodes below each other", MAX_DEPTH))


def _check_textures(document: Json, binary: bytes) -> None:
    """Read the headers of the pictures in a model, and refuse those that say whose they are."""
    pixels = 0
    for content in _textures(document, binary):
        raster = measure(content)
        if raster is None or raster.intricate:
            raise _Unfit("a picture in the model cannot be read: use PNG, JPEG or WebP first")
        if _METADATA.search(content):
            raise _Unfit(TELLING)
        pixels += raster.pixels * raster.passes
    _bound("pixels", pixels, MAX_TEXTURE_PIXELS)


def _textures(document: Json, binary: bytes) -> Iterator[bytes]:
    buffers = _list(document, "buffers")
    views = _list(document, "bufferViews")
    for image in _list(document, "images"):
        if "uri" in image:
            yield _inline(image["uri"])
        else:
            view = views[_count(image["bufferView"])]
            buffer = buffers[_count(view["buffer"])]
            content = _inline(buffer["uri"]) if "uri" in buffer else binary
            begin = _count(view.get("byteOffset", 0))
            yield content[begin : begin + _count(view["byteLength"])]


def _inline(uri: str) -> bytes:
    """Return what a data URL within a model holds; it is base64, as all programs write it."""
    head, _, body = uri.partition(",")
    if not head.endswith(";base64"):
        raise ValueError
    return binascii.a2b_base64(body)


def _list(document: Json, name: str) -> list[Json]:
    found = document.get(name, [])
    if not isinstance(found, list):
        raise TypeError
    return cast("list[Json]", found)


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _product(pair: tuple[int, int]) -> int:
    return pair[0] * pair[1]


def _bound(what: str, count: int, most: int) -> None:
    if count > most:
        raise _Unfit(TOO_MUCH.format(what, most))
