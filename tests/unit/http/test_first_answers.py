"""What a connection is answered before the application says anything."""

from http import HTTPStatus

import pytest

from canvas_server.http.firstanswers import (
    accept_in,
    one_upgrade,
    refusing_answer,
    wants_websocket,
)

KEY = (b"sec-websocket-key", b"dGhlIHNhbXBsZSBub25jZQ==")


@pytest.mark.report(
    "reading",
    "A proxy that sends `Connection` in two lines, or `Upgrade` as a list, got no WebSocket.",
    "`Connection: keep-alive` and `Connection: Upgrade`; `Upgrade: h2c, WebSocket`",
    "The connection is upgraded: several lines of a field are one list.",
)
@pytest.mark.parametrize(
    ("connection", "upgrade", "version", "wanted"),
    [
        ([b"Upgrade"], [b"websocket"], [b"13"], True),
        ([b"keep-alive, Upgrade"], [b"WebSocket"], [b"13"], True),
        ([b"keep-alive", b"upgrade"], [b"h2c, websocket"], [b"13"], True),
        ([b"upgrade", b"keep-alive"], [b"websocket"], [b"13"], True),
        ([b"x-upgrade"], [b"websocket"], [b"13"], False),
        ([b"upgrade"], [b"websockets"], [b"13"], False),
        ([], [b"websocket"], [b"13"], False),
        ([b"upgrade"], [b"websocket"], [b"8"], False),
        ([b"upgrade"], [b"websocket"], [b"13", b"8"], False),
        ([b"upgrade"], [b"websocket"], [], False),
    ],
)
def test_who_wants_a_websocket(
    connection: list[bytes], upgrade: list[bytes], version: list[bytes], wanted: bool
) -> None:
    fields = [
        *((b"connection", value) for value in connection),
        KEY,
        *((b"upgrade", value) for value in upgrade),
        *((b"sec-websocket-version", value) for value in version),
    ]
    assert wants_websocket(fields) is wanted
    one = one_upgrade(fields)
    assert [value for name, value in one if name == b"connection"] == [b"Upgrade"]
    assert [value for name, value in one if name == b"upgrade"] == [b"websocket"]
    assert KEY in one


@pytest.mark.report(
    "found",
    "People of a company behind one address were refused with raw JSON.",
    "A browser whose connection is one too many",
    "429 with a page that says to wait and try again; programs get the JSON they know.",
)
@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"GET /s/x HTTP/1.1\r\nHost: a\r\nACCEPT:text/html,*/*;q=0.8\r\n\r\n", b"text/html"),
        (b"GET /s/x HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n", b"application/json"),
        (b"GET /s/x HTTP/1.1\r\nHost: a\r\n\r\n", b"application/json"),
        (b"\x16\x03\x01", b"application/json"),
    ],
)
def test_refused_as_it_is_wanted(head: bytes, kind: bytes) -> None:
    answer = refusing_answer(
        HTTPStatus.TOO_MANY_REQUESTS, "too_many", "why", accept_in(head), b"/below/s/x", "/below"
    )
    fields, _, body = answer.partition(b"\r\n\r\n")
    assert fields.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
    assert b"content-type: " + kind in fields
    assert b"\r\nvary: Accept" in fields
    assert b"\r\nretry-after: 10" in fields
    assert b"content-length: %d" % len(body) in fields
    assert b"why" in body
    assert b"../../" not in body, "the way on stays below the base path"
