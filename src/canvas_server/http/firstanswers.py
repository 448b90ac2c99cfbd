"""Answers of a connection before, or in place of, those of the application. Pure."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from canvas_server.http.basepath import inner_path
from canvas_server.http.errors import error_body
from canvas_server.http.grammar import elements, joined, prefers_page
from canvas_server.http.headers import raw_answer
from canvas_server.http.problems import Problem, problem_page

Fields = Sequence[tuple[bytes, bytes]]
UPGRADE = {b"connection": b"Upgrade", b"upgrade": b"websocket"}
"""As picows knows them: each as one word."""
_ACCEPT = re.compile(rb"(?i)\r\naccept:[ \t]*([^\r\n]*)")


def wants_websocket(fields: Fields) -> bool:
    """Tell whether a request asks for a WebSocket (RFC 6455 section 4.2.1)."""
    connection, upgrade, version = (
        elements((joined(fields, name) or "").lower())
        for name in (*UPGRADE, b"sec-websocket-version")
    )
    return "upgrade" in connection and "websocket" in upgrade and version == ["13"]


def one_upgrade(fields: Fields) -> list[tuple[bytes, bytes]]:
    """Return the fields of such a request with its upgrade as picows knows it."""
    return [field for field in fields if field[0] not in UPGRADE] + list(UPGRADE.items())


def accept_in(head: bytes) -> Fields:
    """Return the `Accept` of a head that is not read otherwise."""
    return [(b"accept", found) for found in _ACCEPT.findall(head)]


def refusing_answer(
    status: HTTPStatus,
    code: str,
    text: str,
    fields: Fields,
    url: bytes | None,
    base_path: str = "",
) -> bytes:
    """Return a whole answer, for a person or a program, after which the connection closes."""
    more = {"vary": "Accept"}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        more["retry-after"] = "10"
    body = error_body(code, text)
    if prefers_page(joined(fields, b"accept")):
        path = url.decode("latin-1") if url and url.startswith(b"/") else "/"
        raw_path = inner_path(base_path, path).encode("latin-1")
        page = problem_page(Problem(status.value, code, text), "/", raw_path)
        body, more = page.body, more | page.headers
    return raw_answer(status.value, status.phrase, body, more)
