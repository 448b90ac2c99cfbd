"""Proxies in front of the server: whose word counts for where a request comes from, and by what.

`X-Forwarded-For` and `X-Forwarded-Proto` are read. `Forwarded` (RFC 7239) and `X-Forwarded-Host`
are not: what several fields say may differ, and a proxy passes on those that it does not write.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send

from canvas_server.http.grammar import elements, forwarded_nodes, forwarded_scheme, joined

UNKNOWN = "unknown"
"""The address of who came by a proxy that names none; they count as one."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Origin(Struct, frozen=True):
    """Where a request comes from."""

    address: str
    scheme: str | None
    """`http` or `https`, with which it came to the first proxy that is trusted; None: not said."""


class Proxies:
    """Those whose word counts for where a request comes from."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        """Trust these addresses and networks.

        Raises:
            ValueError: one of them is neither.
        """
        self._networks = [ipaddress.ip_network(text, strict=False) for text in trusted]
        self._trusts = lru_cache(4096)(self._looked_up)

    def origin(self, address: str, forwarded: str | None, schemes: str | None = None) -> Origin:
        """Return the last address that no trusted proxy has, and the scheme it came by.

        `address` is of the connection; `forwarded` the `X-Forwarded-For` of the request, to which
        each proxy adds whom it heard, `schemes` its `X-Forwarded-Proto`.
        """
        if not self.trusts(address):
            return Origin(address, None)
        nodes, hops = forwarded_nodes(forwarded), 0
        while nodes and self.trusts(address):
            address = nodes.pop() or UNKNOWN
            hops += 1
        said = elements(schemes or "")
        # A proxy adds to both lists, or overwrites both; one that stands alone is of them all.
        scheme = forwarded_scheme(said[max(len(said) - max(hops, 1), 0)]) if said else None
        return Origin(address, scheme)

    def trusts(self, address: str) -> bool:
        """Tell whether an address is that of a trusted proxy."""
        return self._trusts(address)

    def _looked_up(self, address: str) -> bool:
        try:
            ip: _Address = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return False
        ip = getattr(ip, "ipv4_mapped", None) or ip
        return any(ip in network for network in self._networks)


class BehindProxies:
    """Around an ASGI application, which sees where requests come from."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http" and scope["client"]:
            fields: Iterable[tuple[bytes, bytes]] = scope["headers"]
            address, port = scope["client"]
            origin = self._proxies.origin(
                address, joined(fields, b"x-forwarded-for"), joined(fields, b"x-forwarded-proto")
            )
            scope["scheme"] = origin.scheme or scope["scheme"]
            if origin.address != address:
                scope["client"] = (origin.address, port)
        await self._app(scope, receive, send)
