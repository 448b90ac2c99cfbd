"""A long edit is read element by element, so that others have their turn in between."""

import json
from typing import Any

import pytest

from canvas_server.protocol.codec import MalformedMessage, decode_scene_edit, scene_edit_steps

ADD = [{"kind": {"type": "Text", "content": "a", "font_size": 1, "color": "#000000"}}] * 300
UPDATE = [{"id": f"e{number}", "changes": {"locked": True}} for number in range(500)]


def body(**parts: Any) -> bytes:
    return json.dumps({"session_id": "s", **parts}).encode()


def test_each_element_is_a_step_and_the_whole_is_the_same() -> None:
    text = body(add=ADD, update=UPDATE, remove=["x"])
    steps, count = scene_edit_steps(text), 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            edit = end.value
            break
        count += 1
    assert count == 1 + len(ADD) + len(UPDATE)
    assert edit == decode_scene_edit(text)
    assert (len(edit.add), len(edit.update), edit.remove) == (300, 500, ("x",))


def test_what_is_wrong_is_found_where_it_stands() -> None:
    steps = scene_edit_steps(body(add=[*ADD, {"kind": 7}]))
    with pytest.raises(MalformedMessage, match=r"\$\.add\[300\]"):
        for _ in steps:
            pass
