"""Base path: the site below a path such as `/canvas`, behind proxies that pass it on or strip it.

Requests come with it or without it and mean the same; what the server says of its own addresses
has it always. No header field of a proxy is needed or believed (docs/adr/0031).
"""

from starlette.types import ASGIApp, Receive, Scope, Send

TAKEN = frozenset(
    {"api", "authority.pem", "bundle", "doctor", "elsewhere", "example", "health", "i", "mcp"}
    | {"metrics", "s", "vendor", "ws"}
)
"""First parts of paths that the site itself has: a base path with one could not be told apart."""
SHORT_LINKS = "/i/"
"""Before the code of a short link, which is written down nowhere."""


def inner_path(base: str, path: str) -> str:
    """Return a path as it is without a base path, whether or not it has it.

    A proxy that is told to strip `/canvas`, and not `/canvas/`, leaves two slashes.
    """
    if not base:
        return path
    path = "/" + path.lstrip("/")
    inner = path.removeprefix(base) if path.startswith(f"{base}/") else path
    return "/" if path == base else "/" + inner.lstrip("/")


def route_path(scope: Scope) -> str:
    """Return the path of a request, without the base path."""
    return inner_path(scope.get("root_path", ""), scope["path"])


class BasePath:
    """ASGI application around the site; `root_path` is the base path from here on."""

    def __init__(self, app: ASGIApp, base: str) -> None:
        """Serve below `base`, without a slash at its end; empty: the site begins at `/`."""
        self._app = app
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its whole path (ASGI, HTTP connection scope)."""
        if self._base and scope["type"] == "http":
            path = self._base + inner_path(self._base, scope["path"])
            scope = {**scope, "root_path": self._base, "path": path}
        await self._app(scope, receive, send)
