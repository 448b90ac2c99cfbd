"""An SVG document as a PNG, drawn by resvg with the fonts that its letters are in."""

import resvg_py

from canvas_server.export import chunks
from canvas_server.export.fonts import BUNDLED
from canvas_server.export.svg import Drawn
from canvas_server.export.worker import MOST_WIDTH

MOST_AREA = 8_400_000
"""Pixels of a picture: as many as a 4K screen has."""
USUAL_WIDTH = 2560


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
    chunks.split(drawn.root)
    across, down = size_of(drawn, width)
    return resvg_py.svg_to_bytes(
        svg_string=drawn.text,
        width=across,
        height=down,
        skip_system_fonts=True,
        font_files=list(drawn.font_files),
        font_family=BUNDLED,
        sans_serif_family=BUNDLED,
    )
