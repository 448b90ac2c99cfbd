"""HTML documents of the page, compressed, each with its own content security policy."""

import functools
import gzip
import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response

from canvas_server.http.codings import PreparedCodings, wanted_coding
from canvas_server.http.csp import page_policy
from canvas_server.http.validators import TAG_CHARACTERS, content_tag, is_known

_END_OF_HEAD = "</head>"
_GZIP = zlib.MAX_WBITS + 16
_CHARSET = re.compile(rb"<meta charset=[^>]*>")


class Document:
    """A document, and the policy that it comes with.

    What says more about it goes to the end of its head, so that all before, most of it, is
    compressed and hashed once.
    """

    def __init__(self, text: str, policy: str, prepared: Mapping[str, bytes] | None = None) -> None:
        """Make a document of a text, and of what it is in codings (`prepared`), smallest first."""
        self._prepared = prepared or {}
        before, end, after = text.partition(_END_OF_HEAD)
        self._before, self._after = before.encode(), (end + after).encode()
        self._policy = policy
        # With the policy: browsers keep some fields of an answer that is the same as before.
        self._hash = hashlib.sha256(policy.encode() + self._before)
        self._compressor = zlib.compressobj(9, wbits=_GZIP)
        self._compressed = self._compressor.compress(self._before)

    def response(self, asked: Headers, about: str = "") -> Response:
        """Return the answer to a request; `about` is markup that says more about the document."""
        rest = about.encode() + self._after
        digest = self._hash.copy()
        digest.update(rest)
        tag = digest.hexdigest()[:TAG_CHARACTERS]
        headers = self._headers("no-cache")
        prepared = {} if about else self._prepared
        coding = wanted_coding(asked, tuple(prepared) or ("gzip",))
        if coding is not None:
            tag = f"{tag}-{coding}"
        headers["etag"] = f'"{tag}"'
        if is_known(asked, tag):
            return Response(status_code=304, headers=headers)
        if coding is None:
            return HTMLResponse(self._before + rest, headers=headers)
        content = prepared.get(coding) or self._gzip(rest)
        return HTMLResponse(content, headers=headers | {"content-encoding": coding})

    def private_response(self, asked: Headers, markup: str) -> Response:
        """Return an answer that nobody keeps; `markup` comes before all that may act on it."""
        text = _CHARSET.sub(
            lambda found: found[0] + markup.encode(), self._before + self._after, count=1
        )
        headers = self._headers("no-store")
        coding = wanted_coding(asked, ("gzip",))
        if coding is None:
            return HTMLResponse(text, headers=headers)
        packed = gzip.compress(text, compresslevel=5)
        return HTMLResponse(packed, headers=headers | {"content-encoding": coding})

    def _headers(self, cache_control: str) -> dict[str, str]:
        return {
            "cache-control": cache_control,
            "content-security-policy": self._policy,
            "vary": "Accept-Encoding",
        }

    def _gzip(self, rest: bytes) -> bytes:
        compressor = self._compressor.copy()
        return self._compressed + compressor.compress(rest) + compressor.flush()


class Documents:
    """The documents below a folder, each read anew when its file has changed."""

    def __init__(self, folder: Path, ancestors: tuple[str, ...] = ()) -> None:
        """Sites of `ancestors` may embed them."""
        self._folder = folder
        self._ancestors = ancestors
        self._codings = PreparedCodings(folder)
        self._read = functools.lru_cache(maxsize=8)(self._document)

    def get(self, path: str) -> Document:
        """Return the document at a path."""
        found = (self._folder / path).stat()
        return self._read(self._folder / path, (found.st_mtime_ns, found.st_size))

    def _document(self, path: Path, _: tuple[int, int]) -> Document:
        content = path.read_bytes()
        coded = self._codings.of(content_tag(content))
        prepared = {coding: file.read_bytes() for coding, file in coded.items()}
        text = content.decode()
        return Document(text, page_policy(text, self._ancestors).decode(), prepared)
