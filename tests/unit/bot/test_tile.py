"""The tile of a bot: one, in its slot, and moved once for each slot."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from canvas_server.bot.tile import ASPECT, BotTile
from canvas_server.client.view import View
from canvas_server.protocol.client import AddElement, UpdateElement
from canvas_server.protocol.kinds import Note, Video
from canvas_server.protocol.scene import Element, Transform, TransformChanges

BESIDE = Transform(x=57.0, y=32.0, width=1166.0, height=656.0)
"""The slot of a tile that is alone."""


def tile_in(view: View) -> BotTile:
    return BotTile(cast("Any", SimpleNamespace(view=view, peer_id="bot")))


def put(view: View, stream_id: str, transform: Transform) -> None:
    view.elements[stream_id] = Element(stream_id, Video(stream_id), transform)


@pytest.mark.rule("LAY2")
def test_it_fills_an_empty_canvas_and_makes_room_for_the_next_one() -> None:
    view = View()
    view.peers = cast("Any", {"bot": None, "ada": None})
    tile = tile_in(view)
    assert tile.change(in_call=True) is None  # the scene is not known yet
    view.known = True
    assert tile.change(in_call=False) is None
    added = tile.change(in_call=True)
    assert isinstance(added, AddElement)
    assert added.element.transform == BESIDE
    assert tile.change(in_call=True) is None  # it is on its way
    put(view, "peer-bot", BESIDE)
    assert tile.change(in_call=True) is None
    put(view, "peer-ada", BESIDE)
    moved = tile.change(in_call=True)
    assert isinstance(moved, UpdateElement)
    assert moved.id == "peer-bot"
    assert isinstance(moved.changes.transform, TransformChanges)
    assert moved.changes.transform.width == 596.0
    assert tile.change(in_call=True) is None  # asked for once
    tile.forget()
    view.elements["note"] = Element("note", Note(""), Transform())
    assert tile.change(in_call=True) is None  # somebody uses the canvas
    assert abs(BESIDE.width / BESIDE.height - ASPECT) < 0.01
