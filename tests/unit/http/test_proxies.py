"""Trusted proxies say where a request comes from, and by which scheme; nobody else does."""

import pytest

from canvas_server.addresses import neighbourhood
from canvas_server.http.proxies import Proxies

PROXIES = Proxies(("127.0.0.1", "10.0.0.5/8", "2001:db8::/32"))


@pytest.mark.rule("IN7")
@pytest.mark.parametrize(
    ("address", "forwarded", "origin"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7:4000", "203.0.113.7"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, [2001:db8::5]:80, 10.1.2.3:9", "203.0.113.7"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, ::ffff:10.1.2.3", "203.0.113.7"),
        ("203.0.113.9", "6.6.6.6", "203.0.113.9"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, unknown", "unknown"),
        ("127.0.0.1", "evil\x01", "unknown"),
        ("a socket", "6.6.6.6", "a socket"),
    ],
)
def test_only_trusted_proxies_say_where_somebody_comes_from(
    address: str, forwarded: str | None, origin: str
) -> None:
    assert PROXIES.origin(address, forwarded).address == origin


def test_who_comes_by_a_proxy_that_names_nobody_is_counted_as_one() -> None:
    unknown = {PROXIES.origin("127.0.0.1", said).address for said in ("unknown", "_x", "a b")}
    assert [neighbourhood(one) for one in unknown] == ["unknown"]


@pytest.mark.parametrize(
    ("address", "forwarded", "schemes", "scheme"),
    [
        ("127.0.0.1", "203.0.113.7", "https", "https"),
        ("127.0.0.1", "203.0.113.7", "HTTPS", "https"),
        ("127.0.0.1", "203.0.113.7", "wss", "https"),
        ("127.0.0.1", None, "https", "https"),
        ("127.0.0.1", "203.0.113.7, 10.0.0.1", "https", "https"),
        ("127.0.0.1", "203.0.113.7, 10.0.0.1", "https, http", "https"),
        ("127.0.0.1", "203.0.113.7, 6.6.6.6", "https, http", "http"),
        ("127.0.0.1", "203.0.113.7", "javascript", None),
        ("127.0.0.1", "203.0.113.7", "", None),
        ("203.0.113.9", "6.6.6.6", "https", None),
    ],
)
def test_the_scheme_is_of_the_same_proxy(
    address: str, forwarded: str | None, schemes: str, scheme: str | None
) -> None:
    assert PROXIES.origin(address, forwarded, schemes).scheme == scheme
