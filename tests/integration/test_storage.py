"""Scenes on a disk that is shared, full or read-only."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.servers.server import RawSocket, Server, eventually, running

pytestmark = pytest.mark.rule("SCN2", "SCN3", "SCN5")

LABEL = {"type": "Text", "content": "kept"}


def add(wire: RawSocket, element_id: str) -> dict[str, Any]:
    """Add a label, return the answer."""
    element = {"id": element_id, "kind": LABEL}
    wire.send({"type": "add_element", "element": element, "message_id": element_id})
    return answer(wire)


def answer(wire: RawSocket) -> dict[str, Any]:
    while True:
        message = wire.receive()
        if "message_id" in message:
            return message


def ids(server: Server, session_id: str) -> list[str]:
    body = json.loads(server.get(f"/api/scene/{session_id}")[1])
    return [element["id"] for element in body["scene"]["elements"]]


@pytest.mark.rule("SCN2")
def test_scenes_outlive_the_server(tmp_path: Path) -> None:
    for number in range(3):
        with running(tmp_path) as server, RawSocket(server) as wire:
            wire.join("s")
            assert ids(server, "s") == [f"e{n}" for n in range(number)]
            assert add(wire, f"e{number}")["result"]["revision"] == number + 1
            if number == 1:
                server.process.kill()
            else:
                assert server.stop() == 0


@pytest.mark.rule("SCN5")
def test_an_idle_session_leaves_memory_and_comes_back(tmp_path: Path) -> None:
    with running(tmp_path, "--resume-seconds", "0") as server:
        with RawSocket(server) as wire:
            wire.join("s")
            add(wire, "one")
            assert server.metric("canvas_elements") == 1
        eventually(lambda: server.metric("canvas_elements") == 0, "the session is let go")
        with RawSocket(server) as wire:
            wire.send({"type": "subscribe", "session_id": "s"})
            (element,) = wire.until("scene_update")["scene"]["elements"]
            assert element["id"] == "one"
            wire.send({"type": "restore_scene", "revision": 0, "message_id": "back"})
            assert answer(wire)["result"]["revision"] == 2


def test_a_second_server_on_the_same_folder_says_what_to_do(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        command = [sys.executable, "-m", "canvas_server", "--port", "0", "--data", str(tmp_path)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
        assert result.returncode == 1
        for hint in (str(server.pid), server.url, str(tmp_path), "--data"):
            assert hint in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.rule("SCN2", "SCN3")
def test_calls_go_on_while_the_disk_is_full_and_edits_when_it_is_not(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        with RawSocket(server) as a, RawSocket(server) as b:
            ada, bob = a.join("s"), b.join("s")
            add(a, "before")
            _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, hard))
            assert add(a, "refused")["code"] == "storage_failed"
            a.send({"type": "start_call", "target_peer_id": bob, "session_id": "s"})
            a.send({"type": "offer", "target_peer_id": bob, "sdp": "v=0"})
            assert b.until("relay_offer")["from_peer_id"] == ada
            tile = {"id": "tile", "kind": {"type": "Video", "stream_id": f"peer-{ada}"}}
            a.send({"type": "add_element", "element": tile, "message_id": "tile"})
            assert answer(a)["success"]
            assert b.until("element_added")["element"]["id"] == "tile"
            assert json.loads(server.get("/health")[1])["scenes"] == "failing"
            assert server.metric("canvas_log_failures_total") >= 2
            with RawSocket(server) as late:
                late.join("s")
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
            assert add(a, "refused")["success"], "the same edit, tried again"
            assert json.loads(server.get("/health")[1])["scenes"] == "stored"
            server.process.kill()
        server.process.wait(10)
        logged = server.stderr()
        assert logged.count("cannot store a change") == 1, logged
        assert "stored again" in logged
    with running(tmp_path) as server:
        assert ids(server, "s") == ["before", "tile", "refused"]
