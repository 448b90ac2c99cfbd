"""What people put on a canvas is decoded there, over real sockets, by the real processes."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from support.hub.drawings import png_url
from support.hub.pictures import (
    SECRET,
    bytes_of,
    encoded,
    exif,
    halves,
    noise_url,
    opened,
    photo,
    url_of,
    zeros_png,
)
from support.servers.server import RawSocket, Server, eventually, post, running

pytestmark = pytest.mark.rule("SCN10")

PHOTO = url_of(photo(6), "jpeg")
FRESH_VAST = zeros_png(6000, 4000)


def image(src: str, name: str = "p") -> dict[str, Any]:
    return {"id": name, "kind": {"type": "Image", "src": src}}


def is_turned_and_clean(src: str) -> bool:
    picture = opened(src)
    return (
        picture.size == (32, 64)
        and not picture.getexif()
        and SECRET.encode() not in bytes_of(src)
        and picture.getpixel((16, 4))[0] > 128
    )


def test_nobody_is_sent_where_a_photo_was_taken(server: Server) -> None:
    with RawSocket(server) as ada, RawSocket(server) as bob:
        ada.join("pictures")
        bob.join("pictures")
        ada.send({"type": "add_element", "element": image(PHOTO), "message_id": "1"})
        assert is_turned_and_clean(bob.until("element_added")["element"]["kind"]["src"])
        assert ada.until("ack")["message_id"] == "1"
        changes = {"kind": {"src": url_of(photo(6, "WEBP"), "webp")}}
        ada.send({"type": "update_element", "id": "p", "changes": changes})
        assert is_turned_and_clean(bob.until("element_updated")["element"]["kind"]["src"])
        wrapped = {"id": "w", "kind": {"type": "Image", "data": {"src": PHOTO}}}
        ada.send({"type": "sync_queue", "operations": [{"op": "add", "element": wrapped}]})
        assert is_turned_and_clean(bob.until("element_added")["element"]["kind"]["src"])
    assert server.metric("canvas_pictures_changed_total") >= 2
    png = url_of(photo(6, "PNG"), "png")
    status, _, answer = post(server, {"session_id": "pictures", "add": [image(png, "q")]})
    assert status == 200
    assert all(is_turned_and_clean(e["kind"]["src"]) for e in answer["scene"]["elements"])
    for path in ("scene/pictures", "scene/pictures/history", "scene/pictures/export.svg"):
        assert SECRET.encode() not in server.get(f"/api/{path}")[1]


def test_one_that_is_nothing_else_is_read_back_byte_for_byte(server: Server) -> None:
    sources = [url_of(encoded(halves(), f), f.lower()) for f in ("PNG", "JPEG", "GIF", "WEBP")]
    add = [image(src, f"p{n}") for n, src in enumerate(sources)]
    assert post(server, {"session_id": "same", "add": add})[0] == 200
    scene = json.loads(server.get("/api/scene/same")[1])["scene"]
    assert [element["kind"]["src"] for element in scene["elements"]] == sources


def test_order_is_kept_and_an_edit_sent_twice_is_made_once(server: Server) -> None:
    with RawSocket(server) as ada:
        ada.join("order")
        first = {"type": "add_element", "element": image(PHOTO), "message_id": "1"}
        move = {"type": "update_element", "id": "p", "changes": {"transform": {"x": 1}}}
        for message in (first, {**move, "message_id": "2"}, {"type": "remove_element", "id": "p"}):
            ada.send(message)
        kinds = [ada.receive()["type"] for _ in range(5)]
        assert kinds == ["element_added", "ack", "element_updated", "ack", "element_removed"]
        ada.send(first)
        assert ada.until("ack")["message_id"] == "1"
        assert [m["type"] for m in ada.fence()] == []


@pytest.mark.rule("RES1")
def test_who_breaks_off_while_a_picture_is_read_sends_it_again(server: Server) -> None:
    with RawSocket(server) as ada:
        ada.join("broken-off")
        src = url_of(FRESH_VAST + b"1", "png")
        message = {"type": "add_element", "element": image(src), "message_id": "1"}
        ada.send(message)
        ada.close()
        with RawSocket(server) as again:
            assigned = again.resume(ada)
            if assigned["received"] == 0:  # else it had been read by then
                again.send(message)
            assert again.until("ack")["message_id"] == "1"


def test_a_process_that_is_killed_costs_nothing_but_a_moment(tmp_path: Path) -> None:
    with running(tmp_path) as server, RawSocket(server) as ada:
        ada.join()
        ada.send({"type": "add_element", "element": image(png_url()), "message_id": "0"})
        ada.until("ack")
        workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        assert workers
        for pid in workers:
            os.kill(int(pid), signal.SIGKILL)

        def added() -> bool:
            ada.send({"type": "add_element", "element": image(PHOTO, "q"), "message_id": "1"})
            return ada.receive_until("ack", "error") == "ack"

        eventually(added, "the picture is read")
        assert server.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_pictures_of_a_flood_hold_up_the_flood_alone(server: Server) -> None:
    with RawSocket(server) as flood, RawSocket(server) as calm:
        flood.join("flood")
        calm.join("calm")
        for n in range(3):
            src = url_of(FRESH_VAST + b"flood%d" % n, "png")
            flood.send({"type": "add_element", "element": image(src, f"p{n}"), "message_id": "m"})
        calm.send({"type": "ping"})
        calm.until("pong")
        calm.send({"type": "add_element", "element": image(noise_url(9000)), "message_id": "1"})
        assert calm.until("ack")["success"]
        for _ in range(3):
            assert flood.until("ack")["success"]


def test_an_import_brings_no_place_along(server: Server, tmp_path: Path) -> None:
    scene = {
        "session_id": "imported",
        "add": [image(url_of(encoded(halves(), "JPEG", exif=exif(6)), "jpeg"))],
    }
    assert post(server, scene)[0] == 200
    found = json.loads(server.get("/api/scene/imported")[1])["scene"]["elements"]
    assert is_turned_and_clean(found[0]["kind"]["src"])
