"""Files of the page: codings, validators, ranges; over ASGI, with the files in a folder."""

import gzip
import hashlib
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException

from canvas_server.http.pagefiles import PageFiles

TEXT = b"console.log('a text that is served');\n" * 200
NAME = "bundle/main-abcd1234.js"
BROTLI = b"not brotli, but taken for it"
"""The server decodes nothing."""

pytestmark = pytest.mark.rule("DOR3")


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    codings = tmp_path / "bundle" / "codings"
    codings.mkdir(parents=True)
    (tmp_path / NAME).write_bytes(TEXT)
    (tmp_path / "bundle/main.html").write_text("<p>")
    (tmp_path / f"{NAME}.map").write_text("{}")
    (tmp_path / "small.js").write_bytes(b"1;")
    named = hashlib.sha256(TEXT).hexdigest()[:32]
    (codings / f"{named}.br").write_bytes(BROTLI)
    (codings / f"{named}.gz").write_bytes(gzip.compress(TEXT))
    transport = httpx.ASGITransport(PageFiles(tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        client.headers["accept-encoding"] = ""
        yield client


async def raw(client: httpx.AsyncClient, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """Get a file without decoding it."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream("GET", path, headers=fields) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


async def test_each_coding_is_what_was_made_beforehand(client: httpx.AsyncClient) -> None:
    tags: set[str] = set()
    for wanted, coding, content in (
        ("", None, TEXT),
        ("gzip", "gzip", None),
        ("gzip, br", "br", BROTLI),
        ("br;q=0.1, gzip;q=0.2", "gzip", None),
        ("zstd", None, TEXT),
    ):
        answer, body = await raw(client, NAME, accept_encoding=wanted)
        assert answer.headers.get("content-encoding") == coding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["content-length"] == str(len(body))
        assert "last-modified" not in answer.headers
        assert body == content or zlib.decompress(body, 31) == TEXT
        tags.add(answer.headers["etag"])
    assert len(tags) == 3, "one for each coding"


async def test_what_is_known_in_one_coding_is_not_known_in_another(
    client: httpx.AsyncClient,
) -> None:
    answer, _ = await raw(client, NAME, accept_encoding="br")
    tag = answer.headers["etag"]
    again, body = await raw(client, NAME, accept_encoding="br", if_none_match=f'"x", W/{tag}')
    assert (again.status_code, body) == (304, b"")
    assert (again.headers["etag"], again.headers["vary"]) == (tag, "Accept-Encoding")
    assert "immutable" in again.headers["cache-control"]
    other, _ = await raw(client, NAME, accept_encoding="gzip", if_none_match=tag)
    assert other.status_code == 200


@pytest.mark.parametrize("ranges", ["bytes=a-b", "bytes=", "lines=1-2", "bytes=9-4", "bytes=1-2,x"])
async def test_a_range_that_is_none_is_ignored(client: httpx.AsyncClient, ranges: str) -> None:
    answer, body = await raw(client, NAME, range=ranges)
    assert (answer.status_code, body) == (200, TEXT)


@pytest.mark.parametrize("ranges", ["bytes=0-3", "BYTES= 0-3 ", "bytes=0-3, 2-9", "bytes=-4"])
async def test_a_range_is_a_part(client: httpx.AsyncClient, ranges: str) -> None:
    answer, _ = await raw(client, NAME, range=ranges)
    assert answer.status_code == 206


async def test_ranges_are_of_the_coded_bytes(client: httpx.AsyncClient) -> None:
    whole, _ = await raw(client, NAME, accept_encoding="br")
    tag = whole.headers["etag"]
    part, body = await raw(client, NAME, accept_encoding="br", range="bytes=4-9", if_range=tag)
    assert (part.status_code, body) == (206, BROTLI[4:10])
    assert part.headers["content-range"] == f"bytes 4-9/{len(BROTLI)}"
    assert (part.headers["content-encoding"], part.headers["etag"]) == ("br", tag)


@pytest.mark.report(
    "reading",
    "A download that was taken up again with `If-Range` ended with 500.",
    '`Range: bytes=0-3` with `If-Range: "another"`, of any file of the page',
    "The whole file comes, as when the condition is not met; dates never meet it.",
)
@pytest.mark.parametrize("condition", ['"another"', "Mon, 30 Nov 2026 00:00:00 GMT", "W/", ""])
async def test_a_range_of_something_else_is_the_whole(
    client: httpx.AsyncClient, condition: str
) -> None:
    answer, body = await raw(client, NAME, range="bytes=0-3", if_range=condition)
    assert (answer.status_code, body) == (200, TEXT)


async def test_a_head_says_what_a_get_has(client: httpx.AsyncClient) -> None:
    got, _ = await raw(client, NAME, accept_encoding="br")
    head = await client.head(NAME, headers={"accept-encoding": "br"})
    assert (head.content, dict(head.headers)) == (b"", dict(got.headers))


async def test_only_what_has_a_hash_in_its_name_is_kept_for_ever(client: httpx.AsyncClient) -> None:
    lifetimes = {
        path: (await client.get(path)).headers["cache-control"]
        for path in (NAME, f"{NAME}.map", "small.js")
    }
    assert "immutable" in lifetimes.pop(NAME)
    assert set(lifetimes.values()) == {"no-cache"}


async def test_what_has_no_coding_comes_as_it_is(client: httpx.AsyncClient) -> None:
    answer, body = await raw(client, "small.js", accept_encoding="br, gzip")
    assert (answer.status_code, body) == (200, b"1;")
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


async def test_a_text_that_has_changed_is_not_served_as_it_was(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(TEXT + b"more")
    answer, body = await raw(client, NAME, accept_encoding="br, gzip")
    assert (answer.headers.get("content-encoding"), body) == (None, TEXT + b"more")


async def test_files_in_codings_are_no_files_of_their_own(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    coded = next((tmp_path / "bundle/codings").glob("*.br")).name
    for path in (f"bundle/codings/{coded}", f"bundle/../bundle/codings/{coded}", "bundle/codings/"):
        with pytest.raises(HTTPException, match="404"):
            await client.get(path)


@pytest.mark.rule("DOR2")
async def test_a_document_has_no_address_without_its_policy(client: httpx.AsyncClient) -> None:
    for path in ("bundle/main.html", "bundle//main.html", "bundle/./main.html"):
        with pytest.raises(HTTPException, match="404"):
            await client.get(path)
