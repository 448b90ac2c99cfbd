"""Every edit of the page has an end: it is made, or refused in words. What is typed is not lost."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from support.browsers.desk import Desk

DROP = """async ([name, type, content]) => {
  let body = content;
  if (type === 'image/png') {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').fillRect(0, 0, 120, 80);
    body = await new Promise(resolve => canvas.toBlob(resolve, 'image/png'));
  }
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([body], name, {type}));
  const where = {clientX: 640, clientY: 360, bubbles: true, cancelable: true};
  document.querySelector('#stage').dispatchEvent(new DragEvent('drop', {dataTransfer, ...where}));
}"""
# What the server cannot read, with its name or without one.
SPOIL = r"""named => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (text.includes('POISON')) {
      text = text.replaceAll('POISON', '\\ud83d');
      if (!named) text = text.replace(/"message_id":"[^"]*",?/, '');
    }
    send.call(this, text);
  };
}"""

# Edits are not sent: as on a line that is dead, and nobody has noticed.
SWALLOW = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (!text.includes('message_id')) send.call(this, text);
  };
}"""


def field(desk: Desk) -> Locator:
    """The field in which Ada writes on the canvas."""
    return desk.page.get_by_role("textbox", name="Text", exact=True)


def begin(desk: Desk, words: str) -> None:
    """Write a new text by keys, and do not end it."""
    desk.page.locator("#stage").focus()
    desk.keys.press("t")
    field(desk).wait_for()
    desk.keys.type(words)


@pytest.mark.report(
    "lost",
    "A dropped picture stops all later edits",
    "A PNG whose name is cut in the middle of an emoji",
    "The name is cut between characters; what follows arrives",
)
@pytest.mark.nightly
@pytest.mark.rule("EDT2")
def test_a_name_that_would_be_cut_in_an_emoji(desk: Desk) -> None:
    """Names are cut between characters, and what comes after it arrives."""
    name = "aaa bbb " + "x" * 191 + "\N{GRINNING FACE}.png"
    desk.page.evaluate(DROP, [name, "image/png", ""])
    picture = desk.bob.page.locator('[data-kind="Image"] img.loaded')
    expect(picture).to_have_attribute("alt", name.removesuffix(".png"))
    note = desk.write((340, 200), "Afterwards")
    expect(desk.node(note, desk.bob)).to_contain_text("Afterwards")


@pytest.mark.report(
    "lost",
    "A refusal that names no message blocks the queue for good",
    "An edit with half a surrogate pair, with and without its `message_id`",
    "That edit is taken back with its words, and what follows arrives",
)
@pytest.mark.rule("IN4", "EDT2")
@pytest.mark.parametrize("named", [True, pytest.param(False, marks=pytest.mark.nightly)])
def test_what_cannot_be_read_blocks_nothing(desk: Desk, *, named: bool) -> None:
    """Also where the refusal cannot say what it is about."""
    desk.page.evaluate(SPOIL, named)
    desk.write((340, 200), "Good")
    begin(desk, "POISON")
    desk.keys.press("Escape")
    expect(desk.page.get_by_role("alert")).to_contain_text("Your change was taken back")
    expect(desk.page.get_by_role("alert")).to_contain_text("POISON")
    expect(desk.page.get_by_text("POISON", exact=True)).to_have_count(0)
    desk.ada.picture("words-refused")
    note = desk.write((340, 420), "Afterwards")
    expect(desk.node(note, desk.bob)).to_contain_text("Afterwards")
    desk.agree()


@pytest.mark.report(
    "lost",
    "What is too large closes the connection again and again",
    "Drop a CSV of 1.2 MB",
    "It is said and not sent; the connection lives",
)
@pytest.mark.rule("EDT3")
def test_a_table_that_is_too_large_is_not_sent(desk: Desk) -> None:
    """It is said, the connection lives, and what comes after it arrives."""
    rows = "".join(f"{'label ' * 100}{number},{number}\n" for number in range(1_990))
    assert len(rows) > 1_190_000
    desk.page.evaluate(DROP, ["sales.csv", "text/csv", "Name,Sold\n" + rows])
    expect(desk.page.get_by_role("alert")).to_contain_text("too large")
    assert desk.ids() == []
    note = desk.write((340, 200), "Afterwards")
    expect(desk.node(note, desk.bob)).to_contain_text("Afterwards")
    assert "away" not in desk.ada.explain()
    desk.agree()


