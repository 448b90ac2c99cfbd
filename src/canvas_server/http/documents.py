"""HTML documents of the page, each with the content security policy that is right for it."""

import functools
from pathlib import Path

from msgspec import Struct

from canvas_server.http.csp import page_policy


class Document(Struct, frozen=True):
    """A document, and its policy."""

    text: str
    policy: str


class Documents:
    """The documents below a folder, each read anew when its file has changed."""

    def __init__(self, folder: Path, ancestors: tuple[str, ...] = ()) -> None:
        """Sites of `ancestors` may embed them."""
        self._folder = folder
        self._read = functools.lru_cache(maxsize=8)(functools.partial(_document, ancestors))

    def get(self, path: str) -> Document:
        """Return the document at a path."""
        found = (self._folder / path).stat()
        return self._read(self._folder / path, (found.st_mtime_ns, found.st_size))


def _document(ancestors: tuple[str, ...], path: Path, _: tuple[int, int]) -> Document:
    text = path.read_text("utf-8")
    return Document(text, page_policy(text, ancestors).decode())
