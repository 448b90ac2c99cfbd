import base64
import gzip
import hashlib
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from canvas_server.http.csp import page_policy
from canvas_server.http.documents import Document, Documents

GZIP = Headers({"accept-encoding": "gzip, br"})
PLAIN = Headers({})


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


@pytest.mark.rule("DOR2")
def test_a_document_that_changes_comes_with_its_own_policy(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    for script in ("one()", "three()"):
        (tmp_path / "index.html").write_text(f"<script>{script}</script>")
        answer = documents.get("index.html").response(PLAIN)
        policy = directives(answer.headers["content-security-policy"])
        assert policy["script-src"] == ["'self'", source(script)]


@pytest.mark.rule("DOR3")
@pytest.mark.parametrize("about", ["", '<meta property="og:title" content="Übung">'])
def test_a_compressed_document_is_the_same_document(about: str) -> None:
    document = Document(f"<head><style>{'a{} ' * 500}</style></head><body>ü</body>", "policy")
    plain, coded = document.response(PLAIN, about), document.response(GZIP, about)
    assert gzip.decompress(bytes(coded.body)) == bytes(plain.body)
    assert bytes(plain.body).decode().count(f"{about}</head>") == 1
    assert len(coded.body) < len(plain.body) / 4
    assert coded.headers["content-encoding"] == "gzip"
    assert coded.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert coded.headers["etag"] != plain.headers["etag"]


@pytest.mark.rule("DOR3")
def test_a_document_that_is_known_is_not_sent_again() -> None:
    document = Document("<head></head>", "policy")
    for asked in (PLAIN, GZIP):
        first = document.response(asked)
        known = Headers({**asked, "if-none-match": first.headers["etag"]})
        again = document.response(known)
        assert (again.status_code, bytes(again.body)) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert document.response(known, "<meta>").status_code == 200
        assert Document("<head></head>", "another").response(known).status_code == 200


@pytest.mark.rule("DOR3")
def test_a_document_that_is_the_same_for_all_comes_as_it_was_prepared(tmp_path: Path) -> None:
    (tmp_path / "bundle/codings").mkdir(parents=True)
    (tmp_path / "index.html").write_bytes(b"<head></head>")
    tag = hashlib.sha256(b"<head></head>").hexdigest()[:32]
    (tmp_path / f"bundle/codings/{tag}.br").write_bytes(b"in brotli")
    document = Documents(tmp_path).get("index.html")
    answer = document.response(GZIP)
    assert (bytes(answer.body), answer.headers["content-encoding"]) == (b"in brotli", "br")
    more = document.response(GZIP, "<meta>")
    assert gzip.decompress(bytes(more.body)) == b"<head><meta></head>"
    assert more.headers["content-encoding"] == "gzip"
    assert document.response(PLAIN).body == b"<head></head>"
