"""The audit log of the real server: what it has, what it must not have, and its bounds."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.servers.invitations import SECRET, ask, token
from support.servers.server import CLOSE, RawSocket, Server, eventually, post, running

PROXIED = {"X_Forwarded_For": "203.0.113.7"}


class Log:
    """The audit log of a server."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "audit.jsonl"

    def lines(self, event: str = "", **fields: Any) -> list[dict[str, Any]]:
        wanted = fields | ({"event": event} if event else {})
        lines = [json.loads(line) for line in self.path.read_bytes().splitlines()]
        return [line for line in lines if wanted.items() <= line.items()]

    def one(self, event: str, **fields: Any) -> dict[str, Any]:
        return eventually(lambda: self.lines(event, **fields), f"{event} {fields}")[-1]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Log]]:
    """A server that asks for tokens, and its audit log."""
    folder = tmp_path_factory.mktemp("house")
    with running(folder, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server, Log(folder)


def test_who_came_and_went_and_from_where(house: tuple[Server, Log]) -> None:
    server, log = house
    link = token("--session", "room", "--name", "Ada\x1b[2J\u202eevil", "--user", "ada@example.org")
    with RawSocket(server, **PROXIED) as ada:
        peer = ada.join("room", token=link)
        joined = log.one("joined", peer=peer)
        ada.send(b"\x03\xe8", CLOSE)
        ada.close_code()
    left = log.one("left", peer=peer)
    for line in (joined, left):
        assert line["session"] == "room"
        assert line["user"] == "ada@example.org"
        assert line["role"] == "edit"
        assert line["address"] == "203.0.113.7"
        assert line["name"] == "Ada[2Jevil"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert left["reason"] == "left"


def test_refusals_and_kicks(house: tuple[Server, Log]) -> None:
    server, log = house
    moderator, viewer = RawSocket(server), RawSocket(server)
    head = moderator.join(
        "looked-after", token=token("--session", "looked-after", "--role", "moderate")
    )
    guest = viewer.join("looked-after", token=token("--session", "looked-after", "--role", "view"))
    viewer.send({"type": "clear_scene"})
    assert viewer.until("error")["code"] == "forbidden"
    assert log.one("refused", peer=guest, code="forbidden")["where"] == "websocket"
    assert not log.lines("scene_cleared", session="looked-after")
    moderator.send({"type": "clear_scene"})
    assert log.one("scene_cleared", session="looked-after")["by"] == head
    moderator.send({"type": "kick", "target_peer_id": guest})
    assert log.one("kicked", peer=guest)["by"] == head
    assert log.one("left", peer=guest)["reason"] == "removed"
    moderator.close()
    viewer.close()
    with RawSocket(server, **PROXIED) as stranger:
        stranger.send({"type": "subscribe", "session_id": "looked-after", "token": "x" * 40})
        assert stranger.until("error")["code"] == "unauthorized"
    assert log.one("refused", code="unauthorized", where="websocket")["address"] == "203.0.113.7"


def test_links_given_out_and_taken_back(house: tuple[Server, Log]) -> None:
    server, log = house
    admin = token("--admin")
    status, made = ask(server, "/api/tokens", admin, "POST", {"session_id": "t", "role": "view"})
    assert status == 201
    line = log.one("token_made", invitation=made["token_id"])
    assert (line["session"], line["role"], line["by"]) == ("t", "view", "admin")
    assert line["expires"].endswith("Z")
    assert ask(server, f"/api/tokens/{made['token_id']}", admin, "DELETE")[0] == 200
    assert log.one("token_revoked", invitation=made["token_id"])["by"] == "admin"


def test_what_operators_do_and_who_only_tries(house: tuple[Server, Log]) -> None:
    server, log = house
    assert ask(server, "/api/sessions", token("--admin"))[0] == 200
    assert log.one("sessions_listed")["by"] == "admin"
    for bearer in ("", "guess", token("--session", "s", "--role", "moderate")):
        assert ask(server, "/api/sessions", bearer)[0] == 401
    eventually(lambda: len(log.lines("refused", where="GET /api/sessions")) == 3, "all are there")
    edit = {"session_id": "s", "clear": True}
    bearer = {"authorization": f"Bearer {token('--session', 's')}"}
    assert post(server, edit, bearer)[0] == 200
    assert log.one("scene_cleared", session="s")["by"] not in ("", "anybody", "admin")
    assert post(server, edit)[0] == 401
    assert log.one("refused", where="POST /api/scene")["code"] == "unauthorized"


def test_foreign_pages_and_limits(house: tuple[Server, Log]) -> None:
    server, log = house
    RawSocket(server, Host="rebound.example").close()
    assert log.one("refused", where="upgrade")["code"] == "forbidden_origin"
    server.get("/s/x", {"Origin": "https://evil.example"})
    assert log.one("refused", where="GET /s/x")["code"] == "forbidden_origin"
    with RawSocket(server) as wire:
        wire.socket.settimeout(10)
    line = RawSocket(server, Host="127.0.0.1\r\nHost: evil")
    assert line.status == 400
    line.close()
    assert log.one("refused", where="connection")["code"] == "bad_request"
    bearer = {"authorization": f"Bearer {token('--session', 's')}"}
    post(server, b" " * (1024 * 1024 + 1), bearer)
    assert log.one("limited", where="POST /api/scene")["code"] == "too_large"


def test_nothing_in_it_opens_anything(house: tuple[Server, Log]) -> None:
    """Tokens, descriptions, candidates and chosen control characters are nowhere."""
    server, log = house
    bearer = token("--session", "calls", "--role", "edit")
    with RawSocket(server) as one, RawSocket(server) as two:
        one.join("calls", token=bearer)
        peer = two.join("calls", token=bearer)
        resume = two.assigned["resume_token"]
        secrets = (bearer, resume, "a=ice-ufrag", "candidate:1")
        one.send({"type": "offer", "target_peer_id": peer, "sdp": "v=0\r\na=ice-ufrag:hush\r\n"})
        one.send({"type": "ice_candidate", "target_peer_id": peer, "candidate": "candidate:1 hush"})
        one.send({"type": "subscribe", "session_id": "other", "token": bearer})
        one.fence()
        server.get(f"/api/scene/calls?token={bearer}", {"authorization": f"Bearer {bearer}x"})
        two.send(b"\x03\xe8", CLOSE)
    eventually(lambda: log.lines("left", session="calls"), "one of them is gone")
    text = log.path.read_text()
    for secret in (*secrets, SECRET):
        assert secret not in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)


