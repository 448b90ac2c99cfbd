import base64
import hashlib
from pathlib import Path

import pytest

from canvas_server.http.csp import page_policy
from canvas_server.http.documents import Documents


def source(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (each.split() for each in policy.split("; "))}


@pytest.mark.rule("DOR2")
def test_what_stands_in_a_document_is_named_by_its_hash() -> None:
    boot, style = "first();\n", "a{color:red}"
    document = f"<style>{style}</style><script>{boot}</script><script src='x'></script>"
    found = directives(page_policy(document, ("https://a.example",)).decode())
    assert found["script-src"] == ["'self'", source(boot)]
    assert found["style-src"][:2] == ["'self'", source(style)]
    assert found["frame-ancestors"] == ["'self'", "https://a.example"]


@pytest.mark.rule("DOR2")
def test_a_document_with_nothing_in_it_allows_nothing_more() -> None:
    found = directives(page_policy('<script src="../boot.js"></script>').decode())
    assert found["script-src"] == ["'self'"]
    assert not [each for sources in found.values() for each in sources if "unsafe" in each]


def test_a_document_that_changes_comes_with_its_own_policy(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    for script in ("one()", "three()"):
        (tmp_path / "index.html").write_text(f"<script>{script}</script>")
        assert directives(documents.get("index.html").policy)["script-src"][1] == source(script)
