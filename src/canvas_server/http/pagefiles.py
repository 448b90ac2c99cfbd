"""Files of the browser client, with validators and in content codings (RFC 9110)."""

import mimetypes
import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from canvas_server.http.codings import BUNDLE, PreparedCodings, wanted_coding
from canvas_server.http.validators import content_tag, is_known, is_same

_HASHED = re.compile(r".+-[0-9A-Za-z]{8}\.(?:js|css|woff2)")
_RANGE = re.compile(rb"[ \t]*(?:(\d+)-(\d*)|-\d+)[ \t]*")
_WITH_POLICY = frozenset((f"{BUNDLE}/main.html", f"{BUNDLE}/doctor.html", "elsewhere/index.html"))
"""Documents with policies of their own: they have other addresses than their files."""
_FOR_EVER = "public, max-age=31536000, immutable"


class PageFiles(StaticFiles):
    """The files of the browser client, in the coding that is wanted most of those made beforehand.

    Those whose names have a hash of their content never change (RFC 8246); the others have a
    validator instead of a lifetime, so that an upgrade shows. It is made of their content: times
    and sizes of files are alike in two releases that were built reproducibly.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, html=True)
        self._codings = PreparedCodings(directory)
        self._tags: dict[tuple[str, int, int], str] = {}

    def _tag(self, path: Path, found: os.stat_result) -> str:
        key = (str(path), found.st_mtime_ns, found.st_size)
        if key not in self._tags:
            self._tags[key] = content_tag(path.read_bytes())
        return self._tags[key]

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file; those in codings, and documents with a policy, are no files of their own."""
        full_path, found = super().lookup_path(path)
        is_hidden = path in _WITH_POLICY or self._codings.holds(full_path)
        return ("", None) if is_hidden else (full_path, found)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, with how long it may be kept."""
        path, asked = Path(full_path), Headers(scope=scope)
        tag = self._tag(path, stat_result)
        is_hashed = path.parent.name == BUNDLE and _HASHED.fullmatch(path.name) is not None
        headers = {"cache-control": _FOR_EVER if is_hashed else "no-cache"}
        served = path
        wanted = None
        if coded := self._codings.of(tag):
            headers["vary"] = "Accept-Encoding"
            wanted = wanted_coding(asked, tuple(coded))
            if wanted is not None:
                tag, served = f"{tag}-{wanted}", coded[wanted]
        headers["etag"] = f'"{tag}"'
        if is_known(asked, tag):
            return Response(status_code=304, headers=headers)
        if wanted is not None:
            headers["content-encoding"] = wanted
        return _TaggedFile(served, tag, status_code, headers, _media_type(path))


class _TaggedFile(FileResponse):
    """A file that is known by its entity tag alone: it has no date."""

    def __init__(
        self, path: Path, tag: str, status: int, headers: dict[str, str], media_type: str
    ) -> None:
        super().__init__(path, status, headers, media_type, stat_result=path.stat())
        del self.headers["last-modified"]
        self._tag = tag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; `If-Range` is decided here, since the class above wants a date for it."""
        names = {b"if-range"}
        if not is_same(Headers(scope=scope), self._tag):
            names.add(b"range")
        fields = [
            (name, value)
            for name, value in scope["headers"]
            if name not in names and (name != b"range" or _is_valid(value))
        ]
        await super().__call__({**scope, "headers": fields}, receive, send)


def _is_valid(ranges: bytes) -> bool:
    """Tell whether a `Range` is one of bytes; another one is ignored (RFC 9110 section 14.2)."""
    unit, _, specs = ranges.partition(b"=")
    found = [_RANGE.fullmatch(spec) for spec in specs.split(b",")]
    return unit.strip().lower() == b"bytes" and all(
        spec is not None and not (spec[2] and int(spec[2]) < int(spec[1])) for spec in found
    )


def _media_type(path: Path) -> str:
    if path.suffix == ".map":
        return "application/json"
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
