"""Access by `Host`, `Origin` and `Sec-Fetch-Site`: which names and pages may talk to this server.

A page of another origin must not use the server through somebody's browser (cross-site WebSocket
hijacking, cross-site request forgery, reading what a picture gives away), nor may a foreign name
that resolves to the address of this server (DNS rebinding).
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from msgspec import Struct

ANY_HOST = "*"
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?")
_PORTS = {"http": 80, "https": 443}
_FOREIGN = ("cross-site", "same-site")
"""Values of `Sec-Fetch-Site`: another site, or another origin of this one, such as another port."""
_NOT_PAGES = ("/api/", "/metrics")
_PAGE = re.compile(r"/(s/[^/]*|doctor/?)?")
"""Paths of what other sites may embed, where they may."""


class HostPort(Struct, frozen=True):
    """What a `Host` field names: a name, or an address without brackets, and maybe a port."""

    name: str
    port: int | None


class Browsing(Struct, frozen=True):
    """What a browser says of a request by itself (Fetch Metadata Request Headers)."""

    site: str | None = None
    mode: str | None = None
    destination: str | None = None


def parsed_host(host: str) -> HostPort | None:
    """Return what a `Host` field names (RFC 9110 section 7.2); None: nothing that can be."""
    found = _HOST.fullmatch(host.lower())
    if found is None or (found[2] and int(found[2]) > 65535):
        return None
    name, port = found[1].removesuffix("."), int(found[2]) if found[2] else None
    address = _address(name)
    if address is None and (name.startswith("[") or not name):
        return None
    return HostPort(name if address is None else str(address), port)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_address(name: str) -> bool:
    """Tell whether a host is named by its address."""
    return _address(name) is not None


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine only."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


class Access:
    """Decides by `Host`, `Origin` and `Sec-Fetch-Site`; programs send neither of the latter two."""

    def __init__(
        self,
        host: str,
        allowed_origins: tuple[str, ...],
        allowed_hosts: tuple[str, ...] = (),
        own_names: Callable[[], Iterable[str]] = tuple,
        *,
        is_embedded: bool = False,
    ) -> None:
        """`host` is listened on; `own_names` are those of this machine and its certificate.

        `is_embedded`: other sites show pages of this one in frames; which ones may is said by the
        policy of the page, since a browser does not tell the server where it frames it.
        """
        self._is_embedded = is_embedded
        self._only_loopback = is_loopback(host)
        self._origins = {origin.rstrip("/").lower() for origin in allowed_origins}
        named = {urlsplit(origin).hostname or "" for origin in self._origins}
        self._hosts = {name.lower().removesuffix(".") for name in (*named, *allowed_hosts, host)}
        self._hosts -= {""}
        self._own_names = own_names

    def refusal(self, host: str, origin: str | None) -> str | None:
        """Return why a request is refused, or None when it may pass."""
        to = parsed_host(host)
        if to is None or not self._answers_to(to.name):
            shown = host[:100]
            return (
                f"this server does not answer to the host {shown!r}; if it is a name of it, "
                "add it to CANVAS_ALLOWED_HOSTS"
            )
        if origin is None or origin.lower() in self._origins or _is_of(origin.lower(), to):
            return None
        return "pages of that origin may not connect; see CANVAS_ALLOWED_ORIGINS"

    def foreign_page(
        self, method: str, path: str, browsing: Browsing, origin: str | None
    ) -> str | None:
        """Return why what another page asks for is refused; None: it may pass.

        A person may follow a link from anywhere to a page; nothing else is for others.
        """
        if browsing.site not in _FOREIGN:
            return None
        if origin is not None and origin.lower() in self._origins:
            return None
        is_link = browsing.mode == "navigate" and browsing.destination == "document"
        if self._is_embedded and browsing.destination in ("iframe", "frame"):
            is_link = browsing.mode == "navigate" and _PAGE.fullmatch(path) is not None
        if is_link and method in ("GET", "HEAD") and not path.startswith(_NOT_PAGES):
            return None
        return "pages of other origins may not ask for this; see CANVAS_ALLOWED_ORIGINS"

    def _answers_to(self, name: str) -> bool:
        if is_loopback(name) or ANY_HOST in self._hosts or name in self._hosts:
            return True
        # No page has an address as its origin unless the server there has served it, and behind
        # network address translation a machine does not know those it has.
        if not self._only_loopback and is_address(name):
            return True
        patterns = (*self._hosts, *(own.lower() for own in self._own_names()))
        return any(name == pattern or _fits(name, pattern) for pattern in patterns)


def _fits(name: str, pattern: str) -> bool:
    """Tell whether a name is below a pattern such as `*.example.org`."""
    return pattern.startswith("*.") and fnmatchcase(name, pattern)


def _is_of(origin: str, to: HostPort) -> bool:
    """Tell whether an origin is that of the host a request is for."""
    scheme, separator, rest = origin.partition("://")
    of = parsed_host(rest) if separator and scheme in _PORTS else None
    if of is None or of.name != to.name:
        return False
    usual = _PORTS[scheme]
    return (of.port or usual) == (to.port or usual)
