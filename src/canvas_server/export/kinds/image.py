"""Drawer of pictures: those in data URLs are embedded anew, the others are frames."""

import base64
import binascii
import re
from urllib.parse import unquote, unquote_to_bytes
from xml.etree.ElementTree import Element as Node

from canvas_server.core.scene.rasters import measure
from canvas_server.export.budget import Budget
from canvas_server.export.frame import file_name, frame
from canvas_server.export.shapes import node
from canvas_server.protocol.scene import Image, Transform

_PICTURES = ("png", "jpeg", "gif", "webp")
"""SVG could cost whoever opens the drawing any amount of work."""
_DATA_URL = re.compile(r"data:image/([a-z+]+)((?:;[^;,]*)*),", re.IGNORECASE)


def draw(group: Node, picture: Image, at: Transform, budget: Budget) -> float:
    """Draw a picture, or a frame that says what it is; return how high it is."""
    words = picture.alt.strip()
    found = _embedded(picture.src, budget)
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
        frame(group, "picture", words or "Picture", at)
    else:
        name = words or f"Picture {file_name(picture.src)}".strip()
        frame(group, "picture", name, at, picture.src)
    return at.height


def _embedded(src: str, budget: Budget) -> str | None:
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
    if raster is None or raster.form not in _PICTURES or not budget.take_picture(raster):
        return None
    return f"data:image/{raster.form};base64,{base64.b64encode(data).decode()}"
