"""Drawers of element kinds: a module for each, with a function `draw`.

`draw(group, kind, at, budget)` adds to the group what the element looks like before it is turned,
and returns how high that is.
"""

from typing import assert_never
from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.kinds import (
    chart,
    frames,
    image,
    ink,
    model,
    note,
    shape,
    text,
    video,
)
from canvas_server.protocol.kinds import (
    Arrow,
    Chart,
    Frame,
    Group,
    Image,
    Ink,
    Kind,
    Model3D,
    Note,
    Shape,
    Text,
    Video,
)
from canvas_server.protocol.scene import Transform


def draw(group: Node, kind: Kind, at: Transform, budget: Budget) -> float:
    """Draw an element of any kind; return how high it is."""
    match kind:
        case Text():
            return text.draw(group, kind, at, budget)
        case Note():
            return note.draw(group, kind, at, budget)
        case Image():
            return image.draw(group, kind, at, budget)
        case Chart():
            return chart.draw(group, kind, at, budget)
        case Model3D():
            return model.draw(group, kind, at, budget)
        case Video():
            return video.draw(group, kind, at, budget)
        case Ink():
            return ink.draw(group, kind, at, budget)
        case Shape():
            return shape.draw(group, kind, at, budget)
        case Arrow():  # by itself, where what it follows is (svg.py)
            return at.height
        case Frame():
            return frames.draw(group, kind, at)
        case Group():  # what it has as its children is drawn by itself
            return at.height
        case _:
            assert_never(kind)
