"""Which names and pages may talk to the server: DNS rebinding, foreign pages, forged requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas_server.addresses import is_loopback, parsed_host
from canvas_server.http.access import Access, Browsing
from canvas_server.http.headers import COMMON_HEADERS, completed, keeps_https, raw_answer

ALLOWED = ("https://call.example:443/", "https://other.example:8443")


@pytest.mark.report(
    "reading",
    "An allowed origin with its usual port never fitted, since browsers leave it out.",
    "`CANVAS_ALLOWED_ORIGINS=https://call.example:443`",
    "Origins are compared with their ports, whether they are written or not.",
)
@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("127.0.0.1:9473", None, True),
        ("localhost:9473", "http://localhost:9473", True),
        ("LOCALHOST:9473", "http://LocalHost:9473", True),
        ("localhost.:9473", "http://localhost.:9473", True),
        ("[::1]:9473", "http://[::1]:9473", True),
        ("[0:0:0:0:0:0:0:1]:9473", "http://[::1]:9473", True),
        ("app.localhost", None, True),
        ("127.0.0.1:9473", "http://127.0.0.1:9999", False),
        ("127.0.0.1", "http://127.0.0.1:9473", False),
        ("127.0.0.1:80", "http://127.0.0.1", True),
        ("127.0.0.1:443", "http://127.0.0.1", False),
        ("127.0.0.1:9473", "https://evil.example", False),
        ("127.0.0.1:9473", "null", False),
        ("127.0.0.1:9473", "", False),
        ("127.0.0.1:9473", "file://", False),
        ("127.0.0.1:9473", "http://127.0.0.1:9473.evil.example", False),
        ("127.0.0.1:9473", "http://evil.example@127.0.0.1:9473", False),
        ("rebound.example:9473", "http://rebound.example:9473", False),
        ("127.0.0.1.evil.example", None, False),
        ("203.0.113.9", None, False),
        ("evil.example", "https://call.example", False),
        ("[::1", None, False),
        ("::1", None, False),
        ("", None, False),
        (":9473", None, False),
        (".", None, False),
        ("localhost:99999", None, False),
        ("localhost:9473:1", None, False),
        ("localhost@evil.example", None, False),
        ("evil.example#localhost", None, False),
        ("localhost,evil.example", None, False),
        ("local\thost", None, False),
        ("127.0.0.1:9473", "https://call.example", True),
        ("call.example", "https://call.example", True),
        ("CALL.example.", "https://call.example", True),
        ("call.example:443", "https://call.example", True),
        ("call.example", "https://evil.example", False),
        ("other.example", "https://other.example:8443", True),
        ("below.call.example", None, False),
        ("127.0.0.1:9473", "https://call.example:443", True),
        ("127.0.0.1:9473", "https://CALL.example", True),
        ("127.0.0.1:9473", "http://call.example", False),
        ("127.0.0.1:9473", "https://call.example, https://evil.example", False),
    ],
)
def test_on_loopback(host: str, origin: str | None, passes: bool) -> None:
    access = Access("127.0.0.1", ALLOWED)
    assert (access.refusal(host, origin) is None) is passes


@pytest.mark.parametrize(
    ("host", "origin", "passes"),
    [
        ("203.0.113.1:9473", "http://203.0.113.1:9473", True),
        ("192.168.1.7", None, True),
        ("[2001:db8::1]", "http://[2001:DB8::1]", True),
        ("localhost:9473", None, True),
        ("any.example", None, False),
        ("any.example:9473", "http://any.example:9473", False),
        ("203.0.113.1.nip.example", None, False),
        ("203.0.113.1", "https://other.example", False),
        ("machine", "http://machine", True),
        ("machine.local:9473", None, True),
        ("Machine.Local.", None, True),
        ("canvas.lan", None, True),
        ("a.team.example", None, True),
        ("team.example", None, False),
        ("a.team.example.evil.example", None, False),
        ("good.certified.example", None, True),
        ("certified.example", None, False),
    ],
)
def test_beyond_loopback(host: str, origin: str | None, passes: bool) -> None:
    """A name has to be known, whether or not anybody is asked for a token."""
    access = Access(
        "0.0.0.0",
        (),
        ("Canvas.LAN", "*.team.example"),
        lambda: ("machine", "machine.local", "*.certified.example"),
    )
    assert (access.refusal(host, origin) is None) is passes


def test_any_name_may_be_let_in_by_a_setting() -> None:
    access = Access("0.0.0.0", (), ("*",))
    assert access.refusal("any.example", None) is None
    assert access.refusal("any.example", "http://evil.example")
    assert access.refusal("", None), "what is no name stays out"


def test_a_refusal_names_the_setting_and_is_short() -> None:
    refused = Access("0.0.0.0", ()).refusal("x" * 50_000, None)
    assert refused is not None
    assert "CANVAS_ALLOWED_HOSTS" in refused
    assert len(refused) < 300


@given(st.text(), st.text())
def test_whatever_is_named_gets_an_answer(host: str, origin: str) -> None:
    for access in (Access("127.0.0.1", ()), Access("::", ("*",), ("*.x",))):
        access.refusal(host, origin)
    parsed = parsed_host(host)
    assert parsed is None or parsed.name


def test_loopback_is_known_by_name_and_number() -> None:
    near = ["localhost", "LOCALHOST.", "127.0.0.1", "127.8.8.8", "::1", "[::1]", "::ffff:127.0.0.1"]
    assert all(map(is_loopback, near))
    assert not any(map(is_loopback, ["0.0.0.0", "::", "10.0.0.1", "example.org", "", "."]))


LINK = Browsing("cross-site", "navigate", "document")


@pytest.mark.parametrize(
    ("method", "path", "browsing", "passes"),
    [
        ("GET", "/api/scene/s", Browsing(), True),
        ("GET", "/api/scene/s", Browsing("same-origin", "cors", "empty"), True),
        ("GET", "/api/scene/s", Browsing("none", "navigate", "document"), True),
        ("GET", "/api/scene/s/export.png", Browsing("cross-site", "no-cors", "image"), False),
        ("GET", "/api/scene/s/export.png", Browsing("same-site", "no-cors", "image"), False),
        ("GET", "/main.js", Browsing("cross-site", "no-cors", "script"), False),
        ("POST", "/api/scene", Browsing("cross-site", "no-cors", "empty"), False),
        ("GET", "/s/team", LINK, True),
        ("HEAD", "/s/team", LINK, True),
        ("GET", "/", LINK, True),
        ("POST", "/s/team", LINK, False),
        ("GET", "/api/scene/s/export.svg", LINK, False),
        ("GET", "/metrics", LINK, False),
        ("GET", "/s/team", Browsing("cross-site", "navigate", "iframe"), False),
        ("GET", "/s/team", Browsing("cross-site", "no-cors", "document"), False),
    ],
)
def test_what_another_page_may_ask_for(
    method: str, path: str, browsing: Browsing, passes: bool
) -> None:
    """Even the size of a picture, or that it came, says something (cross-site leaks)."""
    access = Access("127.0.0.1", ALLOWED)
    assert (access.foreign_page(method, path, browsing, None) is None) is passes
    assert access.foreign_page(method, path, browsing, "https://call.example") is None


def test_errors_and_the_api_are_kept_nowhere() -> None:
    fixed = [(b"cache-control", b"public, max-age=1, immutable")]
    for path, status, sent in (("/api/x", 200, []), ("/x", 404, fixed), ("/health", 200, [])):
        fields = completed(sent, status, path, COMMON_HEADERS)
        assert [value for name, value in fields if name == b"cache-control"] == [b"no-store"]
    assert dict(completed(fixed, 200, "/api/x", {}))[b"cache-control"].endswith(b"immutable")


def test_what_an_answer_says_itself_counts() -> None:
    sent = [(b"cross-origin-resource-policy", b"cross-origin")]
    fields = completed(sent, 200, "/", COMMON_HEADERS)
    assert fields.count(sent[0]) == 1
    assert dict(fields)[b"cross-origin-resource-policy"] == b"cross-origin"


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        ("call.example", True),
        ("cafe:443", True),
        ("localhost", False),
        ("10.0.0.1", False),
        ("[2001:db8::1]:443", False),
        ("", False),
    ],
)
def test_https_is_kept_for_names_that_others_do_not_share(host: str, kept: bool) -> None:
    assert keeps_https(host) is kept


def test_what_is_written_by_hand_has_the_fields_too() -> None:
    answer = raw_answer(400, "Bad Request", b"{}", {"retry-after": "10"}).decode()
    head, _, body = answer.partition("\r\n\r\n")
    assert body == "{}"
    assert head.startswith("HTTP/1.1 400 Bad Request\r\n")
    for line in ("x-content-type-options: nosniff", "cache-control: no-store", "retry-after: 10"):
        assert line in head.split("\r\n")
