"""Short links on the real server: what their address answers, to whom, and what is written down."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.http.guesses import OF_ADDRESS
from support.servers.invitations import SECRET, ask, token
from support.servers.server import RawSocket, Server, eventually, running

pytestmark = pytest.mark.rule("LNK1", "LNK2", "LNK3", "LNK4", "LNK5")
PERSON = {"accept": "text/html"}
ENV = {"CANVAS_AUTH_SECRET": SECRET}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("short") / "data"


@pytest.fixture(scope="module")
def house(data: Path) -> Iterator[Server]:
    """A server below a path that asks for tokens."""
    with running(data, "--base-path", "/canvas", env=ENV) as server:
        yield server


def give_out(server: Server, session: str = "s", **wish: Any) -> dict[str, Any]:
    body = {"session_id": session, "short": True, **wish}
    status, made = ask(server, "/api/tokens", token("--admin"), "POST", body)
    assert status == 201, made
    return made


def path_of(server: Server, made: dict[str, Any]) -> str:
    assert made["short_link"].startswith(f"{server.url}/canvas/i/")
    return made["short_link"].removeprefix(server.url)


def exchanged(server: Server, path: str) -> tuple[int, Any]:
    return ask(server, "/api/codes", "", "POST", {"code": path.rpartition("/")[2]})


def test_it_brings_the_canvas_and_its_token_in_one_answer(house: Server) -> None:
    made = give_out(house, role="present")
    path = path_of(house, made)
    status, headers, body = house.exchange(f"{path}?name=Ada", PERSON)
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert headers["referrer-policy"] == "no-referrer"
    canvas = house.exchange("/canvas/s/s")
    assert headers["content-security-policy"] == canvas[1]["content-security-policy"]
    before, _, rest = body.decode().partition('<meta name="invitation" content="s ')
    found, _, after = rest.partition('">')
    assert "<script" not in before, "whatever script there is finds it"
    assert f"{before.rstrip()}{after}" == canvas[2].decode()
    status, opened = exchanged(house, path)
    assert status == 200
    assert opened["session_id"] == "s"
    assert opened["expires"] <= time.time() * 1000 + 3_600_000
    for given in (found, opened["token"]):
        with RawSocket(house) as wire:
            wire.join("s", token=given)
            assert wire.assigned["role"] == "present"
    assert exchanged(house, path)[0] == 200, "nothing is used up"
    moved = house.exchange(f"{path}/?auto=1")[1]
    assert moved["location"] == f"../{path.rpartition('/')[2]}?auto=1"
    assert moved["cache-control"] == "no-store", "a browser would keep the code with it"


def test_none_is_made_unless_it_is_wanted(house: Server) -> None:
    assert give_out(house, short=False)["short_link"] is None


def test_one_that_was_taken_back_is_as_one_that_never_was(house: Server) -> None:
    made = give_out(house)
    path = path_of(house, made)
    assert ask(house, f"/api/tokens/{made['token_id']}", token("--admin"), "DELETE")[0] == 200
    never = f"{path.rpartition('/')[0]}/0000-0000-0000"
    for accept in (PERSON, {"accept": "application/json"}):
        gone, unknown = house.exchange(path, accept), house.exchange(never, accept)
        for answer in (gone, unknown):
            answer[1].pop("date", None)
        assert gone == unknown
        assert gone[0] == 404
        assert gone[1]["cache-control"] == "no-store"
    assert exchanged(house, path) == exchanged(house, never)
    assert exchanged(house, never)[1]["code"] == "unknown_code"
    page = house.exchange(never, PERSON)[2].decode()
    assert "This link opens nothing" in page
    assert "0000-0000-0000" not in page, "nothing is offered to be opened by that name"


def test_one_that_has_ended_says_so(house: Server) -> None:
    path = path_of(house, give_out(house, expires_in=1))
    eventually(lambda: exchanged(house, path)[0] == 410, "it ends")
    assert exchanged(house, path)[1]["code"] == "token_expired"
    assert "This link has ended" in house.exchange(path, PERSON)[2].decode()


def test_it_goes_with_its_session(house: Server, data: Path) -> None:
    gone, stays = path_of(house, give_out(house, "gone")), path_of(house, give_out(house, "stays"))
    edit = {"session_id": "gone", "add": [{"kind": {"type": "Text", "content": "x"}}]}
    assert ask(house, "/api/scene", token("--admin"), "POST", edit)[0] == 200
    assert ask(house, "/api/scene/gone", token("--admin"), "DELETE")[0] == 200
    assert [exchanged(house, path)[0] for path in (gone, stays)] == [404, 200]


@pytest.mark.rule("LNK3")
def test_who_guesses_waits_and_others_do_not(house: Server, data: Path) -> None:
    path = path_of(house, give_out(house))
    wrong = f"{path.rpartition('/')[0]}/zzzz-zzzz-zzzz"
    guesser = {"x-forwarded-for": "2001:db8:7::1", **PERSON}
    statuses = [house.exchange(wrong, guesser)[0] for _ in range(OF_ADDRESS + 1)]
    assert statuses == [404] * OF_ADDRESS + [429]
    beside = {**guesser, "x-forwarded-for": "2001:db8:7::2"}
    status, headers, page = house.exchange(path, beside)
    assert status == 429
    assert 0 < int(headers["retry-after"]) <= 10
    assert "Too many wrong codes" in page.decode()
    assert house.exchange(path, {**PERSON, "x-forwarded-for": "2001:db8:8::1"})[0] == 200
    assert house.metric("canvas_short_links_total") >= OF_ADDRESS + 3
    audit = data / "audit.jsonl"
    eventually(lambda: "too_many_codes" in audit.read_text(), "it is in the audit log")
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    guesses = [line for line in lines if line.get("code") == "unknown_code"]
    assert {"address": "2001:db8:7::1", "where": "GET /i/…"}.items() <= guesses[-1].items()
    assert "zzzz" not in audit.read_text()


def test_a_server_that_asks_for_no_token_has_none(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert ask(server, "/i/7kq4-m2xz-9rpa")[1]["code"] == "unknown_code"


def test_the_command_line_has_the_server_make_one(house: Server) -> None:
    arguments = ["token", "--session", "s", "--short", "--url", f"{house.url}/canvas"]
    made = CliRunner().invoke(main, arguments, env=ENV)
    assert made.exit_code == 0, made.output
    assert exchanged(house, made.stdout.strip())[0] == 200
    assert made.stderr.startswith("id: ")
    away = CliRunner().invoke(main, [*arguments[:-1], "http://127.0.0.1:9"], env=ENV)
    assert away.exit_code == 1
    assert "did not answer" in away.output
