"""Frames: cards in the place of what a still picture cannot hold."""

from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element as Node

from canvas_server.export import colors, lettering, shaping
from canvas_server.export.icons import IconName
from canvas_server.export.shapes import card, icon, node
from canvas_server.protocol.plain import first_of
from canvas_server.protocol.scene import Transform


def frame(group: Node, symbol: IconName, words: str, at: Transform, where: str = "") -> float:
    """Draw a card that says in words what would be there; return how high it is."""
    node(group, "title", f"{words}\n{where}".strip())
    card(group, at.x, at.y, at.width, at.height)
    size = min(16.0, at.width / 10, at.height / 5)
    room = at.width - 2 * size
    middle = at.x + at.width / 2
    lines = [shaping.shortened(words, room, size, 600)]
    if where:
        lines.append(shaping.shortened(where, room, size * 0.8))
    image = min(40.0, at.width / 4, at.height / 3)
    y = at.y + (at.height - image - size * 1.5 * len(lines)) / 2
    icon(group, symbol, middle, y + image / 2, image, colors.INK_SOFT)
    for place, line in enumerate(lines):
        lettering.label(
            group,
            line,
            x=middle,
            y=y + image + size * (1.5 + 1.4 * place),
            font_size=size * (0.8 if place else 1),
            font_weight="400" if place else "600",
            fill=colors.INK_SOFT,
            text_anchor="middle",
        )
    return at.height


def file_name(address: str) -> str:
    """Return the name of the file an address ends with; none for what is no file."""
    if not address.lower().startswith("http"):
        return ""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return first_of(unquote(path[path.rfind("/") + 1 :]), 80)
