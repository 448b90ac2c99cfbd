"""Only those who belong come in, on the real server."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.client import CannotConnect, connect
from support.servers.invitations import SECRET, ask, token
from support.servers.server import RawSocket, Server, running

pytestmark = pytest.mark.rule("TOK1", "TOK2", "TOK3", "TOK4", "TOK5")

OLD = "o" * 40


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens; an older secret still counts."""
    data = tmp_path_factory.mktemp("house") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": f"{SECRET},{OLD}"}) as server:
        yield server


def give_out(server: Server, by: str, session: str, **wish: Any) -> dict[str, Any]:
    status, answer = ask(server, "/api/tokens", by, "POST", {"session_id": session, **wish})
    assert status == 201, answer
    return answer


def refused(server: Server, bearer: str | None, session: str = "s") -> str:
    """Return the code that somebody is refused with; the connection lives on."""
    with RawSocket(server) as wire:
        wish = {} if bearer is None else {"token": bearer}
        wire.send({"type": "subscribe", "session_id": session, **wish})
        code = wire.until("error")["code"]
        assert [message["type"] for message in wire.fence()] == []
        return code


def claims(made: str) -> dict[str, Any]:
    return jwt.decode(made, options={"verify_signature": False})


@pytest.mark.rule("TOK1", "ATK5")
def test_who_has_none_or_a_wrong_one_stays_out(house: Server) -> None:
    good = token("--session", "s")
    none = jwt.encode(claims(good), "", "none", {"kid": jwt.get_unverified_header(good)["kid"]})
    for wrong in (
        None,
        "",
        "nonsense",
        none,
        good[:-4] + "AAAA",
        good.rsplit(".", 1)[0] + ".",
        token("--session", "other"),
        token("--session", "s", secret="x" * 40),
        token("--admin"),
        jwt.encode(claims(good), SECRET, "HS256"),
    ):
        assert refused(house, wrong) == "unauthorized"
    assert house.metric("canvas_peers") == 0


@pytest.mark.rule("ATK5")
def test_an_expired_one_is_told_apart(house: Server) -> None:
    short = token("--session", "s", "--expires", "1s")
    deadline = claims(short)["exp"]
    while time.time() < deadline:
        time.sleep(0.05)
    assert refused(house, short) == "token_expired"


@pytest.mark.rule("TOK3")
@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_who_has_one_comes_in_and_is_what_it_says(house: Server, secret: str) -> None:
    """Secrets change without throwing anybody out."""
    with RawSocket(house) as wire:
        viewer = token("--session", "s", "--role", "view", "--name", "Vera", secret=secret)
        wire.join("s", token=viewer)
        assert (wire.assigned["role"], wire.assigned["rights"]) == ("view", [])
        wire.send({"type": "add_element", "element": {"kind": {"type": "Text", "content": "x"}}})
        assert wire.until("error")["code"] == "forbidden"
        wire.send({"type": "list_peers"})
        peers = wire.until("peer_list")["peers"]
        (peer,) = (one for one in peers if one["peer_id"] == wire.assigned["peer_id"])
        assert (peer["display_name"], peer["role"]) == ("Vera", "view")
        with RawSocket(house) as again:
            assert again.resume(wire)["recovered"], "a resume token is enough"
            assert again.assigned["role"] == "view"


@pytest.mark.rule("TOK4", "TOK5")
def test_moderators_give_out_list_and_take_back(house: Server) -> None:
    boss = token("--session", "s", "--role", "moderate")
    guest = give_out(house, boss, "s", role="edit", expires_in=60)
    other = give_out(house, boss, "s", role="view", expires_in=60)
    assert guest["link"] == f"{house.url}/s/s#token={guest['token']}"
    listed = ask(house, "/api/tokens/s", boss)[1]["tokens"]
    assert {guest["token_id"], other["token_id"]} <= {one["token_id"] for one in listed}
    assert guest["token"] not in json.dumps(listed)
    with RawSocket(house) as wire, RawSocket(house) as stays, RawSocket(house) as away:
        wire.join("s", token=guest["token"])
        stays.join("s", token=other["token"])
        away.join("s", token=guest["token"])
        gone = away.assigned["peer_id"]
        away.close()
        assert ask(house, f"/api/tokens/{guest['token_id']}", boss, "DELETE")[0] == 200
        assert wire.close_code() == 4102
        assert gone in {stays.until("peer_left")["peer_id"] for _ in range(2)}
    assert refused(house, guest["token"]) == "unauthorized"
    listed = ask(house, "/api/tokens/s", boss)[1]["tokens"]
    revoked = {one["token_id"] for one in listed if one["revoked"]}
    assert guest["token_id"] in revoked
    assert other["token_id"] not in revoked


