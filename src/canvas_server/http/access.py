"""Access by `Host`, `Origin` and `Sec-Fetch-Site`: which names and pages may talk to this server.

A page of another origin must not use the server through somebody's browser (cross-site WebSocket
hijacking, cross-site request forgery, reading what a picture gives away), nor may a foreign name
that resolves to the address of this server (DNS rebinding).
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from msgspec import Struct

from canvas_server.addresses import HostPort, is_address, is_loopback, parsed_host, parsed_origin

ANY_HOST = "*"
_OWN = (None, "same-origin", "none")
"""Values of `Sec-Fetch-Site` that are of no other page: `none` is a person, nothing a program."""
_NOT_PAGES = ("/api/", "/metrics")
_PAGE = re.compile(r"/(s/[^/]*|doctor/?)?")
"""Paths of what other sites may embed, where they may."""


class Browsing(Struct, frozen=True):
    """What a browser says of a request by itself (Fetch Metadata Request Headers)."""

    site: str | None = None
    mode: str | None = None
    destination: str | None = None


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
        self._origins = set(filter(None, map(parsed_origin, allowed_origins)))
        named = {origin.name for origin in self._origins}
        self._hosts = {name.lower().removesuffix(".") for name in (*named, *allowed_hosts, host)}
        self._hosts -= {""}
        self._own_names = own_names

    def knows(self, host: str) -> bool:
        """Tell whether a `Host` field names this server."""
        to = parsed_host(host)
        return to is not None and self._answers_to(to.name)

    def refusal(self, host: str, origin: str | None) -> str | None:
        """Return why a request is refused, or None when it may pass."""
        to = parsed_host(host)
        if to is None or not self._answers_to(to.name):
            shown = host[:100]
            return (
                f"this server does not answer to the host {shown!r}; if it is a name of it, "
                "add it to CANVAS_ALLOWED_HOSTS"
            )
        if origin is None or self._allows(origin, to):
            return None
        return "pages of that origin may not connect; see CANVAS_ALLOWED_ORIGINS"

    def foreign_page(
        self, method: str, path: str, browsing: Browsing, origin: str | None
    ) -> str | None:
        """Return why what another page asks for is refused; None: it may pass.

        A person may follow a link from anywhere to a page; nothing else is for others.
        """
        if browsing.site in _OWN or (origin is not None and self._allows(origin)):
            return None
        is_link = browsing.mode == "navigate" and browsing.destination == "document"
        if self._is_embedded and browsing.destination in ("iframe", "frame"):
            is_link = browsing.mode == "navigate" and _PAGE.fullmatch(path) is not None
        if is_link and method in ("GET", "HEAD") and not path.startswith(_NOT_PAGES):
            return None
        return "pages of other origins may not ask for this; see CANVAS_ALLOWED_ORIGINS"

    def _allows(self, origin: str, to: HostPort | None = None) -> bool:
        """Tell whether pages of an origin may talk to this server; `to`: as its own, too."""
        of = parsed_origin(origin)
        if of is None:
            return False
        return of in self._origins or (to is not None and of.is_of(to))

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
