"""Scenes as pictures over HTTP: what they show, and that they never hold up calls."""

import base64
import hashlib
import io
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.browsers.looks import animated
from support.hub.drawings import png_url
from support.hub.pictures import url_of
from support.servers.invitations import SECRET, token
from support.servers.server import Server, eventually, post, running


def element(kind: dict[str, Any], **transform: float) -> dict[str, Any]:
    return {"kind": kind, "transform": {"width": 200, "height": 100, **transform}}


def pixels(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.fixture(scope="module")
def session(server: Server) -> str:
    """A session with a red picture at the left and a chart at the right."""
    chart = {"type": "Chart", "chart_type": "bar", "data": {"labels": ["a", "b"], "values": [1, 2]}}
    add = [element({"type": "Image", "src": png_url(40, 20)}), element(chart, x=400, height=300)]
    assert post(server, {"session_id": "drawn", "add": add})[0] == 200
    return "drawn"


def test_what_is_drawn_is_where_it_is_on_the_canvas(server: Server, session: str) -> None:
    """The view has 680 by 380 units: what is there, and 40 around it."""
    status, headers, body = server.exchange(f"/api/scene/{session}/export.png?width=1360")
    assert (status, headers["content-type"]) == (200, "image/png")
    picture = pixels(body)
    assert picture.size == (1360, 760)
    assert picture.getpixel((80 + 200, 80 + 100)) == (255, 0, 0)
    assert picture.getpixel((40, 40)) == (0xF3, 0xF4, 0xF7)
    bars = picture.crop((880, 80, 1280, 680)).getcolors(1 << 20) or []
    assert sum(count for count, color in bars if color == (0x44, 0x50, 0xC8)) > 1000


@pytest.mark.rule("ATK4")
def test_a_drawing_that_is_opened_runs_and_loads_nothing(server: Server, session: str) -> None:
    _, headers, body = server.exchange(f"/api/scene/{session}/export.svg")
    assert headers["content-type"].startswith("image/svg+xml")
    (style,) = re.findall(b"<style>(.*?)</style>", body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    assert headers["content-security-policy"] == (
        f"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-{digest}'; sandbox"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == 'inline; filename="drawn-2.svg"'
    assert body.startswith(b"<svg")


def test_the_data_are_those_of_the_scene(server: Server, session: str) -> None:
    exported = json.loads(server.get(f"/api/scene/{session}/export.json")[1])
    assert exported == json.loads(server.get(f"/api/scene/{session}")[1])["scene"]


MISSING = [
    element({"type": "Image", "src": "https://example.org/a.png"}),
    element({"type": "Model3D", "src": "https://example.org/a.glb"}, y=120),
    element({"type": "Text", "content": "\U000101d0 \ue123"}, y=240),
    element({"type": "Text", "content": "a", "color": "color-mix(in srgb, red, blue)"}, y=360),
    element({"type": "Image", "src": url_of(animated("GIF"), "gif")}, y=480),
]


@pytest.mark.report(
    "picture",
    "An exported picture leaves things out and does not say so.",
    "a canvas with a picture of another server, a model, an animation, and letters of no font",
    "The answer names what is missing in Canvas-Missing, the drawing in its description.",
)
def test_what_a_picture_has_not_got_is_said(server: Server) -> None:
    assert post(server, {"session_id": "missing", "add": MISSING})[0] == 200
    for ending in ("png?width=300", "svg"):
        _, headers, body = server.exchange(f"/api/scene/missing/export.{ending}")
        said = dict(item.split(";", 1) for item in headers["canvas-missing"].split(", "))
        assert said.keys() == {"animation", "color", "font", "model", "remote-picture"}
        assert re.fullmatch(r'count=\d+;scripts="[A-Za-z ]+"', said.pop("font"))
        assert set(said.values()) == {"count=1"}
    assert b"<desc>Not in this picture:" in body
    headers = server.exchange("/api/scene/missing/export.json")[1]
    assert "canvas-missing" not in headers, "it is all there"


def test_an_earlier_moment_is_drawn(server: Server, session: str) -> None:
    one = server.get(f"/api/scene/{session}/export.png?width=560&revision=1")[1]
    assert pixels(one).size == (560, 360)  # twice 200 by 100 units, and 40 around them


@pytest.mark.rule("HND10")
def test_a_part_of_the_scene_is_drawn_by_itself(server: Server) -> None:
    """With what lies on it, cut to its own size."""
    add = [
        {"id": "low", **element({"type": "Image", "src": png_url(40, 20)})},
        {"id": "far", **element({"type": "Text", "content": "far"}, x=4000)},
        {"id": "mark", **element({"type": "Text", "content": "mark"}), "parent": "low"},
    ]
    assert post(server, {"session_id": "parts", "add": add})[0] == 200
    path = "/api/scene/parts/export"
    svg = server.get(f"{path}.svg?ids=low")[1].decode()
    assert 'width="280" height="180"' in svg
    assert "mark" in svg
    assert ">far<" not in svg
    assert ">far<" in server.get(f"{path}.svg")[1].decode()
    data = json.loads(server.get(f"{path}.json?ids=far,gone")[1])
    assert [one["id"] for one in data["elements"]] == ["far"]
    tags = {server.exchange(f"{path}.png?width=20{ids}")[1]["etag"] for ids in ("", "&ids=low")}
    assert len(tags) == 2


def test_what_has_not_changed_is_not_sent_again(server: Server, session: str) -> None:
    path = f"/api/scene/{session}/export.png?width=20"
    tag = server.exchange(path)[1]["etag"]
    assert server.get(path, {"If-None-Match": tag})[0] == 304
    assert server.get(path + "&revision=1", {"If-None-Match": tag})[0] == 200


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ("export.gif", 404),
        ("export.png?width=0", 400),
        ("export.png?width=4097", 400),
        ("export.png?width=1e3", 400),
        ("export.svg?revision=999", 404),
        ("export.svg?revision=-1", 400),
        ("export.svg?ids=", 400),
        ("export.svg?ids=" + ",".join(str(n) for n in range(101)), 400),
        ("export.svg?ids=" + "a" * 129, 400),
    ],
)
def test_what_cannot_be_had(server: Server, session: str, rest: str, status: int) -> None:
    got, body = server.get(f"/api/scene/{session}/{rest}")
    assert (got, json.loads(body)["success"]) == (status, False)


def test_a_chat_finds_a_picture_of_the_canvas(server: Server, session: str) -> None:
    """The Open Graph protocol asks for whole addresses."""
    page = server.get(f"/s/{session}")[1].decode()
    (address,) = re.findall(r'<meta property="og:image" content="([^"]+)">', page)
    assert address.startswith(server.url)
    status, body = server.get(address.removeprefix(server.url))
    assert status == 200
    assert pixels(body).width == 1200
    assert f'content="{session}: a shared canvas"' in page


def test_who_has_much_drawn_is_told_to_wait_and_others_are_not(tmp_path: Path) -> None:
    """A link to watch asks for many slow pictures; another session, and signals, go on."""
    chart = {"type": "Chart", "chart_type": "line", "data": list(range(300))}
    with running(tmp_path, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        editor, viewer, other = (
            {"authorization": f"Bearer {token('--session', name, '--role', role)}"}
            for name, role in (("busy", "edit"), ("busy", "view"), ("other", "edit"))
        )
        post(
            server, {"session_id": "busy", "add": [element(chart, x=n) for n in range(60)]}, editor
        )
        answers: list[int] = []

        def ask(width: int) -> None:
            path = f"/api/scene/busy/export.png?width={width}"
            answers.append(server.get(path, viewer)[0])

        asking = [threading.Thread(target=ask, args=(width,)) for width in range(100, 116)]
        for thread in asking:
            thread.start()
        eventually(lambda: 429 in answers, "more than can wait is refused")
        assert server.get("/api/scene/other/export.svg", other)[0] == 200
        assert len(answers) < 16, "its turn came before all of theirs"
        for thread in asking:
            thread.join()
        assert set(answers) == {200, 429}


def test_the_same_picture_is_drawn_once(server: Server, session: str) -> None:
    path = f"/api/scene/{session}/export.png?width=77"
    answers: list[bytes] = []
    asking = [
        threading.Thread(target=lambda: answers.append(server.get(path)[1])) for _ in range(30)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(set(answers)) == 1
    assert pixels(answers[0]).width == 77
