"""Which hosts and origins may connect."""

import pytest

from canvas_server.http.access import Access, is_loopback

pytestmark = pytest.mark.rule("OUT2")


@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("127.0.0.1:9473", None, True),
        ("localhost:9473", "http://localhost:9473", True),
        ("LOCALHOST:9473", "http://LocalHost:9473", True),
        ("[::1]:9473", "http://[::1]:9473", True),
        ("app.localhost", None, True),
        ("127.0.0.1:9473", "http://127.0.0.1:9999", False),
        ("127.0.0.1:9473", "https://evil.example", False),
        ("127.0.0.1:9473", "null", False),
        ("rebound.example:9473", "http://rebound.example:9473", False),
        ("127.0.0.1.evil.example", None, False),
        ("evil.example", "https://call.example", False),
        ("[::1", None, False),
        ("", None, False),
        ("127.0.0.1:9473", "https://call.example", True),
        ("call.example", "https://call.example", True),
        ("call.example", "https://evil.example", False),
    ],
)
def test_on_loopback(host: str, origin: str | None, passes: bool) -> None:
    access = Access("127.0.0.1", ("https://call.example/",))
    assert (access.refusal(host, origin) is None) is passes


@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("203.0.113.1:9473", "http://203.0.113.1:9473", True),
        ("any.example", None, True),
        ("any.example", "https://other.example", False),
    ],
)
def test_beyond_loopback(host: str, origin: str | None, passes: bool) -> None:
    assert (Access("0.0.0.0", ()).refusal(host, origin) is None) is passes


def test_loopback_is_known_by_name_and_number() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"]))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "example.org", ""]))
