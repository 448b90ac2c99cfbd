"""Errors for whom they are: a page for a person, JSON for a program (RFC 9110 section 12.5.1)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from canvas_server.http.access import Access
from canvas_server.http.basepath import inner_path, route_path
from canvas_server.http.grammar import joined, media_type, prefers_page
from canvas_server.http.headers import Headers
from canvas_server.http.problems import Problem, problem_of, problem_page

_OF_THE_BODY = (b"content-type", b"content-length", b"content-security-policy")
_VARY = (b"vary", b"Accept")


class PagesForPeople:
    """Around an ASGI application whose errors are JSON: who wants to read a page gets one."""

    def __init__(self, app: ASGIApp, access: Access, ancestors: tuple[str, ...] = ()) -> None:
        """Sites of `ancestors` embed the pages."""
        self._app = app
        self._access = access
        self._ancestors = ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wants_page = prefers_page(joined(scope["headers"], b"accept"))
        start: Message | None = None
        body = b""

        async def send_negotiated(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if not _is_error(message):
                    await send(message)
                    return
                start = {**message, "headers": [*message["headers"], _VARY]}
                if not wants_page:
                    await send(start)
                    start = None
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                head, start = start, None
                await self._send_page(scope, send, head, body)

        await self._app(scope, receive, send_negotiated)

    async def _send_page(self, scope: Scope, send: Send, head: Message, body: bytes) -> None:
        problem = problem_of(head["status"], body)
        if problem.status == 403 and not self._access.knows(
            joined(scope["headers"], b"host") or ""
        ):
            problem = Problem(problem.status, "unknown_host", problem.text)
        raw_path = inner_path(scope.get("root_path", ""), scope["raw_path"].decode("latin-1"))
        page = problem_page(problem, route_path(scope), raw_path.encode("latin-1"), self._ancestors)
        fields: Headers = [field for field in head["headers"] if field[0] not in _OF_THE_BODY]
        fields += [(name.encode(), value.encode()) for name, value in page.headers.items()]
        fields.append((b"content-length", str(len(page.body)).encode()))
        await send({**head, "headers": fields})
        await send({"type": "http.response.body", "body": page.body})


def _is_error(start: Message) -> bool:
    if start["status"] < 400:
        return False
    return media_type(joined(start["headers"], b"content-type")) == "application/json"
