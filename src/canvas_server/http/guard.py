"""Guard around the ASGI application: refuses foreign hosts and pages, completes header fields."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from canvas_server.http.access import Access, Browsing
from canvas_server.http.audit import Record, refusal_entry
from canvas_server.http.basepath import route_path
from canvas_server.http.errors import refusal
from canvas_server.http.grammar import joined
from canvas_server.http.headers import COMMON_HEADERS, HSTS, completed, keeps_https

_READ = (b"host", b"origin", b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest")


class Guard:
    """Around an ASGI application, so that its failures carry the fields too."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        headers: dict[bytes, bytes],
        record: Record,
        *,
        hsts: bool = False,
    ) -> None:
        """`headers` are further fields of every answer; `hsts`: browsers are to keep to https."""
        self._record = record
        self._app = app
        self._access = access
        self._headers = COMMON_HEADERS | headers
        self._hsts = hsts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields = {name: joined(scope["headers"], name) for name in _READ}
        # Of HTTP/1.0 a request may name no host, as those of load balancers: no browser asks so.
        host, path = fields[b"host"] or "", route_path(scope)
        defaults = dict(self._headers)
        if self._hsts and scope["scheme"] == "https" and keeps_https(host):
            defaults |= [HSTS]

        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = completed(message["headers"], status, path, defaults)
                message = {**message, "headers": headers}
            elif status >= 400:
                self._note(scope, status, message.get("body", b""))
                status = 0  # the first part of a body is enough
            await send(message)

        reason = None
        if scope["http_version"] != "1.0" or any(fields.values()):
            reason = self._refusal(scope["method"], path, host, fields)
        answer = self._app if reason is None else refusal(403, "forbidden_origin", reason)
        await answer(scope, receive, send_guarded)

    def _note(self, scope: Scope, status: int, body: bytes) -> None:
        address = scope["client"][0] if scope["client"] else None
        entry = refusal_entry(scope["method"], route_path(scope), address, status, body)
        if entry is not None:
            self._record(entry)

    def _refusal(
        self, method: str, path: str, host: str, fields: dict[bytes, str | None]
    ) -> str | None:
        origin = fields.get(b"origin")
        browsing = Browsing(
            fields.get(b"sec-fetch-site"),
            fields.get(b"sec-fetch-mode"),
            fields.get(b"sec-fetch-dest"),
        )
        return self._access.refusal(host, origin) or self._access.foreign_page(
            method, path, browsing, origin
        )
