"""An SVG document as a PNG, drawn by resvg with the bundled font."""

import functools
import re
from pathlib import Path

import resvg_py

from canvas_server.export.svg import Drawn
from canvas_server.export.text_metrics import font_files
from canvas_server.export.worker import MOST_WIDTH

MOST_AREA = 8_400_000
"""Pixels of a picture: as many as a 4K screen has."""
USUAL_WIDTH = 2560

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts")
_FONTS = (".ttf", ".otf", ".ttc", ".otc")
# Which font of the system stands in for a letter that ours has not got is not ours to choose: any
# that is there may. So there are only those that look like ours.
_UNLIKE = re.compile(
    "bold|italic|oblique|light|thin|black|medium|heavy|condensed|mono|math|display|serif",
    re.IGNORECASE,
)
_MOST_FONTS = 300


@functools.cache
def _fonts() -> list[str]:
    """Return the bundled fonts, and upright plain ones that the system has, for other scripts."""
    found: list[Path] = []
    for folder in map(Path, _FONT_FOLDERS):
        if folder.is_dir():
            found += (path for path in folder.rglob("*") if path.suffix.lower() in _FONTS)
    plain = sorted(path for path in found if not _UNLIKE.search(path.stem))
    return [str(path) for path in (*font_files(), *plain[:_MOST_FONTS])]


def size_of(drawn: Drawn, width: int | None) -> tuple[int, int]:
    """Return the size in pixels: of a width, or twice the scene's; less where that is too large."""
    wanted = min(MOST_WIDTH, width or min(USUAL_WIDTH, 2 * drawn.width))
    ratio = drawn.height / drawn.width
    wanted = min(wanted, (MOST_AREA / ratio) ** 0.5, 4 * MOST_WIDTH / ratio)
    return max(1, round(wanted)), max(1, round(wanted * ratio))


def paint(drawn: Drawn, width: int | None = None) -> bytes:
    """Return the PNG.

    Raises:
        ValueError: it cannot be drawn.
    """
    across, down = size_of(drawn, width)
    return resvg_py.svg_to_bytes(
        svg_string=drawn.text,
        width=across,
        height=down,
        skip_system_fonts=True,
        font_files=_fonts(),
        font_family="Inter",
        sans_serif_family="Inter",
    )
