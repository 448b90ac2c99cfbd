"""Content security policies: what they allow, directive by directive."""

import re
from pathlib import Path

import pytest

from canvas_server.http.csp import PAGE_POLICY, elsewhere_policy

pytestmark = pytest.mark.rule("PAG1", "PAG2")


def directives(policy: bytes) -> dict[str, list[str]]:
    parts = (directive.split() for directive in policy.decode().split("; "))
    return {name: sources for name, *sources in parts}


def test_the_page_runs_what_lies_here_and_reaches_nobody_else() -> None:
    page = directives(PAGE_POLICY)
    assert page["default-src"] == ["'none'"]
    assert page["script-src"] == ["'self'"]
    for name in ("default-src", "connect-src", "img-src", "media-src", "frame-src", "style-src"):
        for source in page[name]:
            assert source in {"'self'", "'none'", "data:", "blob:"} or (
                name == "style-src" and source.startswith("'sha256-")
            )
    assert page["require-trusted-types-for"] == ["'script'"]
    for name in ("base-uri", "form-action"):
        assert page[name] == ["'none'"]


def test_what_stands_in_the_document_is_named_by_its_hash_and_nothing_else_runs() -> None:
    policy = directives(elsewhere_policy("<style>p{}</style><script>f()</script>"))
    assert policy["script-src"] == ["'sha256-GcEEE0IkDzIP5EQ6DXZaDPORqT5RTBELX8Fyzyg9yvo='"]
    assert len(policy["style-src"]) == 1
    assert policy["sandbox"] == ["allow-scripts"]
    assert policy["frame-ancestors"] == ["'self'"]


def test_without_a_script_none_runs() -> None:
    assert directives(elsewhere_policy("<p>"))["script-src"] == ["'none'"]


def test_no_test_and_no_tool_goes_round_the_policy() -> None:
    """Waiting for a text to be true takes `eval` in the page, unless it is made a function."""
    root = Path(__file__).resolve().parents[3]
    own = {Path(__file__).resolve(), root / "tests/support/browsers/conditions.py"}
    strays = [
        str(path.relative_to(root))
        for folder in ("tests", "tools", "bench")
        for path in (root / folder).rglob("*.py")
        if path not in own
        and re.search(r"bypass_?csp|\.wait_for_function\(", path.read_text(), re.I)
    ]
    assert strays == []
