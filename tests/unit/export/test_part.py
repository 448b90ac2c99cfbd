"""The part of a scene that is drawn by itself."""

import msgspec
import pytest

from canvas_server.export.part import part_of
from canvas_server.protocol.kinds import Text
from support.hub.drawings import scene_of


@pytest.mark.rule("HND10")
def test_a_part_has_what_lies_on_it_and_nothing_else() -> None:
    scene = scene_of(*(Text(name) for name in "abcdef"))
    ids = [element.id for element in scene.elements]
    parents = [None, ids[0], ids[1], ids[4], ids[3], None]  # the fourth and fifth: a circle
    elements = tuple(
        msgspec.structs.replace(element, parent=parent)
        for element, parent in zip(scene.elements, parents, strict=True)
    )
    scene = msgspec.structs.replace(scene, elements=elements)
    assert [one.id for one in part_of(scene, {ids[0], "gone"}).elements] == ids[:3]
    assert [one.id for one in part_of(scene, {ids[3]}).elements] == ids[3:5]
    assert part_of(scene, set()).elements == ()
