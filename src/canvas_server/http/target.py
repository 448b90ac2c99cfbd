"""Target and host of a request: one host, named in one way (RFC 9112 section 3.2)."""

from typing import cast

import httptools

Headers = list[tuple[bytes, bytes]]


def named_target(url: bytes, headers: Headers, version: str) -> bytes:
    """Return the path and query of a request; what a target names as host takes its field's place.

    Raises:
        ValueError: several hosts are named, none where there has to be one, or the target is none.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1:
        raise ValueError("a request has one Host field")
    if not hosts and version != "1.0":
        raise ValueError("a request has a Host field")
    if url.startswith(b"/") or url == b"*":
        return url
    try:
        parsed = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError as error:
        raise ValueError("the target of the request is no address") from error
    if parsed.schema not in (b"http", b"https") or not parsed.host or parsed.userinfo:
        raise ValueError("the target of the request is no address of a page")
    host = b"[%b]" % parsed.host if b":" in parsed.host else parsed.host
    port, query = cast("int | None", parsed.port), cast("bytes | None", parsed.query)
    authority = host if port is None else b"%b:%d" % (host, port)
    headers[:] = [field for field in headers if field[0] != b"host"] + [(b"host", authority)]
    return (parsed.path or b"/") + (b"" if query is None else b"?" + query)
