"""Pages of other sites: those that are named may embed sessions and use the API, the rest get nothing."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from support.servers.server import RawSocket, Server, running

INTRANET = "https://intranet.example"
FRAMED = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "iframe",
}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that names one site."""
    own = ("--frame-ancestors", INTRANET, "--allowed-origins", INTRANET)
    with running(tmp_path_factory.mktemp("named"), *own) as server:
        yield server


def policy_of(server: Server, path: str, fields: dict[str, str]) -> tuple[int, str, str]:
    """Return the status, `frame-ancestors`, and `X-Frame-Options` of an answer."""
    status, headers, _ = server.exchange(path, fields)
    directives = headers["content-security-policy"].split("; ")
    ancestors = [one for one in directives if one.startswith("frame-ancestors")]
    return status, ancestors[0] if ancestors else "", headers.get("x-frame-options", "")


@pytest.mark.report(
    "running",
    "Embedding a session in a page of another site",
    "CANVAS_FRAME_ANCESTORS=https://intranet.example; a frame of that site, and of another",
    "pages say whom they may be framed by; without the setting a frame of another site gets 403",
)
@pytest.mark.parametrize("path", ["/s/room", "/doctor/"])
def test_pages_may_be_framed_by_those_who_are_named(
    named: Server, server: Server, path: str
) -> None:
    said = f"frame-ancestors 'self' {INTRANET}"
    assert policy_of(named, path, FRAMED) == (200, said, "")
    assert policy_of(server, path, {}) == (200, "frame-ancestors 'self'", "SAMEORIGIN")
    assert policy_of(server, path, FRAMED) == (403, "frame-ancestors 'self'", "SAMEORIGIN")


def test_what_stands_in_a_framed_page_may_be_there_too(named: Server) -> None:
    """All ancestors are looked at, not the nearest one alone."""
    own = {**FRAMED, "Sec-Fetch-Site": "same-origin"}
    said = f"frame-ancestors 'self' {INTRANET}"
    assert policy_of(named, "/elsewhere/", own) == (200, said, "")


@pytest.mark.parametrize("path", ["/api/scene", "/elsewhere/", "/main.js", "/health", "/metrics"])
def test_nothing_but_pages_is_framed(named: Server, path: str) -> None:
    status, ancestors, _ = policy_of(named, path, FRAMED)
    assert (status, ancestors) == (403, "frame-ancestors 'self'")


@pytest.mark.parametrize("how", [{"Sec-Fetch-Dest": "object"}, {"Sec-Fetch-Mode": "no-cors"}])
def test_a_page_is_loaded_in_no_other_way(named: Server, how: dict[str, str]) -> None:
    assert named.get("/s/room", {**FRAMED, **how})[0] == 403


def asked(server: Server, method: str, fields: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Return the status and header fields of an answer about a scene."""
    body = b'{"session_id": "cors"}' if method == "POST" else None
    path = "/api/scene" if method == "POST" else "/api/scene/cors"
    request = urllib.request.Request(server.url + path, body, fields, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}


@pytest.mark.report(
    "running",
    "A page of another site cannot read the API although its origin is allowed",
    "CANVAS_ALLOWED_ORIGINS=https://intranet.example; GET, POST and a preflight with Authorization",
    "CORS for that origin alone, without credentials; others get 403",
)
def test_the_api_is_read_by_pages_that_are_named(named: Server) -> None:
    of = {"Origin": INTRANET, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    for method in ("GET", "POST"):
        fields = of | ({"Content-Type": "application/json"} if method == "POST" else {})
        status, headers = asked(named, method, fields)
        assert status == 200
        assert headers["access-control-allow-origin"] == INTRANET
        assert "access-control-allow-credentials" not in headers
        assert "etag" in headers["access-control-expose-headers"]
        assert "Origin" in headers["vary"]
    wish = {
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    status, headers = asked(named, "OPTIONS", of | wish)
    assert status == 200
    assert "DELETE" in headers["access-control-allow-methods"]
    assert "authorization" in headers["access-control-allow-headers"]


@pytest.mark.report(
    "running",
    "A page of another site learns 'failed to fetch' where the API answers 401, 404 or 422",
    "errors of the API to a page whose origin is allowed",
    "errors have the fields of CORS too, so that the page reads the code",
)
def test_errors_are_read_as_well(named: Server) -> None:
    for path in (
        "/api/scene/no%20name",
        "/api/scene/cors?revision=9",
        "/api/sessions",
        "/api/none",
    ):
        status, headers, body = named.exchange(path, {"Origin": INTRANET})
        assert status >= 400
        assert headers["access-control-allow-origin"] == INTRANET, path
        assert b'"code"' in body


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{INTRANET}.evil.example"])
def test_others_read_nothing(named: Server, origin: str) -> None:
    preflight = {"Access-Control-Request-Method": "GET"}
    for method, more in (("GET", {}), ("OPTIONS", preflight)):
        status, headers = asked(named, method, {"Origin": origin, **more})
        assert status == 403
        assert "access-control-allow-origin" not in headers


def test_beyond_the_api_no_page_reads_an_answer(named: Server) -> None:
    for path in ("/health", "/metrics", "/s/room"):
        headers = named.exchange(path, {"Origin": INTRANET})[1]
        assert "access-control-allow-origin" not in headers


def test_a_page_that_is_named_joins_by_its_own_socket(named: Server) -> None:
    with RawSocket(named, Origin=INTRANET) as wire:
        wire.join("cors")
