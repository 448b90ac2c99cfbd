"""Requests that were tried against this server and do not work; see docs/SECURITY.md."""

import pytest

from support.fuzz.network import talk
from support.servers.server import RawSocket, Server, exchange

SECRETS = ("root:", "[core]", "[project]")


@pytest.mark.rule("ATK9")
@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/bundle/../../pyproject.toml",
        "/bundle/%2e%2e/%2e%2e/pyproject.toml",
        "/bundle/..%2f..%2fpyproject.toml",
        "/bundle/..%5c..%5cpyproject.toml",
        "/bundle//etc/passwd",
        "/bundle/%00",
        "/s/../../etc/passwd",
        "/api/scene/..%2f..%2fscenes.db",
        "/api/scene/../scenes.db",
        "/.git/config",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_what_is_served(server: Server, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n"
    answer, _ = talk(server.port, request.encode())
    assert answer.split(b" ")[1] in (b"400", b"404")
    assert not any(text.encode() in answer for text in SECRETS)


@pytest.mark.rule("ATK10")
@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 4"),
        ("Content-Length: 4", "Content-Length: 60"),
        ("Content-Length: 4, 60",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding:\x0bchunked",),
        (" Transfer-Encoding: chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: chunked, identity",),
        ("Content-Length: +4",),
        ("Content-Length: 0x4",),
        ("Content-Length: -4",),
    ],
)
def test_a_body_has_one_length_or_the_request_is_refused(
    server: Server, lines: tuple[str, ...]
) -> None:
    """No second request hides in what a proxy in front may have taken for the body of the first."""
    hidden = f"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX: "
    head = "\r\n".join(["POST /api/scene HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *lines])
    answer, _ = talk(server.port, f"{head}\r\n\r\n0\r\n\r\n{hidden}\r\n\r\n".encode())
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b'"live"' not in answer


@pytest.mark.rule("ATK11")
def test_only_its_own_pages_may_ask(server: Server) -> None:
    host = f"127.0.0.1:{server.port}"
    for origin in (
        "null",
        f"http://{host}.evil.example",
        f"http://evil.example/{host}",
        f"http://evil.{host}",
        f"http://127.0.0.1:{server.port + 1}",
        "http://127.0.0.1",
        f"http://{host}@evil.example",
        f"http://evil.example#{host}",
        "file://",
        "chrome-extension://abcdefgh",
        "",
    ):
        with RawSocket(server, Origin=origin) as wire:
            assert wire.status == 403, origin
        assert exchange(f"{server.url}/api/scene/s", {"Origin": origin})[0] == 403, origin
    with RawSocket(server, Origin=f"http://{host}") as wire:
        assert wire.status == 101