def test_a_flood_is_a_few_lines_and_a_number(house: tuple[Server, Log]) -> None:
    server, log = house
    with RawSocket(server, X_Forwarded_For="198.51.100.9") as wire:
        for _ in range(3000):
            wire.send("{")
        wire.fence()
    flood = {"event": "refused", "address": "198.51.100.9"}
    eventually(lambda: log.lines("left_out", of="refused", address="198.51.100.9"), "it is counted")
    written = len(log.lines(**flood))
    lines = log.lines("left_out", of="refused", address="198.51.100.9")
    assert written + sum(line["count"] for line in lines) == 3000
    assert written < 400


def test_it_says_when_the_server_began_and_ended(tmp_path: Path) -> None:
    log = Log(tmp_path)
    flags = ("--auto-accept", "--allowed-hosts", "*", "--no-audit-addresses")
    with running(tmp_path, *flags) as server:
        with RawSocket(server, **PROXIED) as wire:
            wire.join("s")
        server.stop()
    first, *_, last = log.lines()
    assert (first["event"], last["event"]) == ("started", "stopped")
    assert first["settings"] == ["any host", "auto accept"]
    assert "203.0.113.7" not in log.path.read_text()
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    with running(tmp_path) as server:
        assert len(log.lines("started")) == 2, "it goes on in the same file"


def test_it_can_be_elsewhere_or_nowhere(tmp_path: Path) -> None:
    with running(tmp_path / "a", "--audit-log", str(tmp_path / "own.jsonl")) as server:
        assert "started" in (tmp_path / "own.jsonl").read_text()
        assert not (tmp_path / "a" / "audit.jsonl").exists()
    with running(tmp_path / "b", env={"CANVAS_AUDIT_LOG": "none"}) as server:
        server.stop()
        assert "no audit log" in server.stderr()
        assert not (tmp_path / "b" / "audit.jsonl").exists()
    flags = ("--port", "0", "--data", str(tmp_path / "c"), "--audit-log", "/proc/none/audit")
    command = [sys.executable, "-m", "canvas_server", *flags]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert result.returncode == 1
    assert "--audit-log" in result.stderr


def test_who_tries_tokens_is_written_down(house: tuple[Server, Log]) -> None:
    server, log = house
    with RawSocket(server, X_Forwarded_For="198.51.100.10") as wire:
        for _ in range(9):
            wire.send({"type": "subscribe", "session_id": "s", "token": "x" * 40})
        wire.fence()
    tried = {"address": "198.51.100.10", "code": "unauthorized"}
    eventually(lambda: len(log.lines("refused", **tried)) == 9, "each try has a line")
