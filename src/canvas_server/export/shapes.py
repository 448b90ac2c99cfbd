"""Parts of an SVG document. Looks are attributes: a style sheet would be for all of the document.

The tree escapes all text; a node has no other attributes and children than those given here.
"""

from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement

from canvas_server.export import colors
from canvas_server.export.icons import ICONS, IconName
from canvas_server.export.shaping import clean

RADIUS = 12


def number(value: float) -> str:
    """Write a number as short as it can be without showing."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def node(parent: Node | None, tag: str, text: str = "", /, **attributes: float | str) -> Node:
    """Add a node; `_` in a name of an attribute stands for `-`."""
    written = {
        name.replace("_", "-"): value if isinstance(value, str) else number(value)
        for name, value in attributes.items()
    }
    made = Node(tag, written) if parent is None else SubElement(parent, tag, written)
    if text:
        made.text = clean(text)
    return made


def card(parent: Node, x: float, y: float, width: float, height: float) -> None:
    """Draw a sheet with a soft shadow, as the page does under charts."""
    box = {"width": width, "height": height, "rx": min(RADIUS, width / 2, height / 2)}
    shadow(parent, x, y, **box)
    node(parent, "rect", x=x, y=y, **box, fill=colors.SURFACE, stroke=colors.LINE)


def shadow(parent: Node, x: float, y: float, **box: float) -> None:
    """Draw the soft shadow of a sheet."""
    for below, opacity in ((5.0, 0.03), (3.0, 0.04), (1.5, 0.05)):
        node(parent, "rect", x=x, y=y + below, **box, fill=colors.SHADOW, fill_opacity=opacity)


def icon(parent: Node, name: IconName, x: float, y: float, size: float, color: str) -> None:
    """Draw an icon about a middle."""
    scale = size / 24
    at = f"translate({number(x - size / 2)} {number(y - size / 2)}) scale({scale:.4f})"
    node(
        parent,
        "path",
        d=ICONS[name],
        transform=at,
        fill="none",
        stroke=color,
        stroke_width=1.5,
        stroke_linecap="round",
        stroke_linejoin="round",
    )
