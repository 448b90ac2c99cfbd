"""A scene as one SVG document (SVG 1.1, with `href` of SVG 2), as the page shows it.

It holds all it shows: pictures that lie elsewhere, models and cameras are frames that say what
would be there. Nothing in it runs or loads anything.
"""

import math
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import tostring

from msgspec import Struct

from canvas_server.core.scene.hierarchy import ancestors
from canvas_server.export import colors, fonts, kinds, shaping
from canvas_server.export.arrowpath import aim_of, arrow_path
from canvas_server.export.budget import Budget
from canvas_server.export.kinds import arrow
from canvas_server.export.missing import Gap, in_words
from canvas_server.export.shapes import node, number
from canvas_server.protocol.kinds import Arrow
from canvas_server.protocol.scene import Element, SceneDocument, Transform, Viewport

MARGIN = 40.0
"""Around what is on the canvas, in scene units."""


class Drawn(Struct, frozen=True):
    """An SVG document and its size in scene units."""

    root: Node
    width: float
    height: float
    missing: tuple[Gap, ...] = ()
    font_files: tuple[str, ...] = ()
    """Of the fonts that its letters are in."""

    @property
    def text(self) -> str:
        """The document as text."""
        return tostring(self.root, "unicode")


class Box(Struct, frozen=True):
    """An upright box in scene units."""

    left: float
    top: float
    right: float
    bottom: float


def draw(scene: SceneDocument) -> Drawn:
    """Draw a scene: all that is on it, or its first view where there is nothing."""
    drawing = _SceneDrawing({element.id: element for element in scene.elements})
    for element in sorted(scene.elements, key=lambda element: element.transform.z_index):
        drawing.add(element)
    view = drawing.view()
    width, height = view.right - view.left, view.bottom - view.top
    at = {"x": view.left, "y": view.top, "width": width, "height": height}
    root = node(
        None,
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=" ".join(number(part) for part in at.values()),
        font_family=shaping.FAMILY,
    )
    node(root, "title", f"{scene.session_id}, {scene.revision}")
    node(root, "rect", **at, fill=colors.PAGE)
    root.extend(drawing.nodes)
    used = fonts.used_by(_letters(root))
    drawing.missing.add_letters(used.without_font)
    gaps = drawing.missing.gaps()
    if gaps:
        root.insert(1, node(None, "desc", "\n".join(("Not in this picture:", *in_words(gaps)))))
    return Drawn(root, width, height, gaps, used.files)


def _letters(root: Node) -> Iterator[tuple[str, fonts.Weight]]:
    """Return all that is written, and in what."""
    for written in root.iter("text"):
        yield "".join(written.itertext()), fonts.weight_in(written.attrib)


class _SceneDrawing:
    """Draws elements, and keeps count of what they cost."""

    def __init__(self, elements: Mapping[str, Element]) -> None:
        self._elements = elements
        self.nodes: list[Node] = []
        self._budget = Budget()
        self.missing = self._budget.missing
        self._boxes: list[Box] = []

    def view(self) -> Box:
        """Return what shows everything, with a margin."""
        if not self._boxes:
            first = Viewport()
            return Box(0, 0, first.width, first.height)
        return Box(
            min(box.left for box in self._boxes) - MARGIN,
            min(box.top for box in self._boxes) - MARGIN,
            max(box.right for box in self._boxes) + MARGIN,
            max(box.bottom for box in self._boxes) + MARGIN,
        )

    def add(self, element: Element) -> None:
        """Draw an element on top of those before it."""
        at, kind = element.transform, element.kind
        if isinstance(kind, Arrow):
            self._add_arrow(element, kind)
            return
        group = self._group_of(element)
        if at.rotation % 360:
            middle = (at.x + at.width / 2, at.y + at.height / 2)
            turned = " ".join(number(part) for part in (at.rotation % 360, *middle))
            group.set("transform", f"rotate({turned})")
        height = kinds.draw(group, kind, at, self._budget)
        self.nodes.append(group)
        self._boxes.append(_box_of(at, height))

    def _group_of(self, element: Element) -> Node:
        """Return what an element is drawn in, as much seen as it is with what it lies in."""
        opacity = element.opacity
        for above in ancestors(self._elements, element.parent):
            opacity *= self._elements[above].opacity
        return node(None, "g", **({"opacity": opacity} if opacity < 1 else {}))

    def _add_arrow(self, element: Element, kind: Arrow) -> None:
        """Draw an arrow, which is where its ends are, and not where it is placed."""
        start, end = (aim_of(each, self._elements) for each in (kind.start, kind.end))
        path = arrow_path(kind, start, end)
        group = self._group_of(element)
        arrow.draw(group, kind, path, self._budget)
        self.nodes.append(group)
        box = path.box
        self._boxes.append(Box(box.x, box.y, box.x + box.width, box.y + box.height))


def _box_of(at: Transform, height: float) -> Box:
    """Return the box around an element as it is turned; it is turned about its own middle."""
    turn = math.radians(at.rotation)
    middle = (at.x + at.width / 2, at.y + at.height / 2)
    corners = [
        (
            middle[0] + (x - middle[0]) * math.cos(turn) - (y - middle[1]) * math.sin(turn),
            middle[1] + (x - middle[0]) * math.sin(turn) + (y - middle[1]) * math.cos(turn),
        )
        for x in (at.x, at.x + at.width)
        for y in (at.y, at.y + height)
    ]
    across, down = zip(*corners, strict=True)
    return Box(min(across), min(down), max(across), max(down))
