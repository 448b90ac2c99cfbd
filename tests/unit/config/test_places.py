"""Settings that say where the site is, and which other sites may use it."""

import pytest

from canvas_server.config.settings import Settings
from canvas_server.server.backends import StartupError
from canvas_server.server.checks import check, weakened
from support.hub.settings import parse


@pytest.mark.parametrize(
    ("given", "meant"),
    [("", ""), ("/", ""), ("/canvas", "/canvas"), ("canvas/", "/canvas"), ("/a/b.c~d", "/a/b.c~d")],
)
def test_a_base_path_has_a_leading_slash_and_no_trailing_one(given: str, meant: str) -> None:
    assert parse("--base-path", given).base_path == meant


@pytest.mark.parametrize(
    "given",
    [
        "/..",
        "/a/../b",
        "/.",
        "//evil.example",
        "/a//b",
        "/a b",
        "/ä",
        "/a?b",
        "/a#b",
        "/a%2f",
        "/a\\b",
        "https://host.example/canvas",
        '/"',
        "/.well-known",
        "/a;b",
    ],
)
def test_odd_base_paths_are_refused_with_what_to_write(given: str) -> None:
    with pytest.raises(AssertionError, match="such as /canvas"):
        parse("--base-path", given)


@pytest.mark.parametrize("taken", ["/s", "/api/canvas", "/ws", "/health", "/bundle"])
def test_a_base_path_cannot_begin_as_the_site_itself_does(taken: str) -> None:
    with pytest.raises(StartupError, match="CANVAS_BASE_PATH"):
        check(parse("--base-path", taken))
    check(parse("--base-path", f"/team{taken}"))


@pytest.mark.parametrize("flag", ["--allowed-origins", "--frame-ancestors"])
@pytest.mark.parametrize(
    "given",
    ["*", "intranet.example", "https://a.example/path", "null", "ftp://a.example", "https://*"],
)
def test_what_is_no_origin_is_refused_with_what_to_write(flag: str, given: str) -> None:
    with pytest.raises(AssertionError, match="origin"):
        parse(flag, given)


def _of(flag: str, given: str) -> Settings:
    return parse(flag, given)


def test_origins_are_compared_as_browsers_write_them() -> None:
    given = "https://A.example/, http://[::1]:8080"
    assert _of("--allowed-origins", given).allowed_origins == (
        "https://a.example",
        "http://[::1]:8080",
    )
    found = _of("--frame-ancestors", "https://*.Example.org").frame_ancestors
    assert found == ("https://*.example.org",)


def test_who_may_embed_is_said_at_the_start() -> None:
    assert weakened(parse("--frame-ancestors", "https://a.example")) == ("embedding",)
    assert weakened(parse()) == ()
