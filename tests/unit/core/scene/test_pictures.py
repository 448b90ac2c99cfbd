"""Where the pictures of an edit are, and the edit with others in their place."""

import pytest

from canvas_server.core.effects import Decode
from canvas_server.core.scene.admission import content_of, objection, refused_source
from canvas_server.core.scene.pictures import sources_in, with_sources
from canvas_server.protocol import client, server
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import Chart, Image, Text
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.hub.hub import HubLab, make_hub

pytestmark = pytest.mark.rule("SCN10")

A, B, C = (f"data:image/png;base64,{name}" for name in "abc")
CHART = Element("c", Chart("bar", {"src": A}), Transform())
PATCH = ElementChanges(kind={"src": A})
WRAPPED = ElementChanges(kind={"type": "Image", "data": {"src": B}})
MOVE = ElementChanges(TransformChanges(x=1))


def of(*sources: str) -> tuple[NewElement, ...]:
    return tuple(NewElement(Image(src)) for src in sources)


EDITS: dict[str, tuple[client.EditMessage | SceneEdit, tuple[str, ...]]] = {
    "add": (client.AddElement(of(A)[0]), (A,)),
    "add a text": (client.AddElement(NewElement(Text(A))), ()),
    "add by address": (client.AddElement(of("https://example.org/a")[0]), ()),
    "update": (client.UpdateElement("p", PATCH), (A,)),
    "update a chart": (client.UpdateElement("c", ElementChanges(kind={"data": {"src": A}})), (A,)),
    "move": (client.UpdateElement("p", MOVE), ()),
    "remove": (client.RemoveElement("p"), ()),
    "clear": (client.ClearScene(), ()),
    "queue": (
        client.SyncQueue(
            (
                client.AddOperation(of(C)[0]),
                client.UpdateOperation("p", WRAPPED),
                client.UpdateOperation("p", MOVE),
                client.RemoveOperation("p"),
                client.AddOperation(of(C)[0]),
            )
        ),
        (C, B),
    ),
    "post": (
        SceneEdit("s", of(A, B, A), (ChangedElement("p", ElementChanges(kind={"src": C})),)),
        (A, B, C),
    ),
}


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS)
def test_the_pictures_of_an_edit_are_found_and_replaced(
    edit: client.EditMessage | SceneEdit, expected: tuple[str, ...]
) -> None:
    assert sources_in(edit) == expected
    assert with_sources(edit, {}) == edit
    new = {src: src.upper() for src in expected}
    replaced = with_sources(edit, new)
    assert str(replaced) == str(edit).replace(A, new.get(A, A)).replace(B, new.get(B, B)).replace(
        C, new.get(C, C)
    )


def test_an_edit_waits_for_its_pictures_that_are_not_decoded() -> None:
    lab = HubLab()
    lab.hub = make_hub(lab.memory, is_decoded=lambda source: source == A)
    (connection, _) = lab.join()
    edit = client.AddElement(of(B)[0])
    assert lab.say(connection, edit) == [Decode("s", connection, edit, (B,))]
    assert lab.hub.pictures_of(SceneEdit("s", of(A, B))) == (B,)
    assert lab.inbox[connection] == []
    lab.say(connection, client.AddElement(NewElement(Text("x"))))
    assert lab.heard(connection, server.ElementAdded)


def test_what_was_refused_says_why() -> None:
    for reason in ("a, b; c: 100 % #first", "broken"):
        assert objection(refused_source(reason)) == reason


def test_the_content_of_a_data_url() -> None:
    assert content_of("data:IMAGE/png;base64,AAEC#x") == ("image/png", b"\0\1\2")
    assert content_of("data:image/png;base64,!") == ("image/png", b"")