@pytest.mark.report(
    "lost",
    "Escape throws away what was typed, also within an input method",
    "T, type, Escape; Escape with keyCode 229",
    "The words stay; within a composition Escape is for the input method",
)
@pytest.mark.rule("EDT1")
def test_escape_keeps_what_was_typed(desk: Desk) -> None:
    """In a new text and in an old one, and during a composition it ends that alone."""
    begin(desk, "Kept")
    desk.keys.press("Escape")
    expect(field(desk)).to_have_count(0)
    expect(desk.bob.page.get_by_text("Kept")).to_be_visible()
    (note,) = desk.ids()
    desk.keys.press("Enter")
    desk.keys.press("End")
    desk.keys.type(" and more")
    for composing in ({"keyCode": 229}, {"isComposing": True}):
        field(desk).evaluate(
            """(field, how) => field.dispatchEvent(new KeyboardEvent('keydown',
                {key: 'Escape', bubbles: true, cancelable: true, ...how}))""",
            composing,
        )
        expect(field(desk)).to_have_value("Kept and more")
    desk.keys.press("Escape")
    expect(desk.node(note, desk.bob)).to_contain_text("Kept and more")
    desk.keys.press("Control+z")
    expect(desk.node(note, desk.bob)).to_have_text("Kept")


@pytest.mark.report(
    "lost",
    "A reload throws away what is being written",
    "Type in a text, reload",
    "The field is open again with the words",
)
@pytest.mark.rule("EDT1")
@pytest.mark.parametrize("old", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_a_reload_keeps_what_is_being_written(desk: Desk, *, old: bool) -> None:
    """It is there to go on with, once."""
    if old:
        desk.write((340, 200), "Before")
        desk.page.locator("[data-element-id]").click()
        desk.keys.press("Enter")
        desk.keys.press("Control+a")
        desk.keys.type("Half a sen")
    else:
        begin(desk, "Half a sen")
    desk.page.reload()
    expect(field(desk)).to_have_value("Half a sen")
    desk.keys.type("tence")
    desk.keys.press("Escape")
    expect(desk.bob.page.get_by_text("Half a sentence", exact=True)).to_have_count(1)
    expect(desk.bob.page.locator("[data-element-id]")).to_have_count(1)
    desk.page.reload()
    desk.ada.wait_connection("open")
    expect(desk.page.get_by_text("Half a sentence", exact=True)).to_be_visible()
    expect(field(desk)).to_have_count(0)


@pytest.mark.nightly
@pytest.mark.rule("EDT1")
def test_another_window_does_not_go_on_with_it(desk: Desk) -> None:
    """What is kept belongs to the window in which it was typed."""
    begin(desk, "Mine")
    kept = desk.page.evaluate("({...sessionStorage})")
    copy = desk.page.context.new_page()
    copy.add_init_script(f"Object.assign(sessionStorage, {kept!r})")
    copy.goto(desk.page.url)
    copy.locator(".toolbar").wait_for(state="attached")  # all is there, the tools too
    copy.locator("#stage").click()
    assert copy.get_by_role("textbox", name="Text", exact=True).count() == 0
    copy.close()


@pytest.mark.report(
    "lost",
    "Words are gone when somebody removes the text one writes in",
    "Write in a text, somebody deletes it, Escape",
    "The words are a text of their own",
)
@pytest.mark.nightly
@pytest.mark.rule("EDT1")
def test_a_text_that_is_removed_while_it_is_written(desk: Desk) -> None:
    """The words stay, as a new text."""
    note = desk.write((340, 200), "Before")
    expect(desk.node(note, desk.bob)).to_be_visible()
    desk.select(note)
    desk.keys.press("Enter")
    desk.keys.press("End")
    desk.keys.type(" and after")
    other = Desk(desk.bob, desk.ada)
    other.select(note)
    desk.bob.page.keyboard.press("Delete")
    expect(desk.node(note)).to_have_count(0)
    desk.keys.press("Escape")
    expect(desk.bob.page.get_by_text("Before and after")).to_be_visible()


@pytest.mark.report(
    "lost",
    "A dialog that is closed by accident forgets a typed table",
    "Type a table, Escape or reload, open the dialog again",
    "The table, its type and its title are there",
)
@pytest.mark.nightly
@pytest.mark.rule("EDT1")
def test_a_table_that_was_typed_is_there_again(desk: Desk) -> None:
    """Escape closes the dialog of a chart and keeps the table; so does a reload."""
    desk.tool("chart")
    dialog: Any = desk.page.get_by_role("dialog")
    dialog.get_by_label("Table").fill("a\tb\nx\t1\ny\t2")
    expect(dialog.locator("canvas")).to_be_visible()
    dialog.get_by_label("Title").fill("Sold")
    desk.keys.press("Escape")
    expect(dialog).to_be_hidden()
    desk.tool("chart")
    expect(dialog.get_by_label("Table")).to_have_value("a\tb\nx\t1\ny\t2")
    desk.page.reload()
    desk.ada.wait_connection("open")
    desk.tool("chart")
    expect(dialog.get_by_label("Title")).to_have_value("Sold")
    dialog.get_by_role("button", name="Add to the canvas").click()
    expect(desk.bob.page.locator('[data-kind="Chart"]')).to_have_count(1)
    desk.tool("chart")
    expect(dialog.get_by_label("Table")).to_have_value("")


@pytest.mark.report(
    "lost",
    "A property field loses what was typed, or gives it to another element",
    "Type a description, click at another picture, or reload",
    "It is saved for the picture it was typed for",
)
@pytest.mark.nightly
@pytest.mark.rule("EDT1")
def test_a_description_goes_to_the_picture_it_was_typed_for(desk: Desk) -> None:
    """Also when it is ended by a click at another picture, or by a reload."""
    for name in ("one.png", "two.png"):
        desk.page.evaluate(DROP, [name, "image/png", ""])
    expect(desk.bob.page.locator('[data-kind="Image"]')).to_have_count(2)
    first, second = desk.ids()
    desk.drag(desk.middle(second), (-320, 0), hold="Control")
    desk.select(first)
    description = desk.page.get_by_role("region", name="Properties").get_by_label("Description")
    description.fill("The first one")
    desk.mouse.click(*desk.middle(second))
    alt = desk.node(first, desk.bob).locator("img")
    expect(alt).to_have_attribute("alt", "The first one")
    assert desk.node(second, desk.bob).locator("img").get_attribute("alt") != "The first one"
    description.fill("The second one")
    desk.page.reload()
    alt = desk.node(second, desk.bob).locator("img")
    expect(alt).to_have_attribute("alt", "The second one")


@pytest.mark.rule("EDT4", "SCN14")
@pytest.mark.report(
    "lost",
    "A second writer of one text overwrites the first, and neither is told",
    "Two people open one text, both write, both press Escape",
    "The words of both are in it, in both windows",
)
def test_two_people_write_in_one_text(desk: Desk) -> None:
    """Both keep their words, in one text."""
    note = desk.write((340, 200), "Before")
    expect(desk.node(note, desk.bob)).to_be_visible()
    other = Desk(desk.bob, desk.ada)
    for one in (desk, other):
        one.select(note)
        one.keys.press("Enter")
        one.keys.press("Control+a")
    desk.keys.type("By Ada")
    other.keys.type("By Bob")
    desk.keys.press("Escape")
    other.keys.press("Escape")
    for window in (desk.ada, desk.bob):
        for words in ("By Ada", "By Bob"):
            expect(desk.node(note, window)).to_contain_text(words)
    desk.agree()
    assert desk.ids() == [note]
    expect(desk.page.get_by_role("alert")).to_have_count(0)
    desk.bob.picture("two-writers")


@pytest.mark.nightly
@pytest.mark.rule("EDT5")
@pytest.mark.report(
    "lost",
    "Edits that wait are gone after a reload, or when a phone has ended the page",
    "Write on a dead line, reload before anything was sent",
    "The edit is there, and sent once",
)
def test_a_reload_keeps_edits_that_wait(desk: Desk) -> None:
    """They are seen at once, and arrive once."""
    desk.page.evaluate(SWALLOW)
    desk.write((340, 200), "On its way")
    desk.page.reload()
    desk.ada.wait_connection("open")
    expect(desk.bob.page.get_by_text("On its way", exact=True)).to_have_count(1)
    expect(desk.page.get_by_text("On its way", exact=True)).to_have_count(1)
    desk.agree()
    desk.page.reload()
    desk.ada.wait_connection("open")
    expect(desk.page.get_by_text("On its way", exact=True)).to_have_count(1)


@pytest.mark.nightly
@pytest.mark.rule("EDT1")
@pytest.mark.report(
    "lost",
    "Of several files that are dropped those after one that cannot be read are lost, unsaid",
    "Drop a picture that was moved since it was chosen, and a table",
    "It is said which could not be read, and the others are added",
)
@pytest.mark.report(
    "lost",
    "The end of a long text that is pasted into a field is missing, unsaid",
    "Paste 20,000 characters into a text",
    "It is said how many there can be",
)
def test_what_cannot_be_taken_whole_is_said(desk: Desk) -> None:
    """Nothing is left out in silence."""
    desk.page.evaluate(
        """() => {
          const read = Blob.prototype.arrayBuffer;
          Blob.prototype.arrayBuffer = function () {
            const moved = this.size === 1;
            return moved ? Promise.reject(new DOMException('', 'NotReadableError')) : read.call(this);
          };
          const data = new DataTransfer();
          data.items.add(new File(['x'], 'moved.png', {type: 'image/png'}));
          data.items.add(new File(['a,b\\nx,1\\ny,2'], 'sales.csv', {type: 'text/csv'}));
          const where = {clientX: 640, clientY: 360, bubbles: true, cancelable: true};
          document.querySelector('#stage').dispatchEvent(new DragEvent('drop', {dataTransfer: data, ...where}));
        }"""
    )
    expect(desk.page.get_by_role("alert")).to_contain_text(
        "“moved.png” is a folder, or cannot be read"
    )
    expect(desk.bob.page.locator('[data-kind="Chart"]')).to_have_count(1)
    begin(desk, "Kept ")
    field(desk).evaluate(
        """field => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', 'x'.repeat(20_000));
          field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}));
        }"""
    )
    expect(desk.page.locator("#notices")).to_contain_text("were left out")


@pytest.mark.nightly
@pytest.mark.rule("EDT1")
@pytest.mark.report(
    "lost",
    "A call rings while somebody writes, and what they type on are commands",
    "Type in a text, be called, type on",
    "The field keeps the focus and all that is typed, and the call still rings",
)
def test_a_call_that_rings_while_somebody_writes(desk: Desk) -> None:
    """Nobody is taken out of the field that they are writing in."""
    begin(desk, "Half a sen")
    desk.bob.press("call", desk.ada)
    desk.page.locator('[data-action="accept"]').wait_for()
    desk.keys.type("tence")
    expect(field(desk)).to_have_value("Half a sentence")
    desk.keys.press("Escape")  # ends the writing, not the call
    expect(desk.bob.page.get_by_text("Half a sentence", exact=True)).to_be_visible()
    expect(desk.page.locator('[data-action="accept"]')).to_be_visible()
    assert len(desk.ids()) == 1 + len(desk.page.locator("[data-stream-id][data-element-id]").all())


@pytest.mark.nightly
@pytest.mark.rule("EDT1")
@pytest.mark.report(
    "lost",
    "A file that is dropped onto the text one writes in disappears without a word",
    "Write in a text, drop a table from a file manager on it",
    "The table is on the canvas, and so are the words",
)
def test_a_file_that_is_dropped_onto_a_text(desk: Desk, tmp_path: Path) -> None:
    """As what is pasted there: it comes onto the canvas."""
    (tmp_path / "sold.csv").write_text("Name,Sold\na,1\nb,2\n")
    begin(desk, "Words")
    box = field(desk).bounding_box()
    assert box
    data = {"items": [], "files": [str(tmp_path / "sold.csv")], "dragOperationsMask": 1}
    at = {"x": box["x"] + 5, "y": box["y"] + 5, "data": data}
    for kind in ("dragEnter", "dragOver", "drop"):
        desk.devtools.send("Input.dispatchDragEvent", {"type": kind, **at})
    expect(desk.bob.page.locator('[data-kind="Chart"]')).to_have_count(1)
    expect(desk.bob.page.get_by_text("Words", exact=True)).to_be_visible()


@pytest.mark.nightly
@pytest.mark.rule("EDT1")
@pytest.mark.report(
    "lost",
    "What is typed as a description is gone when somebody removes the picture",
    "Type the description of a picture, somebody deletes it",
    "It is said, with the words, which can be copied",
)
def test_a_description_of_what_is_removed(desk: Desk) -> None:
    """There is nothing left that it could be saved for: its person has it back."""
    desk.page.evaluate(DROP, ["one.png", "image/png", ""])
    expect(desk.bob.page.locator('[data-kind="Image"]')).to_have_count(1)
    (picture,) = desk.ids()
    desk.select(picture)
    description = desk.page.get_by_role("region", name="Properties").get_by_label("Description")
    description.fill("Three people at a table")
    other = Desk(desk.bob, desk.ada)
    other.select(picture)
    other.keys.press("Delete")
    alert = desk.page.get_by_role("alert")
    expect(alert).to_contain_text("Somebody removed that meanwhile")
    expect(alert).to_contain_text("Three people at a table")
