"""A scene as one SVG document (SVG 1.1, with `href` of SVG 2), as the page shows it.

It holds all it shows: pictures that lie elsewhere, models and cameras are frames that say what
would be there. Nothing in it runs or loads anything.
"""

import base64
import binascii
import colorsys
import math
import re
from typing import assert_never
from urllib.parse import unquote, unquote_to_bytes, urlsplit
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import tostring

from msgspec import Struct

from canvas_server.core.scene.rasters import Raster, measure
from canvas_server.export import chartlook, colors, text_metrics
from canvas_server.export.charts import normal_chart
from canvas_server.export.shapes import RADIUS, card, icon, node, number
from canvas_server.protocol.scene import (
    Chart,
    Element,
    Image,
    Model3D,
    SceneDocument,
    Text,
    Transform,
    Video,
    Viewport,
)

MARGIN = 40.0
"""Around what is on the canvas, in scene units."""
MOST_LINES = 400
MOST_LINES_OF_ALL = 40_000
MOST_CHARTS = 100
MOST_PIXELS = 24_000_000
MOST_PIXELS_OF_ALL = 80_000_000
"""Of the pictures in a scene, which are unpacked to be drawn; the rest are frames."""
_CHART_PADDING = 14.0
_PICTURES = ("png", "jpeg", "gif", "webp")
"""SVG could cost whoever opens the drawing any amount of work."""
_DATA_URL = re.compile(r"data:image/([a-z+]+)((?:;[^;,]*)*),", re.IGNORECASE)


class Drawn(Struct, frozen=True):
    """An SVG document and its size in scene units."""

    text: str
    width: float
    height: float


class Box(Struct, frozen=True):
    """An upright box in scene units."""

    left: float
    top: float
    right: float
    bottom: float


def draw(scene: SceneDocument) -> Drawn:
    """Draw a scene: all that is on it, or its first view where there is nothing."""
    drawing = _SceneDrawing()
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
        font_family=text_metrics.FAMILY,
    )
    node(root, "title", f"{scene.session_id}, {scene.revision}")
    node(root, "rect", **at, fill=colors.PAGE)
    root.extend(drawing.nodes)
    return Drawn(tostring(root, "unicode"), width, height)