@pytest.mark.rule("ATK7")
def test_only_moderators_and_who_runs_the_server_do(house: Server) -> None:
    boss, admin = token("--session", "s", "--role", "moderate"), token("--admin")
    editor = token("--session", "s", "--role", "edit")
    wish = {"session_id": "s"}
    for bearer, status, code in (
        ("", 401, "unauthorized"),
        (editor, 403, "forbidden"),
        (token("--session", "t", "--role", "moderate"), 401, "unauthorized"),
    ):
        found = ask(house, "/api/tokens", bearer, "POST", wish)
        assert (found[0], found[1]["code"]) == (status, code)
        assert ask(house, "/api/tokens/s", bearer)[0] == status
    made = give_out(house, admin, "s")
    assert ask(house, f"/api/tokens/{made['token_id']}", editor, "DELETE")[0] == 403
    assert ask(house, "/api/tokens/unknown", boss, "DELETE")[0] == 401
    assert ask(house, "/api/tokens/unknown", admin, "DELETE")[0] == 200
    bad = ask(house, "/api/tokens", admin, "POST", {"session_id": "s", "role": "god"})
    assert (bad[0], bad[1]["code"]) == (400, "invalid_message")


def test_what_was_taken_back_stays_so(tmp_path: Path) -> None:
    """Also what was never listed: `canvas-server token` asks no server."""
    env = {"CANVAS_AUTH_SECRET": SECRET}
    made = token("--session", "s")
    with running(tmp_path, env=env) as server:
        token_id = claims(made)["invitation"]
        assert ask(server, f"/api/tokens/{token_id}", token("--admin"), "DELETE")[0] == 200
        server.process.kill()
        server.process.wait(10)
    assert (tmp_path / "tokens.db").stat().st_mode & 0o777 == 0o600
    with running(tmp_path, env=env) as server:
        assert refused(server, made) == "unauthorized"


@pytest.mark.rule("TOK4")
def test_kicked(house: Server) -> None:
    with RawSocket(house) as boss, RawSocket(house) as guest:
        boss.join("s", token=token("--session", "s", "--role", "moderate"))
        target = guest.join("s", token=token("--session", "s"))
        guest.send({"type": "kick", "target_peer_id": boss.assigned["peer_id"]})
        assert guest.until("error")["code"] == "forbidden"
        boss.send({"type": "kick", "target_peer_id": target})
        assert guest.close_code() == 4102
        assert boss.until("peer_left")["reason"] == "removed"


@pytest.mark.rule("TOK2")
def test_tokens_are_renewed_or_end(house: Server) -> None:
    with RawSocket(house) as stays, RawSocket(house) as goes:
        stays.join("s", token=token("--session", "s", "--expires", "3s"))
        once = token("--session", "s", "--expires", "3s", "--no-renewable")
        goes.join("s", token=once)
        renewed = stays.until("token_renewed")
        assert goes.close_code() == 4101
        with RawSocket(house) as second:
            second.join("s", token=renewed["token"])
        stays.until("token_renewed")


@pytest.mark.rule("TOK5")
def test_scenes_over_http_take_the_same_tokens(house: Server) -> None:
    viewer, editor = (token("--session", "h", "--role", role) for role in ("view", "agent"))
    edit = {"session_id": "h", "add": [{"kind": {"type": "Text", "content": "x"}}]}
    for path in ("/api/scene/h", "/api/scene/h/history", "/api/scene/h/export.json"):
        assert ask(house, path)[0] == 401
        assert ask(house, path, viewer)[0] == 200
        assert ask(house, path, token("--session", "s"))[0] == 401
    assert ask(house, "/api/scene", "", "POST", edit)[0] == 401
    assert ask(house, "/api/scene", viewer, "POST", edit)[0] == 403
    assert ask(house, "/api/scene", editor, "POST", edit)[0] == 200
    assert "og:image" not in house.get("/s/h")[1].decode()


