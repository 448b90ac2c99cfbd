"""Pictures that stop browsers are refused wherever they come in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.browsers.bombs import OTHERS, SPELLINGS, charts, pictures, store
from support.hub.drawings import png_url
from support.servers.server import RawSocket, Server, post, running

pytestmark = pytest.mark.rule("SCN10")

EVERY = {**SPELLINGS, **OTHERS}


def run_command(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "canvas_server", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def image(src: str, name: str = "p") -> dict[str, object]:
    return {"id": name, "kind": {"type": "Image", "src": src}}


@pytest.mark.parametrize("src", EVERY.values(), ids=EVERY)
def test_each_message_is_answered_and_the_connection_lives(server: Server, src: str) -> None:
    with RawSocket(server) as wire:
        wire.join("content")
        wire.send({"type": "add_element", "element": image(src), "message_id": "m"})
        error = wire.until("error")
        assert (error["code"], error["message_id"]) == ("content_refused", "m")
        operations = [{"op": "add", "element": image(src)}]
        wire.send({"type": "sync_queue", "operations": operations, "message_id": "n"})
        (failed,) = wire.until("sync_result")["failed_operations"]
        assert failed["code"] == "content_refused"
        wrapped = {"id": "w", "kind": {"type": "Image", "data": {"src": src}}}
        wire.send({"type": "add_element", "element": wrapped, "message_id": "w"})
        assert wire.until("error")["message_id"] == "w"
        wire.send({"type": "add_element", "element": image(png_url()), "message_id": "o"})
        wire.until("ack")
        changes = {"kind": {"src": src}}
        wire.send({"type": "update_element", "id": "p", "changes": changes, "message_id": "u"})
        assert wire.until("error")["message_id"] == "u"
        wire.send({"type": "remove_element", "id": "p", "message_id": "r"})
        wire.until("ack")
    status, _, answer = post(server, {"session_id": "content", "add": [image(src)]})
    assert (status, answer["code"]) == (422, "content_refused")
    assert json.loads(server.get("/api/scene/content")[1])["scene"]["elements"] == []


def test_what_is_stored_is_read_moved_restored_without_and_cleared(tmp_path: Path) -> None:
    """A data folder of earlier days opens as it is."""
    bomb = SPELLINGS["base64"]
    store(tmp_path, "old", pictures(bomb))
    with running(tmp_path) as server, RawSocket(server) as wire:
        scene = json.loads(server.get("/api/scene/old")[1])["scene"]
        assert scene["elements"][0]["kind"]["src"] == bomb
        wire.join("old")
        move = {"transform": {"x": 9}}
        wire.send({"type": "update_element", "id": "p0", "changes": move, "message_id": "m"})
        assert wire.until("ack")["success"]
        assert post(server, {"session_id": "old", "clear": True})[0] == 200
        wire.send({"type": "restore_scene", "revision": 1, "message_id": "b"})
        assert wire.until("ack")["message_id"] == "b"
        restored = json.loads(server.get("/api/scene/old")[1])["scene"]["elements"]
        assert [element["id"] for element in restored] == ["p0", "p1"]
        assert restored[0]["kind"]["src"].startswith("data:image/png;base64,")


def test_a_file_with_one_is_not_imported(tmp_path: Path) -> None:
    """Into a folder that no server has, and through the one that has it."""
    file = tmp_path / "scene.json"
    file.write_text(json.dumps({"session_id": "s", "elements": [image(SPELLINGS["base64"])]}))
    folder = tmp_path / "data"
    done = run_command("import", str(file), "--data", str(folder))
    assert done.returncode != 0
    assert "convert it to PNG" in done.stderr
    with running(folder) as server:
        done = run_command("import", str(file), "--data", str(folder))
        assert done.returncode != 0
        assert "content_refused" in done.stderr
        assert json.loads(server.get("/api/scene/s")[1])["scene"]["revision"] == 0


@pytest.mark.nightly
@pytest.mark.rule("SCN9")
def test_what_is_stored_is_drawn_within_limits(tmp_path: Path) -> None:
    """The drawing holds no SVG within, and so many charts are drawn as can be."""
    store(tmp_path, "bombs", pictures(*SPELLINGS.values(), OTHERS["three billion pixels"]))
    store(tmp_path, "charts", charts(3000))
    with running(tmp_path) as server:
        for session in ("bombs", "charts"):
            for form in ("svg", "png"):
                status, body = server.get(f"/api/scene/{session}/export.{form}")
                assert status == 200
                assert b"<image" not in body
