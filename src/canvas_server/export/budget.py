"""Budget of a drawing: how much text, how many charts and pixels a whole scene may cost."""

from canvas_server.core.scene.rasters import Raster
from canvas_server.export.colors import INKED, Paint, paint_of
from canvas_server.export.fonts import Weight, runs_of
from canvas_server.export.lines import Line, wrap
from canvas_server.export.missing import MissingContent

MOST_LINES = 400
"""Of one element."""
MOST_LINES_OF_ALL = 40_000
MOST_LETTERS_OF_ALL = 200_000
_RUN = 8
"""Letters that cost as much as to change the font once."""
MOST_CHARTS = 100
MOST_MARKS_OF_ALL = 30_000
"""Of the charts of a scene: bars, points, slices."""
MOST_POINTS_OF_ALL = 500_000
"""Of the strokes of a scene."""
MOST_PIXELS = 24_000_000
MOST_PIXELS_OF_ALL = 80_000_000
"""Of the pictures in a scene, which are unpacked to be drawn; the rest are frames."""


class Budget:
    """What is left for the elements that are not drawn yet, and what is missing of the others."""

    def __init__(self) -> None:
        self.missing = MissingContent()
        self._ids = 0
        self._letters = MOST_LETTERS_OF_ALL
        self._lines = MOST_LINES_OF_ALL
        self._charts = MOST_CHARTS
        self._marks = MOST_MARKS_OF_ALL
        self._points = MOST_POINTS_OF_ALL
        self._pixels = MOST_PIXELS_OF_ALL

    def new_id(self) -> str:
        """Return a name for a part of the document that others refer to."""
        self._ids += 1
        return f"part-{self._ids}"

    def wrap(
        self, text: str, width: float, size: float, weight: Weight = 400, *, lists: bool = False
    ) -> tuple[Line, ...]:
        """Break text into lines, as many as there is room for, and spend them."""
        part = text[: self._letters]
        most = max(1, min(MOST_LINES, self._lines))
        block = wrap(part, width, size, most, weight, lists=lists)
        self._letters -= min(self._letters, len(part) + _RUN * len(runs_of(part, weight)))
        self._lines -= len(block.lines)
        if block.is_cut or len(part) < len(text):
            self.missing.add("text")
        return block.lines

    def paint_of(self, color: str) -> Paint:
        """Return the colour that somebody chose, or the ink of the page where it is not known."""
        paint = paint_of(color)
        if paint is None:
            self.missing.add("color")
        return paint or INKED

    def take_chart(self, marks: int) -> bool:
        """Tell whether a chart with so many marks may be drawn, and spend it if so."""
        if self._charts <= 0 or marks > self._marks:
            return False
        self._charts -= 1
        self._marks -= marks
        return True

    def take_stroke(self, points: int) -> bool:
        """Tell whether a stroke of so many points may be drawn, and spend them if so."""
        if points > self._points:
            return False
        self._points -= points
        return True

    def take_picture(self, raster: Raster) -> bool:
        """Tell whether a picture may be drawn, and spend its pixels if so."""
        if not 0 < raster.pixels <= min(MOST_PIXELS, self._pixels):
            return False
        self._pixels -= raster.pixels
        return True
