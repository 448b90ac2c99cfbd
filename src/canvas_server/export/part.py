"""The part of a scene that is drawn by itself. Pure."""

from collections.abc import Set as AbstractSet

import msgspec

from canvas_server.protocol.scene import SceneDocument


def part_of(scene: SceneDocument, ids: AbstractSet[str]) -> SceneDocument:
    """Return a scene with some of its elements, and with what lies on them."""
    chosen = set(ids)
    found = chosen
    while found:
        found = {one.id for one in scene.elements if one.parent in found} - chosen
        chosen |= found
    elements = tuple(element for element in scene.elements if element.id in chosen)
    return msgspec.structs.replace(scene, elements=elements)
