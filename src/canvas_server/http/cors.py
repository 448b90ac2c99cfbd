"""CORS (Fetch standard) of the HTTP API, for the origins of CANVAS_ALLOWED_ORIGINS.

Who comes is shown by a bearer token, never by a cookie: no credentials are allowed. All others were
refused before, by `http.guard`.
"""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from canvas_server.http.basepath import route_path

PREFLIGHT_SECONDS = 600
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_FIELDS = ("authorization", "content-type", "canvas-resume-token", "if-match", "if-none-match")
_EXPOSED = ("etag", "retry-after")


class ApiCors:
    """ASGI application that lets pages of other origins read the answers below `/api/`."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        """`origins` are as browsers write them."""
        self._app = app
        self._api = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_FIELDS,
            expose_headers=_EXPOSED,
            max_age=PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; preflights are answered."""
        is_api = scope["type"] == "http" and route_path(scope).startswith("/api/")
        await (self._api if is_api else self._app)(scope, receive, send)
