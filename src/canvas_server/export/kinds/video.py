"""Drawer of tiles: a camera or a shared screen without its picture."""

import colorsys
import re
from xml.etree.ElementTree import Element as Node

from canvas_server.export import lettering, shaping
from canvas_server.export.budget import Budget
from canvas_server.export.shapes import RADIUS, icon, node
from canvas_server.protocol.kinds import Video
from canvas_server.protocol.scene import Transform


def draw(group: Node, video: Video, at: Transform, budget: Budget) -> float:
    """Draw a tile as the page does while there is no picture; return how high it is."""
    stream, _, peer_id = video.stream_id.partition("-")
    screen = stream == "screen"
    words = "Shared screen" if screen else "Camera"
    budget.missing.add("camera")
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
    wide = shaping.width_of(words, size, 600) + 1.4 * size
    y = at.y + at.height - gap - 1.75 * size
    pill = {"width": wide, "height": 1.75 * size, "rx": 0.6 * size}
    node(group, "rect", x=at.x + gap, y=y, **pill, fill="#0a0c12", fill_opacity=0.62)
    look = {"font_size": size, "font_weight": "600", "fill": "#ffffff"}
    lettering.label(group, words, x=at.x + gap + 0.7 * size, y=y + 1.23 * size, **look)
    return at.height


def _hues(peer_id: str) -> tuple[str, str]:
    """Return a dark and a light colour of a peer, of the hue that the page gives it."""
    start = re.match("[0-9a-f]{1,6}", peer_id)
    hue = int(start[0], 16) % 360 / 360 if start else 230 / 360
    pair = (colorsys.hls_to_rgb(hue, light, vivid) for light, vivid in ((0.2, 0.2), (0.75, 0.3)))
    dark, light = ("#" + "".join(f"{round(part * 255):02x}" for part in rgb) for rgb in pair)
    return dark, light
