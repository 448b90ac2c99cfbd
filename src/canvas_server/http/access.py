"""Access by `Host` and `Origin`: which pages and names may talk to this server.

A page of another origin must not use the server through somebody's browser (cross-site WebSocket
hijacking), nor may a foreign name that resolves to a loopback address (DNS rebinding).
"""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine only."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Access:
    """Decides by `Host` and `Origin`; a program that sends no `Origin` is no web page."""

    def __init__(self, host: str, allowed_origins: tuple[str, ...]) -> None:
        self._only_loopback = is_loopback(host)
        self._origins = {origin.rstrip("/").lower() for origin in allowed_origins}
        self._hosts = {urlsplit(origin).netloc for origin in self._origins}

    def refusal(self, host: str, origin: str | None) -> str | None:
        """Return why a request is refused, or None when it may pass."""
        host = host.lower()
        if host not in self._hosts and self._only_loopback and not is_loopback(_name_of(host)):
            return f"this server does not answer to the host {host!r}; see CANVAS_ALLOWED_ORIGINS"
        if origin is None or origin.lower() in self._origins:
            return None
        if urlsplit(origin.lower()).netloc != host:
            return "pages of that origin may not connect; see CANVAS_ALLOWED_ORIGINS"
        return None


def _name_of(host: str) -> str:
    """Return a `Host` value without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
