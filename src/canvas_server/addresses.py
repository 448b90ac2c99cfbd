"""Addresses: what counts as one of them."""

import ipaddress
from functools import lru_cache

MAX_REMEMBERED = 10_000


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
