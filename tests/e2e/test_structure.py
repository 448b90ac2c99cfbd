"""Elements in each other, in two windows: groups, frames with a tile in them, locks, undo."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from support.browsers.conditions import until
from support.browsers.desk import Desk
from support.servers.server import Server, eventually, post

pytestmark = pytest.mark.rule("STR1", "STR2", "STR3", "STR4", "STR5")

LEFT = {"x": 200, "y": 300, "width": 120, "height": 80}
RIGHT = {"x": 400, "y": 300, "width": 120, "height": 80}


def note(name: str, place: dict[str, int], **parts: Any) -> dict[str, Any]:
    kind = {"type": "Note", "content": name}
    return {"id": name, "kind": kind, "transform": {**place, "z_index": 5}, **parts}


def session_of(desk: Desk) -> str:
    return desk.page.url.split("/s/")[1].split("?")[0]


def parents(desk: Desk, server: Server) -> dict[str, str | None]:
    """What is stored: the parent of each element."""
    scene = json.loads(server.get(f"/api/scene/{session_of(desk)}")[1])["scene"]
    return {element["id"]: element.get("parent") for element in scene["elements"]}


def moved(desk: Desk, *names: str) -> dict[str, list[float]]:
    return {name: desk.place(name)[:2] for name in names}


def by(before: dict[str, list[float]], after: dict[str, list[float]]) -> set[tuple[float, float]]:
    """How far each has gone."""
    return {
        (round(after[name][0] - at[0], 1), round(after[name][1] - at[1], 1))
        for name, at in before.items()
    }


def test_what_is_grouped_framed_and_locked_moves_as_one_in_both_windows(
    desk: Desk, server: Server
) -> None:
    post(
        server, {"session_id": session_of(desk), "add": [note("left", LEFT), note("right", RIGHT)]}
    )
    for window in (desk.ada, desk.bob):
        until(window.page, "document.querySelectorAll('[data-kind=Note]').length === 2")
    desk.page.locator("#zoom-fit").click()

    # A group moves as one, and is seen moving by the other while it is dragged.
    desk.select("left", "right")
    desk.keys.press("Control+g")
    expect(desk.page.locator('[data-kind="Group"]')).to_have_count(1)
    before = moved(desk, "left", "right")
    start = desk.middle("left")
    desk.mouse.move(*start)
    desk.mouse.down()
    desk.mouse.move(start[0], start[1] + 60)
    desk.mouse.move(start[0] + 5, start[1] + 90)
    until(
        desk.page,
        "was => document.querySelector('[data-element-id=right]').style.transform !== was",
        arg=f"translate({before['right'][0]}px, {before['right'][1]}px)",
    )
    until(
        desk.bob.page,
        "was => document.querySelector('[data-element-id=right]').style.transform !== was",
        arg=f"translate({before['right'][0]}px, {before['right'][1]}px)",
    )
    desk.mouse.up()
    assert len(by(before, moved(desk, "left", "right"))) == 1
    assert by(before, moved(desk, "left", "right")) != {(0.0, 0.0)}
    desk.agree()

    # A double click goes in: one of them alone.
    desk.mouse.dblclick(*desk.middle("left"))
    before = moved(desk, "left", "right")
    expect(desk.node("left")).to_have_attribute("data-selected", "")
    desk.keys.press("ArrowUp")
    until(
        desk.page,
        "was => document.querySelector('[data-element-id=left]').style.transform !== was",
        arg=f"translate({before['left'][0]}px, {before['left'][1]}px)",
    )
    assert moved(desk, "right")["right"] == before["right"]
    desk.keys.press("Escape")

    # Taken apart and undone.
    desk.select("right")
    desk.keys.press("Control+Shift+g")
    expect(desk.page.locator('[data-kind="Group"]')).to_have_count(0)
    desk.keys.press("Control+z")
    expect(desk.page.locator('[data-kind="Group"]')).to_have_count(1)

    # Locked: a drag passes over it, the server refuses others.
    desk.keys.press("Escape")
    desk.select("left")
    desk.keys.press("Control+Shift+l")
    group = desk.page.locator('[data-kind="Group"]')
    expect(group).to_have_attribute("data-locked", "")
    before = moved(desk, "left", "right")
    desk.drag(desk.middle("left"), (80, 80))
    assert moved(desk, "left", "right") == before
    status, _, answer = post(
        server, {"session_id": session_of(desk), "remove": [group.get_attribute("data-element-id")]}
    )
    assert (status, answer["code"]) == (423, "element_locked")
    desk.agree()


def test_a_frame_carries_what_lies_in_it_also_a_tile(desk: Desk, server: Server) -> None:
    session = session_of(desk)
    stream = desk.page.evaluate("() => window.signalingManager.peerId")
    tile = {
        "id": "tile",
        "kind": {"type": "Video", "stream_id": f"screen-{stream}"},
        "transform": {"x": 420, "y": 300, "width": 160, "height": 90, "z_index": 6},
    }
    post(server, {"session_id": session, "add": [note("inside", LEFT), tile]})
    for window in (desk.ada, desk.bob):
        expect(desk.node("tile", window)).to_be_visible()
    desk.page.locator("#zoom-fit").click()

    # Drawn with the key F about both: they are in it. Its title is written where it stands.
    desk.keys.press("f")
    until(desk.page, "document.body.dataset.mode === 'frame'")
    at = desk.node("inside").bounding_box()
    end = desk.node("tile").bounding_box()
    assert at
    assert end
    way = (end["x"] + end["width"] + 40 - at["x"] + 30, 160 + end["height"])
    desk.drag((at["x"] - 30, at["y"] - 40), way)
    expect(desk.page.locator('[data-kind="Frame"]')).to_have_count(1)
    frame = desk.page.locator('[data-kind="Frame"]').get_attribute("data-element-id")
    assert frame
    eventually(
        lambda: parents(desk, server) == {"inside": frame, "tile": frame, frame: None},
        "what lies in the frame",
    )
    desk.page.locator('[data-kind="Frame"] .frame-title').dblclick()
    desk.page.get_by_role("textbox").last.wait_for()
    desk.keys.type("Plan")
    desk.keys.press("Control+Enter")
    for window in (desk.ada, desk.bob):
        expect(desk.node(frame, window).locator(".frame-title")).to_have_text("Plan")

    # Moved by its title by one, it is seen moved with all in it by the other.
    before = moved(desk, frame, "inside", "tile")
    title = desk.page.locator('[data-kind="Frame"] .frame-title').bounding_box()
    assert title
    desk.drag((title["x"] + 15, title["y"] + title["height"] / 2), (60, 40))
    desk.agree()
    after = moved(desk, frame, "inside", "tile")
    assert len(by(before, after)) == 1
    assert by(before, after) != {(0.0, 0.0)}

    # Dragged out it is free, dropped in it is in.
    box = desk.node(frame).bounding_box()
    assert box
    desk.keys.press("Escape")
    middle = desk.middle("inside")
    desk.drag(middle, (0, box["y"] + box["height"] + 80 - middle[1]))
    eventually(lambda: parents(desk, server)["inside"] is None, "what lies in the frame")
    desk.keys.press("Control+z")
    eventually(lambda: parents(desk, server)["inside"] == frame, "what lies in the frame")

    # Removed with what is in it, but for the tile; one step brings all back.
    desk.keys.press("Escape")
    desk.page.locator("#zoom-fit").click()  # held at the edge, the drag may have moved the view
    desk.page.locator('[data-kind="Frame"] .frame-title').click()
    expect(desk.node(frame)).to_have_attribute("data-selected", "")
    desk.keys.press("Delete")
    eventually(lambda: parents(desk, server) == {"tile": None}, "what lies in the frame")
    desk.keys.press("Control+z")
    eventually(
        lambda: parents(desk, server) == {"inside": frame, "tile": frame, frame: None},
        "what lies in the frame",
    )
    desk.agree()


def test_what_is_made_in_a_frame_is_in_it_and_what_is_written_in_is_pressed(
    desk: Desk, server: Server
) -> None:
    """Shapes, arrows and notes belong to the frame they are made in, as what is dropped there."""
    page = desk.page
    desk.keys.press("f")
    desk.drag((100, 80), (500, 340))
    frame = page.locator('[data-kind="Frame"]').get_attribute("data-element-id")
    desk.keys.press("Escape")
    desk.keys.press("r")
    desk.drag((140, 140), (120, 80))
    desk.keys.press("Enter")
    desk.keys.type("Box")
    desk.keys.press("Escape")
    desk.keys.press("a")
    desk.drag((300, 180), (150, 60))
    expect(page.locator('[data-kind="Arrow"]')).to_have_count(1)
    desk.keys.press("n")
    desk.mouse.click(400, 320)
    desk.keys.press("Escape")
    desk.keys.press("r")
    desk.drag((640, 140), (100, 80))
    desk.agree()
    *inside, outside = [one for one in desk.ids() if one != frame]
    stored = parents(desk, server)
    assert [stored[one] for one in (*inside, outside)] == [frame, frame, frame, None]

    # Seen through, but written in: it is taken hold of anywhere within its line.
    shape = inside[0]
    desk.keys.press("Escape")
    before = desk.place(shape)
    box = desk.node(shape).bounding_box()
    assert box
    desk.drag((box["x"] + 15, box["y"] + 15), (60, 40))
    assert desk.place(shape)[0] > before[0]
