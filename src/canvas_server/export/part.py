"""The part of a scene that is drawn by itself. Pure."""

from collections.abc import Set as AbstractSet

import msgspec

from canvas_server.protocol.bounds import Area
from canvas_server.protocol.kinds import Frame, Group
from canvas_server.protocol.scene import SceneDocument

_AROUND = (Frame, Group)


def ids_within(scene: SceneDocument, area: Area) -> frozenset[str]:
    """Return the elements that lie in a part of a scene, or reach into it.

    Frames and groups around all of it are left out: they would make the picture larger than it.
    """
    right, bottom = area.x + area.width, area.y + area.height
    found: set[str] = set()
    for element in scene.elements:
        at = element.transform
        if at.x > right or at.y > bottom or at.x + at.width < area.x or at.y + at.height < area.y:
            continue
        around = at.x < area.x and at.y < area.y
        around = around and at.x + at.width > right and at.y + at.height > bottom
        if not (around and isinstance(element.kind, _AROUND)):
            found.add(element.id)
    return frozenset(found)


def part_of(scene: SceneDocument, ids: AbstractSet[str]) -> SceneDocument:
    """Return a scene with some of its elements, and with what lies on them."""
    chosen = set(ids)
    found = chosen
    while found:
        found = {one.id for one in scene.elements if one.parent in found} - chosen
        chosen |= found
    elements = tuple(element for element in scene.elements if element.id in chosen)
    return msgspec.structs.replace(scene, elements=elements)
