"""Foreign names and foreign pages before the real server: over HTTP and at the upgrade."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.servers.server import RawSocket, Server, post, running

FORGED = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that everybody reaches, and that asks nobody who they are."""
    flags = ("--host", "0.0.0.0", "--open", "--allowed-hosts", "canvas.lan")
    with running(tmp_path_factory.mktemp("data"), *flags) as server:
        server.url = f"http://127.0.0.1:{server.port}"
        yield server


UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n"
)


def raw(server: Server, request: bytes) -> tuple[int, str, bytes]:
    """Return status, head and body of what answers some bytes, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        line.sendall(request)
        got = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = got.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), body


def test_a_foreign_name_is_refused_everywhere(open_server: Server) -> None:
    """DNS rebinding: the page of the name reaches us, and brings the right Origin along."""
    for host in ("rebound.example", "rebound.example:9473", "canvas.lan.evil.example"):
        origin = {"Host": host, "Origin": f"http://{host}"}
        for path in ("/", "/api/scene/s", "/metrics", "/main.js"):
            status, body = open_server.get(path, origin)
            assert (status, json.loads(body)["code"]) == (403, "forbidden_origin")
            assert b"CANVAS_ALLOWED_HOSTS" in body
        refused = RawSocket(open_server, **origin)
        assert refused.status == 403
        assert "x-content-type-options: nosniff" in refused.head.lower()
        refused.close()


def test_its_own_names_pass(open_server: Server) -> None:
    for host in ("canvas.lan", f"CANVAS.lan.:{open_server.port}", "10.1.2.3", socket.gethostname()):
        assert open_server.get("/health", {"Host": host})[0] == 200
        with RawSocket(open_server, Host=host, Origin=f"http://{host}") as wire:
            assert wire.status == 101


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n", 400),
        (b"GET /health HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n", 400),
        (b"GET /ws HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n" + UPGRADE, 400),
        (b"GET /health HTTP/1.1\r\n", 400),
        (b"GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1\r\n", 403),
        (b"GET http://127.0.0.1/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n", 200),
        (b"GET /health HTTP/1.0\r\n", 200),
        (b"GET /health HTTP/1.0\r\nHost: evil.example\r\n", 403),
        (b"\x00\x01\x02 / HTTP/1.1\r\n", 400),
    ],
)  # fmt: skip
def test_a_host_is_named_once(open_server: Server, head: bytes, status: int) -> None:
    got, fields, body = raw(
        open_server, head + (b"" if status == 200 else b"Connection: close\r\n") + b"\r\n"
    )
    assert got == status
    assert "x-content-type-options: nosniff" in fields
    assert "cross-origin-resource-policy: same-origin" in fields
    if status != 200:
        assert json.loads(body)["success"] is False


@pytest.mark.parametrize(
    "path",
    ["/api/scene/s", "/api/scene/s/export.svg", "/api/sessions", "/main.js", "/health", "/s/team"],
)
def test_a_foreign_page_reads_nothing(server: Server, path: str) -> None:
    """Not even the size of a picture, nor whether there is one."""
    for site in ("cross-site", "same-site"):
        status, body = server.get(path, FORGED | {"Sec-Fetch-Site": site})
        assert (status, json.loads(body)["code"]) == (403, "forbidden_origin")


def test_a_link_from_anywhere_leads_to_a_page(server: Server) -> None:
    link = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert server.get("/s/team", link)[0] == 200
    assert server.get("/", link)[0] == 307


def test_every_answer_says_that_it_is_for_this_origin_alone(server: Server) -> None:
    for path in (
        "/s/a",
        "/main.js",
        "/api/scene/a",
        "/nothing",
        "/health",
        "/api/scene/a/export.svg",
    ):
        headers = server.exchange(path)[1]
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers, "nothing here is https"
    for path in ("/api/scene/a", "/api/scene/a/history", "/api/scene/a/export.json", "/nothing"):
        assert server.exchange(path)[1]["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""],
)
def test_what_a_form_can_send_is_no_edit(server: Server, kind: str) -> None:
    """A browser says with a form from which page it is."""
    of_page = {"content-type": kind, "origin": server.url}
    status, _, answer = post(server, {"session_id": "form", "clear": True}, of_page)
    assert (status, answer["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("text/plain", 415), ("multipart/form-data", 415), ("application/x-www-form-urlencoded", 200)],
)
def test_a_program_may_send_what_curl_says_by_itself(
    server: Server, kind: str, status: int
) -> None:
    edit = {"session_id": "form", "clear": True}
    assert post(server, edit, {"content-type": kind})[0] == status


def test_json_is_an_edit_whatever_its_charset(server: Server) -> None:
    kind = {"content-type": "Application/JSON; charset=utf-8"}
    assert post(server, {"session_id": "form"}, kind)[0] == 200
    body = b'{"session_id":"form"}'
    head = f"POST /api/scene HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    assert raw(server, head.encode() + b"\r\n" + body)[0] == 200, "a program may leave it out"
    forged = head.encode() + b"Origin: http://127.0.0.1\r\n\r\n" + body
    assert raw(server, forged)[0] == 415, "a page may not"


def test_a_setting_that_lets_in_any_name_says_so(tmp_path: Path) -> None:
    with running(tmp_path, "--allowed-hosts", "*") as server:
        assert server.get("/health", {"Host": "any.example"})[0] == 200
        server.stop()
        assert "any host" in server.stderr()
