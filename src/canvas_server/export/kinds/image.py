"""Drawer of pictures: those in data URLs are embedded anew, the others are frames."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.embedding import embedded
from canvas_server.export.frame import file_name, frame
from canvas_server.export.shapes import node
from canvas_server.protocol.kinds import Image
from canvas_server.protocol.scene import Transform

_RADIUS = 6.0


def draw(group: Node, picture: Image, at: Transform, budget: Budget) -> float:
    """Draw a picture, or a frame that says what it is; return how high it is."""
    words = picture.alt.strip()
    found = embedded(picture.src, budget)
    if found is not None:
        name = budget.new_id()
        box = {"x": at.x, "y": at.y, "width": at.width, "height": at.height}
        corners = node(group, "clipPath", id=name)
        node(corners, "rect", **box, rx=min(_RADIUS, at.width / 2, at.height / 2))
        shown = node(
            group,
            "image",
            **box,
            clip_path=f"url(#{name})",
            preserveAspectRatio="xMidYMid meet",
            href=found,
        )
        node(shown, "title", words or "Picture")
    elif picture.src.lower().startswith("data:"):
        budget.missing.add("picture")
        frame(group, "picture", words or "Picture", at)
    else:
        budget.missing.add("remote-picture")
        name = words or f"Picture {file_name(picture.src)}".strip()
        frame(group, "picture", name, at, picture.src)
    return at.height
