"""What may come into a scene, by every way into it."""

import base64

import pytest

from canvas_server.core.effects import Refusal
from canvas_server.core.records import Record, Snapshot
from canvas_server.core.scene.admission import MAX_PIXELS, SUBSTITUTE, admitted_changes, check
from canvas_server.federation.scenes import digest_of
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.history import Added, Entry, Replaced, Updated
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import Image, Text
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)
from support.browsers.bombs import OTHERS, SPELLINGS, data_url
from support.hub.drawings import png_url
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("SCN10")

SVG = SPELLINGS["base64"]
GOOD = png_url()


def picture(src: str, name: str = "p") -> Element:
    return Element(name, Image(src, "A lawn"), Transform())


def old_lab(*elements: Element) -> HubLab:
    """A hub whose log has a scene from the days when nothing was looked at."""
    lab = HubLab()
    record = Record("s", (Entry(5, 1, Replaced(elements)),), follows=False)
    lab.disk.log.append(record, lambda _: None)
    lab.disk.answer()
    return lab


def sources(lab: HubLab) -> list[str]:
    kinds = [element.kind for element in lab.hub.replicas.snapshot("s").elements]
    return [kind.src for kind in kinds if isinstance(kind, Image)]


@pytest.mark.parametrize("src", [*SPELLINGS.values(), *OTHERS.values()], ids=[*SPELLINGS, *OTHERS])
def test_what_cannot_be_drawn_safely_is_refused_and_what_to_do_is_said(src: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(picture(src))
    assert refused.value.code is ErrorCode.CONTENT_REFUSED
    assert refused.value.text.startswith("p: ")


@pytest.mark.parametrize(
    "src",
    [
        GOOD,
        GOOD.replace("image/png", "image/PNG"),
        GOOD.replace(";base64", "; charset=x; base64"),
        GOOD.replace("image/png", "image/jpeg"),  # browsers look at the bytes, and so do we
        GOOD.rstrip("="),
        GOOD + "#fragment",
        SUBSTITUTE,
        "https://example.org/a.svg",  # pages fetch nothing unless somebody wants it
        "data:image/png;base64,AAAA",  # nothing draws that
        "data:image/png;base64,",
    ],
)
def test_pictures_that_browsers_can_bound_are_taken(src: str) -> None:
    check(picture(src))


def test_the_frames_of_a_picture_count() -> None:
    frame = b"\0\0\0\0fcTL\0\0\0\0"
    head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + (1000).to_bytes(4) * 2 + b"\0" * 9
    check(picture(data_url(head + frame * 240, "image/apng")))
    with pytest.raises(Refusal) as refused:
        check(picture(data_url(head + frame * 241, "image/apng")))
    assert "frames" in refused.value.text
    assert MAX_PIXELS >= 4096 * 4096


def test_somebody_who_adds_or_changes_a_picture_is_told() -> None:
    lab = HubLab()
    (a, _), (b, _) = lab.join(), lab.join()
    new = NewElement(Image(SVG), id="p")
    lab.say(a, client.AddElement(new, "m"))
    (error,) = lab.heard(a, server.Error)
    assert (error.code, error.message_id) == (ErrorCode.CONTENT_REFUSED, "m")
    assert "PNG" in error.message
    assert lab.inbox[b] == []
    lab.clear()
    lab.say(a, client.AddElement(NewElement(Image(GOOD), id="p"), "n"))
    lab.clear()
    for patch in ({"src": SVG}, {"type": "Image", "data": {"src": SVG}}):
        lab.say(a, client.UpdateElement("p", ElementChanges(kind=patch), "o"))
        assert lab.error(a) == "content_refused"
        lab.clear()
    change = client.UpdateOperation("p", ElementChanges(kind={"src": SVG}))
    lab.say(a, client.SyncQueue((client.AddOperation(new), change), "q"))
    (result,) = lab.heard(a, server.SyncResult)
    assert result.synced_count == 0
    assert [failed.code for failed in result.failed_operations] == [
        ErrorCode.ELEMENT_EXISTS,
        ErrorCode.CONTENT_REFUSED,
    ]
    assert sources(lab) == [GOOD]


def test_a_posted_edit_is_refused_as_a_whole() -> None:
    lab = HubLab()
    lab.join()
    fine = NewElement(Text("fine"), id="t")
    for edit in (
        SceneEdit("s", add=(fine, NewElement(Image(SVG), id="p"))),
        SceneEdit(
            "s",
            add=(NewElement(Image(GOOD), id="p"),),
            update=(ChangedElement("p", ElementChanges(kind={"src": SVG})),),
        ),
    ):
        with pytest.raises(Refusal) as refused:
            lab.hub.post(edit, 1, None, lab.now)
        assert refused.value.code is ErrorCode.CONTENT_REFUSED
    assert lab.hub.replicas.snapshot("s").elements == ()


def test_what_was_stored_before_can_be_moved_described_and_removed() -> None:
    lab = old_lab(picture(SVG))
    a, _ = lab.join()
    moved = ElementChanges(TransformChanges(x=9), {"alt": "The logo"})
    lab.say(a, client.UpdateElement("p", moved, "m"))
    assert lab.heard(a, server.Ack)
    assert sources(lab) == [SVG]
    lab.say(a, client.RemoveElement("p", "n"))
    assert sources(lab) == []
    lab.clear()
    lab.say(a, client.AddElement(NewElement(Image(SVG), id="p"), "again"))
    assert lab.error(a) == "content_refused"


def test_an_earlier_scene_comes_back_without_them() -> None:
    lab = old_lab(picture(SVG), picture(GOOD, "q"))
    a, _ = lab.join()
    lab.say(a, client.ClearScene("c"))
    assert sources(lab) == []
    lab.say(a, client.RestoreScene(5, "r"))
    assert lab.heard(a, server.Ack)[-1].message_id == "r"
    assert sources(lab) == [SUBSTITUTE, GOOD]


def test_what_another_server_has_comes_in_without_them() -> None:
    leader = HubLab(leader=lambda _: None)
    leader.join()
    had = Snapshot(3, 0, (picture(SVG),))
    leader.perform(leader.hub.replicas.merge("s", had, "North", leader.now))
    assert sources(leader) == [SUBSTITUTE]

    copy = HubLab(leader=lambda _: "Their server")
    copy.join()
    replicas = copy.hub.replicas
    copy.perform(replicas.adopt("s", Snapshot(7, 0, (picture(SVG),)), "North", copy.now))
    assert sources(copy) == [SUBSTITUTE]
    for revision, change in enumerate(
        (
            Added(picture(SVG, "q")),
            Updated("q", ElementChanges(kind={"src": GOOD})),
            Updated("p", ElementChanges(kind={"src": SVG, "alt": "b"})),
            Updated("p", ElementChanges(TransformChanges(x=3), {"src": "https://a.example/"})),
            Updated("q", ElementChanges(TransformChanges(x=3))),
        ),
        8,
    ):
        copy.perform(replicas.follow("s", [Entry(revision, 0, change)], "North", None, copy.now))
    assert sources(copy) == ["https://a.example/", GOOD]
    replaced = Replaced((picture(SVG), picture(GOOD, "q")))
    copy.perform(replicas.follow("s", [Entry(13, 0, replaced)], "North", None, copy.now))
    assert sources(copy) == [SUBSTITUTE, GOOD]


def test_both_servers_agree_that_they_have_the_same() -> None:
    assert digest_of((picture(SVG),)) == digest_of((picture(SUBSTITUTE),))
    assert digest_of((picture(GOOD),)) != digest_of((picture(SUBSTITUTE),))


def test_changes_of_what_is_no_picture_stay() -> None:
    for changes in (
        ElementChanges(),
        ElementChanges(kind={"content": "x"}),
        ElementChanges(kind={"src": 7}),
        ElementChanges(kind={"src": GOOD}),
    ):
        assert admitted_changes(changes) is changes


@pytest.mark.rule("SCN10")
def test_a_picture_of_very_many_parts_is_refused() -> None:
    data = b"\xff\xd8" + b"\xff\xd0" * 20_000
    src = "data:image/jpeg;base64," + base64.b64encode(data).decode()
    with pytest.raises(Refusal, match="content_refused") as refused:
        check(picture(src))
    assert "parts" in refused.value.text


@pytest.mark.rule("SCN6")
def test_a_refusal_quotes_no_more_than_a_line_of_what_was_sent() -> None:
    """It is kept for a retry."""
    lab = old_lab(picture(GOOD))
    a, _ = lab.join()
    lab.say(a, client.UpdateElement("p", ElementChanges(kind={"src": "x" * 500_000}), "m"))
    (error,) = lab.heard(a, server.Error)
    assert len(error.message) <= 300
