"""Addresses, hosts and origins: how they are written, and what counts as one of them. Pure."""

import ipaddress
import re
from functools import lru_cache

import idna
from msgspec import Struct

MAX_REMEMBERED = 10_000
PORTS = {"http": 80, "https": 443}
"""The usual port of a scheme."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?")


class HostPort(Struct, frozen=True):
    """What a `Host` field names: a name, or an address without brackets, and maybe a port."""

    name: str
    port: int | None


class WebOrigin(Struct, frozen=True):
    """An origin of pages (RFC 6454 section 4): what they have to share to be of one."""

    scheme: str
    name: str
    port: int

    def __str__(self) -> str:
        """As browsers write it: without the usual port of its scheme."""
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{self.scheme}://{name}{port}"

    def is_of(self, to: HostPort) -> bool:
        """Tell whether it is that of the host a request is for."""
        return self.name == to.name and self.port == (to.port or PORTS[self.scheme])


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


def parsed_origin(text: str) -> WebOrigin | None:
    """Return an origin (RFC 6454 section 6.2), in small letters and with its port.

    None: it is none that pages have here, as `null` and those of other schemes are not.
    """
    scheme, separator, rest = text.lower().removesuffix("/").partition("://")
    host = parsed_host(in_ascii(rest)) if separator and scheme in PORTS else None
    return None if host is None else WebOrigin(scheme, host.name, host.port or PORTS[scheme])


def in_ascii(host: str) -> str:
    """Return a host as browsers send it (UTS 46); as it is where it is no name that they know."""
    if host.isascii():
        return host
    name, separator, port = host.partition(":")
    try:
        return idna.encode(name, uts46=True).decode() + separator + port
    except idna.IDNAError:
        return host


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


@lru_cache(MAX_REMEMBERED)
def neighbourhood(address: str) -> str | None:
    """Return what counts as one address; None: this machine itself, which is not counted.

    An IPv6 host has a whole /64 for itself (RFC 4291 section 2.5.4).
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # a socket of the file system, or what a proxy makes up
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return None
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, 64), strict=False))
