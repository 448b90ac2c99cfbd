"""Drawer of 3D models: a frame with the name of the file."""

from xml.etree.ElementTree import Element as Node

from canvas_server.export.budget import Budget
from canvas_server.export.frame import file_name, frame
from canvas_server.protocol.kinds import Model3D
from canvas_server.protocol.scene import Transform


def draw(group: Node, model: Model3D, at: Transform, budget: Budget) -> float:
    """Draw a frame in the place of a model; return how high it is."""
    budget.missing.add("model")
    return frame(group, "model", f"3D model {file_name(model.src)}".strip(), at)