@pytest.mark.rule("SIG13")
def test_who_runs_the_server_sees_its_sessions(house: Server, server: Server) -> None:
    """With what the two say of their call."""
    with RawSocket(house) as ada, RawSocket(house) as bob:
        here = ada.join("seen", token=token("--session", "seen"))
        there = bob.join("seen", token=token("--session", "seen"))
        ada.send({"type": "start_call", "target_peer_id": there, "session_id": "seen"})
        quality = {"rating": "poor", "limitation": "cpu", "loss_in": 0.01}
        ada.send({"type": "call_quality", "target_peer_id": there, "quality": quality})
        told = bob.until("call_diagnosis")
        assert (told["cause"], told["whose"]) == ("busy_computer", "them")
        status, answer = ask(house, "/api/sessions", token("--admin"))
        (seen,) = (one for one in answer["sessions"] if one["session_id"] == "seen")
        assert [peer["peer_id"] for peer in seen["peers"]] == [here, there]
        (call,) = seen["calls"]
        assert (call["caller"], call["callee"], call["answered"]) == (here, there, False)
        assert (call["quality"], call["cause"]) == ({here: quality}, "busy_computer")
        assert house.metric("canvas_call_diagnoses_total") >= 1
    assert ask(house, "/api/sessions")[0] == 401
    assert ask(house, "/api/sessions", token("--session", "seen", "--role", "moderate"))[0] == 401
    status, answer = ask(server, "/api/sessions")
    assert (status, answer["code"]) == (403, "forbidden")
    assert "canvas-server secret" in answer["error"]


def test_a_program_brings_its_token(house: Server) -> None:
    async def come(made: str) -> str:
        async with connect(house.url, "s", "Program", token=made) as client:
            return client.peer_id

    assert asyncio.run(come(token("--session", "s", "--role", "agent")))
    with pytest.raises(CannotConnect):
        asyncio.run(come(token("--session", "other")))


def test_the_commands(tmp_path: Path) -> None:
    run = CliRunner().invoke
    first, second = (run(main, ["secret"]).stdout.strip() for _ in range(2))
    assert first != second
    assert len(first) >= 32
    link = token("--session", "s", "--link", "--url", "https://call.example.org/")
    assert link.startswith("https://call.example.org/s/s#token=ey")
    for arguments, words in (
        (["--session", "s"], "CANVAS_AUTH_SECRET"),
        (["--auth-secret", SECRET], "--session"),
        (["--auth-secret", SECRET, "--session", "no spaces"], "--session"),
        (["--auth-secret", SECRET, "--session", "s", "--expires", "soon"], "8h"),
        (["--auth-secret", "short", "--session", "s"], "canvas-server secret"),
    ):
        result = run(main, ["token", *arguments], env={"CANVAS_AUTH_SECRET": ""})
        assert result.exit_code != 0
        assert words in result.output


@pytest.mark.report(
    "found",
    "Nobody could open the links that `canvas-server token --link` printed.",
    "`--url call.example.org`, or with the address of a canvas as it stands in the browser",
    "The first is refused with what to write, of the other the site is taken.",
)
def test_links_are_of_a_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANVAS_AUTH_SECRET", SECRET)
    monkeypatch.setenv("CANVAS_BASE_PATH", "/canvas")

    def said(url: str, session: str = "demo") -> str:
        args = ["token", "--session", session, "--link", "--url", url]
        return CliRunner().invoke(main, args).output

    for url, site in (
        ("https://h", "https://h/canvas"),
        (" https://h/ ", "https://h/canvas"),
        ("https://h/calls", "https://h/calls"),
        ("https://h/calls/s/demo", "https://h/calls"),
        ("https://h:9473/s/other?name=a#token=x", "https://h:9473/canvas"),
    ):
        assert f"{site}/s/demo#token=" in said(url)
    for host in ("call.example.org", "localhost:9473", "localhost:9473/s/demo"):
        assert f"write https://{host.partition('/')[0]}" in said(host)
    for url in ("ftp://h", "https://", "https://h:x", "https://h?x=1", "https://h/#token=1", ""):
        assert "is no address such as https://call.example.org" in said(url)
    for name in ("https://h/s/demo", "Team Monday", "x" * 65, "demo\n"):
        assert "is no name of a session: those have" in " ".join(said("https://h", name).split())
