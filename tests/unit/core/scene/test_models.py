"""A model that can stop browsers, or would fetch anything, does not come in."""

import base64
import json
import struct
from typing import Any
from urllib.parse import quote

import pytest

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.admission import EMPTY_MODEL, admitted, admitted_changes, check
from canvas_server.core.scene.models import TELLING, objection_to_model
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Model3D
from canvas_server.protocol.scene import Element, ElementChanges, Transform
from support.browsers.bombs import vast_png
from support.hub.drawings import png_url
from support.hub.pictures import bytes_of, encoded, halves, photo, url_of

pytestmark = pytest.mark.rule("SCN10")

Json = dict[str, Any]
ASSET: Json = {"asset": {"version": "2.0"}}
INSTANCED = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 1}}}
TRIANGLE = {"primitives": [{"attributes": {"POSITION": 0}}]}


def array(count: int, of: str = "SCALAR") -> Json:
    return {"bufferView": 0, "count": count, "type": of}


BOX: Json = {
    **ASSET,
    "scenes": [{"nodes": [0]}],
    "nodes": [{"mesh": 0, "children": [1]}, {"extensions": {"KHR_lights_punctual": {"light": 0}}}],
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
    "accessors": [array(8, "VEC3"), array(36)],
    "buffers": [{"uri": "data:application/octet-stream;base64,AAAA", "byteLength": 3}],
    "bufferViews": [{"buffer": 0, "byteLength": 3}],
    "images": [{"uri": png_url()}],
}


def url(document: Json | str) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    return "data:model/gltf+json;base64," + base64.b64encode(text.encode()).decode()


