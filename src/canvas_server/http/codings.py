"""Texts in content codings (RFC 9110 section 8.4.1), as `tools/bundle.mjs` made them."""

from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import Headers

from canvas_server.http.grammar import joined, preferred_coding

BUNDLE = "bundle"
"""The folder that `tools/bundle.mjs` makes of the page."""
_ENDINGS = {"br": "br", "gzip": "gz"}
"""Of the files in each coding, the smallest first."""


class PreparedCodings:
    """The files that hold texts in codings, by the hash of the text."""

    def __init__(self, web: Path) -> None:
        """`web` is the folder of the site."""
        self._folder = web / BUNDLE / "codings"

    def of(self, tag: str) -> dict[str, Path]:
        """Return the files that hold the content of a tag (`content_tag`), by their coding."""
        paths = {name: self._folder / f"{tag}.{ending}" for name, ending in _ENDINGS.items()}
        return {name: path for name, path in paths.items() if path.is_file()}

    def holds(self, path: str) -> bool:
        """Tell whether a path is of one of these files."""
        return Path(path).is_relative_to(self._folder.resolve())


def wanted_coding(asked: Headers, offered: Sequence[str]) -> str | None:
    """Return the coding that a request wants most of those offered; None: the text as it is."""
    return preferred_coding(joined(asked.raw, b"accept-encoding"), offered)
