"""Lines of the cheat sheets in docs/OWASP.md that no rule covers."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.invitations import SECRET, ask, token
from support.servers.server import RawSocket, Server, exchange, running

ROUTES = {
    "/": "GET",
    "/s/demo": "GET",
    "/health": "GET",
    "/health/ready": "GET",
    "/api/scene": "GET, POST",
    "/api/scene/demo": "GET, DELETE",
    "/api/scene/demo/history": "GET",
    "/api/scene/demo/export.svg": "GET",
    "/api/sessions": "GET",
    "/api/tokens": "POST",
    "/api/tokens/demo": "GET, DELETE",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    data = tmp_path_factory.mktemp("house") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server


def status_of(url: str, method: str) -> int:
    """Return the status of a request without a body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as got:
            return got.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_no_extension_is_agreed_on(server: Server) -> None:
    offered = "permessage-deflate; client_max_window_bits, x-webkit-deflate-frame"
    with RawSocket(server, Sec_WebSocket_Extensions=offered) as wire:
        assert wire.status == 101
        assert "sec-websocket-extensions" not in wire.head.lower()
        assert wire.receive()["type"] == "welcome"


def test_no_cookie_is_set(house: Server) -> None:
    with RawSocket(house) as wire:
        assert "set-cookie" not in wire.head.lower()
    for path in ROUTES:
        headers = house.exchange(path, {"authorization": f"Bearer {token('--admin')}"})[1]
        assert "set-cookie" not in {name.lower() for name in headers}


def test_a_token_in_a_query_opens_nothing(house: Server) -> None:
    made = token("--session", "demo")
    for name in ("token", "access_token", "bearer", "key"):
        assert house.exchange(f"/api/scene/demo?{name}={made}")[0] == 401
        with RawSocket(house, f"/ws?{name}={made}") as wire:
            wire.send({"type": "subscribe", "session_id": "demo"})
            assert wire.until("error")["code"] == "unauthorized"
    assert ask(house, "/api/scene/demo", made)[0] == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW", "POST"])
def test_other_methods_are_refused(house: Server, method: str) -> None:
    for path, taken in ROUTES.items():
        if method not in taken:
            assert status_of(house.url + path, method) in (400, 405), (method, path)


def test_every_answer_has_its_headers(house: Server) -> None:
    for path in (*ROUTES, "/nothing", "/s/no%20name"):
        _, headers, _ = house.exchange(path)
        fields = {name.lower(): value for name, value in headers.items()}
        assert "frame-ancestors" in fields["content-security-policy"]
        assert fields["x-content-type-options"] == "nosniff"
        assert fields["referrer-policy"] == "no-referrer"
        assert not [name for name in fields if name.startswith("access-control-")]
        assert "server" not in fields
        assert "x-powered-by" not in fields
        if path.startswith("/api/"):
            assert fields["content-type"] == "application/json"
    boss = token("--session", "demo", "--role", "moderate")
    headers = exchange(f"{house.url}/api/tokens/demo", {"authorization": f"Bearer {boss}"})[1]
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*;q=0", "a/b\tc", "x" * 999])
def test_what_is_accepted_changes_no_type(server: Server, accept: str) -> None:
    for path, kind in (
        ("/api/scene/demo", "application/json"),
        ("/api/scene/demo/export.svg", "image/svg+xml"),
        ("/health", "application/json"),
        ("/s/demo", "text/html"),
    ):
        status, headers, _ = server.exchange(path, {"Accept": accept})
        assert (status, headers["content-type"].partition(";")[0]) == (200, kind)


def test_errors_say_nothing_of_the_inside(house: Server, tmp_path: Path) -> None:
    inside = ("Traceback", "canvas_server", ".py", str(Path.home()), str(tmp_path.parent), "sqlite")
    boss = token("--session", "demo", "--role", "moderate")
    answers = [
        ask(house, path, bearer, method, body)[1]
        for bearer in ("", "x", boss)
        for path, method, body in (
            ("/api/scene/demo?revision=99", "GET", None),
            ("/api/scene", "POST", {"session_id": "demo", "add": [1]}),
            ("/api/scene/demo/export.exe", "GET", None),
            ("/api/tokens", "POST", {"session_id": "demo", "role": "god"}),
            ("/api/tokens/unknown", "DELETE", None),
        )
    ]
    for answer in answers:
        assert answer["code"]
        assert not any(word in json.dumps(answer) for word in inside), answer