class _SceneDrawing:
    """Draws elements, and keeps count of what they cost."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._boxes: list[Box] = []
        self._lines = MOST_LINES_OF_ALL
        self._charts = MOST_CHARTS
        self._pixels = MOST_PIXELS_OF_ALL

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
        group = node(None, "g")
        if at.rotation % 360:
            middle = (at.x + at.width / 2, at.y + at.height / 2)
            turned = " ".join(number(part) for part in (at.rotation % 360, *middle))
            group.set("transform", f"rotate({turned})")
        height = at.height
        match kind:
            case Text():
                height = max(height, self._text(group, kind, at))
            case Image():
                self._picture(group, kind, at)
            case Chart():
                self._chart(group, kind, at)
            case Model3D():
                name = _file_name(kind.src)
                self._frame(group, "model", f"3D model {name}".strip(), at)
            case Video():
                self._tile(group, kind, at)
            case _:
                assert_never(kind)
        self.nodes.append(group)
        self._boxes.append(_box_of(at, height))

    def _text(self, group: Node, text: Text, at: Transform) -> float:
        """Write text; return how high it is."""
        size = text.font_size
        lines = text_metrics.wrap(
            text.content, at.width, size, max(1, min(MOST_LINES, self._lines))
        )
        self._lines -= len(lines)
        paint = colors.paint_of(text.color)
        high = len(lines) * size * text_metrics.LINE
        pad_x, pad_y = 0.0, 0.0
        if colors.vanishes(paint, size):
            pad_x, pad_y = 0.35 * size, 0.1 * size
            lines = text_metrics.wrap(
                text.content, at.width - 2 * pad_x, size, max(1, len(lines) * 2)
            )
            high = len(lines) * size * text_metrics.LINE + 2 * pad_y
            box = {"width": max(at.width, 2 * pad_x), "height": high}
            node(group, "rect", x=at.x, y=at.y, **box, rx=6, fill=colors.CARD)
        anchor, x = {
            "left": ("start", at.x + pad_x),
            "center": ("middle", at.x + at.width / 2),
            "right": ("end", at.x + at.width - pad_x),
        }[text.align]
        written = node(group, "text", font_size=size, fill=paint.color, text_anchor=anchor)
        written.set("xml:space", "preserve")
        if paint.opacity < 1:
            written.set("fill-opacity", number(paint.opacity))
        first = at.y + pad_y + text_metrics.baseline(size)
        for place, line in enumerate(lines):
            if line:
                node(written, "tspan", line, x=x, y=first + place * size * text_metrics.LINE)
        return high

    def _picture(self, group: Node, picture: Image, at: Transform) -> None:
        words = picture.alt.strip()
        found = self._embedded(picture.src)
        if found is not None:
            shown = node(
                group,
                "image",
                x=at.x,
                y=at.y,
                width=at.width,
                height=at.height,
                preserveAspectRatio="xMidYMid meet",
                href=found,
            )
            node(shown, "title", words or "Picture")
        elif picture.src.lower().startswith("data:"):
            self._frame(group, "picture", words or "Picture", at)
        else:
            name = words or f"Picture {_file_name(picture.src)}".strip()
            self._frame(group, "picture", name, at, picture.src)

    def _embedded(self, src: str) -> str | None:
        """Return a picture as a data URL anew; None when it is none that may be shown."""
        head = _DATA_URL.match(src)
        if head is None or head[1].lower() not in _PICTURES:
            return None
        body = src[head.end() :]
        try:
            if head[2].lower().endswith(";base64"):
                data = base64.b64decode("".join(unquote(body).split()), validate=True)
            else:
                data = unquote_to_bytes(body)
        except (binascii.Error, ValueError):
            return None
        raster = measure(data)
        if raster is None or raster.form not in _PICTURES or not self._affords(raster):
            return None
        return f"data:image/{raster.form};base64,{base64.b64encode(data).decode()}"

    def _affords(self, raster: Raster) -> bool:
        if not 0 < raster.pixels <= min(MOST_PIXELS, self._pixels):
            return False
        self._pixels -= raster.pixels
        return True

    def _chart(self, group: Node, chart: Chart, at: Transform) -> None:
        normal = normal_chart(chart.chart_type, chart.data)
        name = f"{chart.chart_type.strip().capitalize()} chart"
        self._charts -= 1
        if normal is None or self._charts < 0:
            self._frame(group, "chart", name, at)
            return
        node(group, "title", f"{name}: {normal.title}" if normal.title else name)
        card(group, at.x, at.y, at.width, at.height)
        pad = min(_CHART_PADDING, at.width / 8, at.height / 8)
        inner = (at.x + pad, at.y + pad, at.width - 2 * pad, at.height - 2 * pad)
        if min(inner[2:]) >= 1:
            chartlook.draw(group, normal, *inner)

    def _frame(self, group: Node, symbol: str, words: str, at: Transform, where: str = "") -> None:
        """Draw a card that says in words what would be there."""
        node(group, "title", f"{words}\n{where}".strip())
        card(group, at.x, at.y, at.width, at.height)
        size = min(16.0, at.width / 10, at.height / 5)
        room = at.width - 2 * size
        middle = at.x + at.width / 2
        lines = [text_metrics.shortened(words, room, size, 600)]
        if where:
            lines.append(text_metrics.shortened(where, room, size * 0.8))
        image = min(40.0, at.width / 4, at.height / 3)
        y = at.y + (at.height - image - size * 1.5 * len(lines)) / 2
        icon(group, symbol, middle, y + image / 2, image, colors.INK_SOFT)
        for place, line in enumerate(lines):
            node(
                group,
                "text",
                line,
                x=middle,
                y=y + image + size * (1.5 + 1.4 * place),
                font_size=size * (0.8 if place else 1),
                font_weight="400" if place else "600",
                fill=colors.INK_SOFT,
                text_anchor="middle",
            )

    def _tile(self, group: Node, video: Video, at: Transform) -> None:
        """Draw the tile of a camera as the page does while there is no picture."""
        stream, _, peer_id = video.stream_id.partition("-")
        screen = stream == "screen"
        words = "Shared screen" if screen else "Camera"
        node(group, "title", words)
        box = {"width": at.width, "height": at.height}
        rx = min(RADIUS, at.width / 2, at.height / 2)
        ground, light = _hues(peer_id)
        node(group, "rect", x=at.x, y=at.y, **box, rx=rx, fill=ground)
        image = min(56.0, at.width / 3, at.height / 3)
        middle = (at.x + at.width / 2, at.y + at.height / 2)
        icon(group, "screen" if screen else "camera", *middle, image, light)
        size = min(13.0, at.width / 10, at.height / 8)
        gap = min(10.0, at.height * 0.04)
        wide = text_metrics.width_of(words, size, 600) + 1.4 * size
        y = at.y + at.height - gap - 1.75 * size
        pill = {"width": wide, "height": 1.75 * size, "rx": 0.6 * size}
        node(group, "rect", x=at.x + gap, y=y, **pill, fill="#0a0c12", fill_opacity=0.62)
        look = {"font_size": size, "font_weight": "600", "fill": "#ffffff"}
        node(group, "text", words, x=at.x + gap + 0.7 * size, y=y + 1.23 * size, **look)


def _hues(peer_id: str) -> tuple[str, str]:
    """Return a dark and a light colour of a peer, of the hue that the page gives it."""
    start = re.match("[0-9a-f]{1,6}", peer_id)
    hue = int(start[0], 16) % 360 / 360 if start else 230 / 360
    pair = (colorsys.hls_to_rgb(hue, light, vivid) for light, vivid in ((0.2, 0.2), (0.75, 0.3)))
    dark, light = ("#" + "".join(f"{round(part * 255):02x}" for part in rgb) for rgb in pair)
    return dark, light


def _file_name(address: str) -> str:
    """Return the name of the file an address ends with; none for what is no file."""
    if not address.lower().startswith("http"):
        return ""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return unquote(path[path.rfind("/") + 1 :])[:80]


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
