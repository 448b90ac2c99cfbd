"""The data folder of an earlier release opens, with all that was in it (tests/samples/earlier)."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.invitations import ask, token
from support.servers.server import RawSocket, Server, running

EARLIER = Path(__file__).parents[1] / "samples" / "earlier"
EXPECTED = json.loads((EARLIER / "expected.json").read_bytes())
SECRET = EXPECTED["secret"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(EARLIER / "data", tmp_path / "data")
    with running(tmp_path / "data", env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server


def test_a_data_folder_of_an_earlier_release_opens(server: Server) -> None:
    bearer = token("--session", "demo", "--role", "moderate", secret=SECRET)
    status, answer = ask(server, "/api/scene/demo", bearer)
    assert status == 200
    assert answer["scene"] == EXPECTED["scene"]
    status, answer = ask(server, "/api/scene/demo/history", bearer)
    revisions = sorted(entry["revision"] for entry in answer["entries"])
    assert revisions == list(range(1, EXPECTED["scene"]["revision"] + 1))
    assert {entry.get("display_name") for entry in answer["entries"]} == {"Ada"}
    gone = EXPECTED["taken_back"]["token_id"]
    tokens = {one["token_id"]: one for one in ask(server, "/api/tokens/demo", bearer)[1]["tokens"]}
    assert gone not in tokens or tokens[gone]["revoked"]
    with RawSocket(server) as wire:
        wire.send(
            {"type": "subscribe", "session_id": "demo", "token": EXPECTED["taken_back"]["token"]}
        )
        assert wire.until("error")["code"] in ("unauthorized", "token_expired")
    with RawSocket(server) as wire:
        wire.send({"type": "subscribe", "session_id": "demo", "token": bearer})
        wire.until("scene_update")
        wire.send({"type": "restore_scene", "revision": 1, "message_id": "back"})
        assert wire.until("ack")["result"]["revision"] == EXPECTED["scene"]["revision"] + 1
