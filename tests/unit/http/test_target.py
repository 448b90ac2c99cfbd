"""One host for each request, named in one way."""

import pytest

from canvas_server.http.target import Headers, named_target

HERE = (b"host", b"here")


@pytest.mark.parametrize(
    ("url", "headers", "target", "host"),
    [
        (b"/s/a?b", [HERE], b"/s/a?b", b"here"),
        (b"//evil.example/x", [HERE], b"//evil.example/x", b"here"),
        (b"*", [HERE], b"*", b"here"),
        (b"http://there/s/a?b=c", [HERE], b"/s/a?b=c", b"there"),
        (b"http://there:81", [HERE, (b"a", b"b")], b"/", b"there:81"),
        (b"https://[::1]:9473/x", [HERE], b"/x", b"[::1]:9473"),
    ],
)
def test_the_target_counts_more_than_the_field(
    url: bytes, headers: Headers, target: bytes, host: bytes
) -> None:
    assert named_target(url, headers, "1.1") == target
    assert [value for name, value in headers if name == b"host"] == [host]


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        (b"/", [HERE, HERE]),
        (b"/", [HERE, (b"host", b"there")]),
        (b"/", []),
        (b"there:443", [HERE]),
        (b"ftp://there/", [HERE]),
        (b"http://here@there/", [HERE]),
        (b"http://", [HERE]),
        (b"x", [HERE]),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(url: bytes, headers: Headers) -> None:
    with pytest.raises(ValueError, match="request"):
        named_target(url, headers, "1.1")


def test_an_old_program_may_name_no_host() -> None:
    assert named_target(b"/", [], "1.0") == b"/"