def binary(document: Json, content: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    parts = struct.pack("<I4s", len(text) if length is None else length, b"JSON") + text
    if content:
        parts += struct.pack("<I4s", len(content), b"BIN\0") + content
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def model(src: str) -> Element:
    return Element("m", Model3D(src), Transform())


@pytest.mark.parametrize(
    "src",
    [
        "https://example.org/chair.glb",
        url(BOX),
        url(ASSET),
        url(
            {
                **ASSET,
                "bufferViews": [
                    {"extensions": {"EXT_meshopt_compression": {"count": 9, "byteStride": 4}}}
                ],
            }
        ),
        url(
            {
                **BOX,
                "accessors": [array(3, "VEC3"), {**array(2000, "VEC3"), "sparse": {"count": 1}}],
                "nodes": [{"mesh": 0, "extensions": INSTANCED}],
                "meshes": [TRIANGLE],
            }
        ),
        EMPTY_MODEL,
        "data:model/gltf+json," + quote(json.dumps(BOX)),
        "data:model/gltf-binary;base64," + base64.b64encode(binary(BOX)).decode(),
    ],
)
def test_an_honest_model_comes_in(src: str) -> None:
    check(model(src))
    assert admitted(model(src)).kind == Model3D(src)


def test_textures_in_a_binary_file_are_looked_at() -> None:
    for content, is_taken in ((bytes_of(png_url()), True), (vast_png(), False), (b"no", False)):
        document = {
            **ASSET,
            "buffers": [{"byteLength": len(content)}],
            "bufferViews": [{"buffer": 0, "byteLength": len(content)}],
            "images": [{"bufferView": 0, "mimeType": "image/png"}],
        }
        assert (objection_to_model(binary(document, content)) is None) is is_taken
        inner = {"uri": "data:;base64," + base64.b64encode(content).decode()}
        document["buffers"] = [{**inner, "byteLength": len(content)}]
        assert (objection_to_model(binary(document)) is None) is is_taken


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_texture_that_says_where_it_was_taken_is_refused(form: str) -> None:
    for content, reason in ((encoded(halves(16, 8), form), None), (photo(6, form), TELLING)):
        document = {**ASSET, "images": [{"uri": url_of(content, form.lower())}]}
        assert objection_to_model(binary(document)) == reason
    adobe = encoded(halves(16, 8), form) + b"<x:xmpmeta"
    document = {**ASSET, "images": [{"uri": url_of(adobe, form.lower())}]}
    assert objection_to_model(binary(document)) == TELLING


def but(**changes: Any) -> Json:
    return {**BOX, **changes}


MANY = [{"mesh": 0}] * 2001
BAD: dict[str, Json | str] = {
    "a buffer elsewhere": but(buffers=[{"uri": "https://example.org/a.bin", "byteLength": 3}]),
    "a texture elsewhere": but(images=[{"uri": "//example.org/a.png"}]),
    "a file beside it": but(images=[{"uri": "a.png"}]),
    "an extension that fetches": but(extensions={"X": [{"y": {"uri": "https://example.org"}}]}),
    "one that says url": but(extras={"url": "https://example.org"}),
    "an address that is none": but(images=[{"uri": 7}]),
    "escaped": json.dumps(BOX)[:-1] + ', "extras": {"\\u0075ri": "https://example.org"}}',
    "draco": but(extensionsUsed=[], extensions={"KHR_draco_mesh_compression": {}}),
    "meshopt without end": but(
        bufferViews=[{"extensions": {"EXT_meshopt_compression": {"count": 10**9, "byteStride": 4}}}]
    ),
    "a vast array": but(accessors=[array(10**9, "VEC3")]),
    "many arrays": but(accessors=[array(10**6, "MAT4")] * 2),
    "one mesh very often": but(nodes=MANY),
    "a large mesh often": but(
        accessors=[array(8, "VEC3"), array(600_000)],
        nodes=[{"mesh": 0}] * 2,
    ),
    "one triangle upon itself": but(
        accessors=[array(3, "VEC3"), array(2001, "VEC3")],
        nodes=[{"mesh": 0, "extensions": INSTANCED}],
        meshes=[TRIANGLE],
    ),
    "parts upon each other": but(
        accessors=[array(3, "VEC3"), array(1001, "VEC3")],
        nodes=[{"mesh": 0, "extensions": INSTANCED}],
        meshes=[{"primitives": TRIANGLE["primitives"] * 2}],
    ),
    "an array without content": but(accessors=[{"count": 3, "type": "VEC3"}, array(36)]),
    "instances": but(
        accessors=[array(8, "VEC3"), array(100_000)],
        nodes=[{"mesh": 0, "extensions": {"EXT_mesh_gpu_instancing": {"attributes": {"_A": 1}}}}],
    ),
    "shapes": but(
        accessors=[array(8, "VEC3"), array(300_000)],
        meshes=[
            {"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "targets": [{}] * 9}]}
        ],
    ),
    "without indices": but(
        accessors=[array(2_000_000, "VEC3")],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0}}]}],
    ),
    "nodes": but(nodes=[{}] * 5001),
    "lights": but(nodes=[{"extensions": {"KHR_lights_punctual": {"light": 0}}}] * 17),
    "a deep tree": but(nodes=[{"children": [n + 1]} for n in range(150)] + [{}]),
    "a circle": but(nodes=[{"children": [1]}, {"children": [0]}]),
    "two parents": but(nodes=[{"children": [2]}, {"children": [2]}, {}]),
    "a child that is not there": but(nodes=[{"children": [9]}]),
    "a vast texture": but(
        images=[{"uri": "data:;base64," + base64.b64encode(vast_png()).decode()}]
    ),
    "many textures": but(images=[{"uri": png_url(2000, 1500)}] * 9),
    "a texture that is none": but(images=[{"uri": "data:image/png;base64,AAAA"}]),
    "a texture in another way": but(images=[{"uri": "data:image/png,AAAA"}]),
    "objects": '{"asset": {"version": "2.0"}, "x": [' + "[]," * 60_000 + "[]]}",
    "numbers": '{"asset": {"version": "2.0"}, "x": [' + "1e-300," * 2000 + "1]}",
    "a negative count": but(accessors=[array(-1, "VEC3")]),
    "a list that is none": but(nodes={}),
    "a kind of numbers that is none": but(accessors=[array(1, "VEC9")]),
    "version 1": {"asset": {"version": "1.0"}},
    "no model": "{}",
    "no object": "[]",
    "no JSON": "<svg/>",
    "very deep": "[" * 2000,
    "a mark before it": "\ufeff" + json.dumps(BOX),
}


@pytest.mark.parametrize("document", BAD.values(), ids=BAD)
def test_a_model_that_could_stop_browsers_or_fetches_is_refused(document: Json | str) -> None:
    src = url(document)
    with pytest.raises(Refusal) as refused:
        check(model(src))
    assert refused.value.code is ErrorCode.CONTENT_REFUSED
    assert "first" in refused.value.text
    assert admitted(model(src)).kind == Model3D(EMPTY_MODEL)
    changes = admitted_changes(ElementChanges(kind={"src": src}))
    assert changes.kind == {"src": EMPTY_MODEL}


def test_a_binary_file_that_is_cut_off_is_refused() -> None:
    for content in (
        binary(BOX, length=10**6),
        binary(BOX)[:18],
        binary(BOX).replace(b"JSON", b"BIN\0"),
    ):
        assert objection_to_model(content) is not None
    with pytest.raises(Refusal):
        check(model("data:model/gltf+json;base64,!"))


def test_what_a_model_was_before_may_stay() -> None:
    src = url(BAD["a circle"])
    check(model(src), Model3D(src))
    with pytest.raises(Refusal):
        check(model(src), Model3D(EMPTY_MODEL))
