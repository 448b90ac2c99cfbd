"""Header fields of every answer, also of those that are written by hand."""

from canvas_server.addresses import is_address, is_loopback, parsed_host

HSTS_SECONDS = 180 * 24 * 3600
FRAMING = b"x-frame-options"
COMMON_HEADERS = {
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    FRAMING: b"SAMEORIGIN",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"x-permitted-cross-domain-policies": b"none",
}
"""Other pages neither load what is here, nor frame it, nor reach into a window of it."""
HSTS = (b"strict-transport-security", f"max-age={HSTS_SECONDS}".encode())
NO_STORE = (b"cache-control", b"no-store")
_EMBEDDED = b"frame-ancestors 'self' http"
_FRESH = ("/api/", "/metrics", "/health")
"""Paths whose answers are kept nowhere, unless they say that they never change."""

Headers = list[tuple[bytes, bytes]]


def completed(headers: Headers, status: int, path: str, defaults: dict[bytes, bytes]) -> Headers:
    """Return the fields of an answer with those that it has not said by itself.

    A policy that lets others frame it takes the place of the older field, which cannot.
    """
    present = dict(headers)
    is_kept = b"immutable" in present.get(b"cache-control", b"")
    if status >= 400 or (path.startswith(_FRESH) and not is_kept):
        headers = [field for field in headers if field[0] != NO_STORE[0]] + [NO_STORE]
    if _EMBEDDED in present.get(b"content-security-policy", b""):
        defaults = {name: defaults[name] for name in defaults if name != FRAMING}
    return headers + [field for field in defaults.items() if field[0] not in present]


def keeps_https(host: str) -> bool:
    """Tell whether a browser may be told to come by https alone (RFC 6797).

    Not to an address, nor to this machine itself, where other programs have the same name.
    """
    to = parsed_host(host)
    return to is not None and not is_loopback(to.name) and not is_address(to.name)


def raw_answer(status: int, phrase: str, body: bytes, more: dict[str, str]) -> bytes:
    """Return a whole answer with a JSON body, after which the connection closes."""
    fields = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        "cache-control": "no-store",
        **common_fields(),
        **more,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} {phrase}\r\n{lines}\r\n".encode() + body


def common_fields() -> dict[str, str]:
    """Return `COMMON_HEADERS` as text."""
    return {name.decode(): value.decode() for name, value in COMMON_HEADERS.items()}
