"""What hands do to the canvas: keys of every layout, pens and palms, clipboards, files."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.desk import Desk
from support.browsers.window import Open
from support.servers.server import Server, post

TABLE = "Quarter\tNorth\nQ1\t120\nQ2\t150"
CELL = "<table><tr><td>120</td></tr></table>"
COPY = """async ([forms, picture]) => {
  const item = Object.fromEntries(Object.entries(forms).map(
    ([type, words]) => [type, new Blob([words], {type})]));
  if (picture) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [120, 80];
    canvas.getContext('2d').fillRect(0, 0, 120, 80);
    item['image/png'] = await new Promise(resolve => canvas.toBlob(resolve, 'image/png'));
  }
  await navigator.clipboard.write([new ClipboardItem(item)]);
}"""
COPIED = """async () => {
  const [item] = await navigator.clipboard.read();
  const words = type => item.types.includes(type) ? item.getType(type).then(one => one.text()) : '';
  return [item.types, await words('text/plain'), await words('text/html')];
}"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def copy(desk: Desk, *, picture: bool = False, **forms: str) -> None:
    """Put forms of one thing into the real clipboard."""
    desk.page.locator("#stage").focus()
    types = {"plain": "text/plain", "html": "text/html"}
    desk.page.evaluate(COPY, [{types[name]: words for name, words in forms.items()}, picture])


def allow_clipboard(desk: Desk) -> None:
    """Let the test read and write the clipboard without being asked."""
    origin = desk.page.evaluate("location.origin")
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)


def press(desk: Desk, key: str, code: str, modifiers: int = 0, kind: str = "keyDown") -> None:
    """Press a key of a layout that the driver does not know: Ctrl is 2, Shift 8."""
    desk.devtools.send(
        "Input.dispatchKeyEvent",
        {"type": kind, "key": key, "code": code, "modifiers": modifiers, "autoRepeat": False},
    )


@pytest.mark.rule("CAN1")
@pytest.mark.report(
    "reading",
    "Text of a spreadsheet or a word processor is pasted as a picture",
    "One cell: text without a tab, HTML and a PNG, in the clipboard of Chromium",
    "It is a text, and a button takes the picture in its place",
)
@pytest.mark.report(
    "reading",
    "A list with commas becomes a chart",
    "Milk, 2 and Eggs, 12 on two lines",
    "It is a text, and a button makes it a chart",
)
@pytest.mark.report(
    "lost",
    "What does not fit into a field is cut without a word",
    "100 characters pasted into the field of the name, which holds 64",
    "It is said how many were left out",
)
@pytest.mark.report(
    "found",
    "Text that is pasted near the edge runs out of the window",
    "A thousand characters, with the pointer at the right edge",
    "It is broken into lines, and all of it is in sight",
)
def test_what_is_pasted_is_what_people_expect(desk: Desk) -> None:
    allow_clipboard(desk)
    notices = desk.page.locator("#notices")
    copy(desk, plain="120", html=CELL, picture=True)
    desk.page.evaluate("getSelection().selectAllChildren(document.querySelector('#drawer-title'))")
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Text"]')).to_have_text("120")
    desk.ada.picture("hands-pasted-text")
    notices.get_by_role("button", name="Take the picture").click()
    expect(desk.bob.page.locator('[data-kind="Image"] img.loaded')).to_be_visible()
    expect(desk.bob.page.locator('[data-kind="Text"]')).to_have_count(0)

    copy(desk, plain="Milk, 2\r\nEggs, 12", html="<p>Milk, 2</p><p>Eggs, 12</p>")
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Text"]')).to_contain_text("Eggs, 12")
    notices.get_by_role("button", name="Make it a chart").click()
    expect(desk.bob.page.locator('[data-kind="Chart"] canvas')).to_be_visible()
    desk.page.locator("#stage").focus()
    desk.keys.press("Control+z")
    expect(desk.bob.page.locator('[data-kind="Text"]')).to_contain_text("Eggs, 12")
    expect(desk.bob.page.locator('[data-kind="Chart"]')).to_have_count(0)

    copy(desk, plain=TABLE, html=CELL, picture=True)
    desk.keys.press("Control+Shift+V")
    expect(desk.bob.page.get_by_text("Quarter")).to_be_visible()
    expect(desk.bob.page.locator('[data-kind="Chart"]')).to_have_count(0)

    copy(desk, html='<img src="https://a.invalid/a.png" alt="x">', picture=True)
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Image"] img.loaded')).to_have_count(2)

    copy(desk, plain='<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg>')
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Image"] img.loaded')).to_have_count(3)

    copy(desk, plain='{"type":"excalidraw/clipboard","elements":[]}')
    desk.keys.press("Control+v")
    expect(notices).to_contain_text("copied in Excalidraw")
    copy(desk, picture=True)
    desk.keys.press("Control+Shift+V")
    expect(notices).to_contain_text("There is no text in the clipboard")
    desk.agree()

    copy(desk, plain="x" * 100)
    name = desk.page.get_by_label("Your name")
    name.fill("Ada")
    desk.keys.press("Control+v")
    expect(name).to_have_value("Ada" + "x" * 61)
    expect(notices).to_contain_text("the last 39 characters were left out")
    name.fill("Ada")

    copy(desk, plain="A long sentence. " * 60)
    desk.mouse.move(930, 300)
    desk.keys.press("Control+v")
    until(
        desk.page,
        """() => { const text = document.querySelector('[data-kind=Text]:focus');
            return text && text.getBoundingClientRect().right
              <= document.querySelector('#stage').getBoundingClientRect().right }""",
    )


@pytest.mark.rule("CAN1")
@pytest.mark.report(
    "reading",
    "A copied picture is a wall of JSON in other programs",
    "A picture with a description, copied; pasted in a text and on the canvas",
    "Its description is the text, a PNG is beside it, and on the canvas it is a picture again",
)
@pytest.mark.report(
    "reading",
    "Shapes of another program are pasted as JSON into a text that is being written",
    "The clipboard of Excalidraw, pasted in a text",
    "The text stays as it was, and it is said what that was",
)
def test_a_picture_that_is_copied(desk: Desk) -> None:
    allow_clipboard(desk)
    copy(desk, picture=True)
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Image"] img.loaded')).to_be_visible()
    (picture,) = desk.ids()
    panel = desk.page.get_by_role("region", name="Properties")
    panel.get_by_label("Description").fill("A dark field")
    desk.node(picture).focus()
    expect(desk.node(picture, desk.bob).locator("img")).to_have_attribute("alt", "A dark field")
    desk.keys.press("Control+c")
    until(
        desk.page,
        """() => { window.hands ??= 0; navigator.clipboard.read().then(([item]) => {
            window.hands = item.types.includes('image/png') ? 1 : 0 }); return window.hands; }""",
        polling=100,
    )
    types, words, html = desk.page.evaluate(COPIED)
    assert "image/png" in types
    assert words == "A dark field"
    assert "<img" in html
    desk.keys.press("Control+v")
    expect(desk.bob.page.locator('[data-kind="Image"] img.loaded')).to_have_count(2)
    expect(desk.bob.page.locator('[data-kind="Image"] img[alt="A dark field"]')).to_have_count(2)
    desk.keys.press("t")
    field = desk.page.get_by_role("textbox", name="Text", exact=True)
    desk.keys.press("Control+v")
    expect(field).to_have_value("A dark field")
    desk.page.evaluate(COPY, [{"text/plain": '{"type":"excalidraw/clipboard"}'}, False])
    field.focus()
    desk.keys.press("Control+v")
    expect(field).to_have_value("A dark field")
    expect(desk.page.locator("#notices")).to_contain_text("copied in Excalidraw")
    desk.keys.press("Escape")


@pytest.mark.rule("CAN3")
@pytest.mark.report(
    "reading",
    "Shortcuts do nothing under a keyboard that is not Latin",
    "Ctrl+Z as Ctrl+я in Chromium; T, held down",
    "It undoes; a text is begun, and what is held types nothing in it",
)
def test_keys_of_a_cyrillic_keyboard(desk: Desk) -> None:
    note = desk.write((340, 200), "Written")
    expect(desk.node(note, desk.bob)).to_be_visible()
    press(desk, "я", "KeyZ", 2)
    press(desk, "я", "KeyZ", 2, "keyUp")
    expect(desk.node(note, desk.bob)).to_have_count(0)
    press(desk, "Я", "KeyZ", 2 | 8)
    expect(desk.node(note, desk.bob)).to_be_visible()
    desk.page.locator("#stage").focus()
    desk.keys.down("t")
    for _ in range(5):
        desk.keys.down("t")
    desk.keys.up("t")
    desk.keys.type("true")
    field = desk.page.get_by_role("textbox", name="Text", exact=True)
    expect(field).to_have_value("true")
    desk.keys.press("Escape")


@pytest.mark.rule("CAN4")
@pytest.mark.report(
    "reading",
    "A resting palm stops the pen and moves the canvas",
    "A touch that rests and slides, then a pen that drags an element, with the hand still down",
    "The canvas is where it was, and the element has moved",
)
@pytest.mark.report(
    "reading",
    "The other end of a pen does nothing",
    "A press with the eraser on an element",
    "The element goes, and comes back by undo",
)
def test_a_pen_and_the_hand_that_holds_it(open_window: Open) -> None:
    ada = open_window("red", query="name=Ada", has_touch=True)
    bob = open_window("green", query="name=Bob")
    desk = Desk(ada, bob)
    ada.sees(bob)
    note = desk.write((340, 200), "Move me")
    start = desk.place(note)
    before = desk.node(note).bounding_box()
    x, y = desk.middle(note)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        at: list[dict[str, Any]] = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        desk.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    def pen(kind: str, x: float, y: float) -> None:
        buttons = 0 if kind == "mouseReleased" else 1
        how = {"button": "left", "buttons": buttons, "clickCount": 1, "pointerType": "pen"}
        desk.devtools.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **how})

    touch("touchStart", (600, 500))
    for step in range(1, 5):
        touch("touchMove", (600 + 10 * step, 500))
    assert desk.node(note).bounding_box() != before
    pen("mousePressed", x, y)
    assert desk.node(note).bounding_box() == before
    for step in range(1, 6):
        touch("touchMove", (640, 500 + step))
        pen("mouseMoved", x + 20 * step, y)
    pen("mouseReleased", x + 100, y)
    touch("touchEnd")
    until(
        desk.page,
        """([id, x]) => document.querySelector(`[data-element-id="${id}"]`)
            .getBoundingClientRect().x > x + 60""",
        arg=[note, before["x"]],  # type: ignore[index]
    )
    desk.agree()
    assert desk.place(note, bob)[0] > start[0]

    desk.page.evaluate(
        """([x, y]) => {
          const how = {bubbles: true, cancelable: true, pointerId: 1, pointerType: 'pen',
            isPrimary: true, button: 5, buttons: 32, clientX: x, clientY: y};
          const node = document.elementFromPoint(x, y);
          for (const kind of ['pointerdown', 'pointerup'])
            node.dispatchEvent(new PointerEvent(kind, how));
        }""",
        list(desk.middle(note)),
    )
    expect(desk.node(note, bob)).to_have_count(0)
    desk.keys.press("Control+z")
    expect(desk.node(note, bob)).to_be_visible()


@pytest.mark.rule("CAN2")
@pytest.mark.report(
    "lost",
    "Files disappear without a word when many are dropped",
    "A folder, an empty file, a HEIC photo, a video, a picture without an ending and a text, "
    "from a file manager",
    "The picture and the text are there; one message names the others and says why",
)
@pytest.mark.report(
    "lost",
    "A large animated GIF becomes a still picture, unsaid",
    "A GIF of two frames and 600 KB",
    "It is said that it does not move any more, and how large it may be",
)
def test_files_that_are_dropped(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "Photos").mkdir()
    contents = {
        "empty.png": b"",
        "IMG_1.HEIC": b"\0\0\0\x18ftypheic" + b"\0" * 40,
        "a.mov": b"\0\0\0\x14ftypqt  " + b"\0" * 40,
        "picture": PNG,
        "notes.txt": b"From a file",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    frame = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    comment = b"!\xfe" + (b"\xff" + b"x" * 255) * 2_400 + b"\0"
    gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + frame + frame + comment + b";"
    (tmp_path / "dance.gif").write_bytes(gif)

    def drop(*names: str) -> None:
        paths = [str(tmp_path / name) for name in names]
        data = {"items": [], "files": paths, "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            at = {"type": kind, "x": 640, "y": 360, "data": data}
            desk.devtools.send("Input.dispatchDragEvent", at)

    drop("Photos", *contents)
    expect(desk.bob.page.locator('[data-kind="Image"] img.loaded')).to_have_count(1)
    expect(desk.bob.page.get_by_text("From a file")).to_be_visible()
    alert = desk.page.get_by_role("alert")
    expect(alert).to_contain_text("4 of 6 files were not added")
    for words in ("“Photos” is a folder", "“empty.png” is empty", "HEIC photo", "a.mov"):
        expect(alert).to_contain_text(words)
    desk.ada.picture("hands-dropped")
    drop("dance.gif")
    expect(desk.page.locator("#notices")).to_contain_text("“dance.gif” does not move any more")
    url = desk.page.url
    desk.page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(['x'], 'x.png'));
          const drop = new DragEvent('drop', {dataTransfer, bubbles: true, cancelable: true});
          window.kept = !document.querySelector('#people').dispatchEvent(drop);
        }"""
    )
    assert desk.page.evaluate("window.kept")
    assert desk.page.url == url


@pytest.mark.rule("CAN5")
@pytest.mark.report(
    "found",
    "What is on a canvas is lost out of sight",
    "The canvas is moved until nothing of it is seen; an element at 1,000,000",
    "Signs at the edges say how many are where, and a button goes back to what there is",
)
@pytest.mark.report(
    "found",
    '"Fit" does not show what there is',
    "Elements far beyond the first view",
    "All of them are seen, beside the bars",
)
@pytest.mark.parametrize(
    "size",
    [(1280, 800), pytest.param((390, 780), marks=pytest.mark.nightly)],
    ids=["desktop", "phone"],
)
def test_what_is_out_of_sight_is_found(
    open_window: Open, server: Server, size: tuple[int, int]
) -> None:
    session = f"out-of-sight-{size[0]}"
    places = [(0, 0), (3000, 0), (0, 2000), (1_000_000, 0)]
    add = [
        {
            "id": f"e{number}",
            "kind": {"type": "Text", "content": f"Text {number}", "font_size": 24},
            "transform": {"x": x, "y": y, "width": 200, "height": 60},
        }
        for number, (x, y) in enumerate(places)
    ]
    post(server, {"session_id": session, "add": add})
    viewport = {"width": size[0], "height": size[1]}
    ada = open_window("red", session=session, query="name=Ada", viewport=viewport)
    page = ada.page
    expect(page.get_by_role("button", name="2 elements further right")).to_be_visible()
    expect(page.get_by_role("button", name="1 element further down")).to_be_visible()
    page.locator("#stage").focus()
    page.keyboard.press("0")
    inside = """() => [0, 1, 2].every(number => {
        const box = document.querySelector(`[data-element-id=e${number}]`).getBoundingClientRect();
        const frame = document.querySelector('#stage').getBoundingClientRect();
        const bar = document.querySelector('#dock').getBoundingClientRect();
        return box.x >= frame.x && box.right <= frame.right && box.y >= frame.y
            && box.bottom <= Math.min(frame.bottom, bar.top);
      })"""
    until(page, inside)
    ada.picture(f"hands-fit-{size[0]}")
    far = page.get_by_role("button", name="1 element further right")
    far.click()
    until(
        page,
        """document.querySelector('[data-element-id=e3]').getBoundingClientRect().right
            < innerWidth""",
    )
    page.mouse.move(size[0] / 2, 300)
    page.mouse.wheel(0, 5_000)
    back = page.get_by_role("button", name="Back to what is on the canvas")
    expect(back).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Nothing that is on")).to_have_count(1)
    ada.picture(f"hands-lost-{size[0]}")
    back.click()
    until(page, inside)
    expect(back).to_be_hidden()


MENU = "menu"


def said(desk: Desk) -> str:
    """What a screen reader hears of the tools."""
    return desk.page.locator("[data-said]").inner_text()


@pytest.mark.rule("HND1", "HND2", "HND3", "HND4", "HND5", "HND8", "HND10", "HND11")
def test_what_hands_know_from_other_programs(desk: Desk) -> None:
    """Keys with the focus on a button, notes by Tab, Alt, the right button, drags from the dock."""
    allow_clipboard(desk)
    page, field = desk.page, desk.page.get_by_role("textbox", name="Text", exact=True)
    tools = page.locator(".toolbar [data-tool]").evaluate_all("all => all.map(n => n.dataset.tool)")
    order = ["select", "pen", "eraser", "laser", "shape", "arrow", "frame"]
    order += ["text", "note", "picture", "chart"]
    assert tools == [name for name in order if name in tools]
    expect(page.locator("[data-tool=select]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-panel=people]").focus()
    desk.keys.press("n")
    expect(field).to_be_focused()
    (first,) = desk.ids()  # it is there at once, and goes where somebody presses
    desk.mouse.click(180, 240)
    expect(field).to_be_focused()
    desk.keys.type("- milk")
    desk.keys.press("Enter")
    desk.keys.type("eggs")
    assert field.input_value() == "- milk\n- eggs"
    desk.keys.press("Enter")
    desk.keys.press("Enter")
    desk.keys.press("Tab")
    expect(field).to_have_value("")
    desk.keys.type("second")
    desk.keys.press("Shift+Tab")
    expect(field).to_have_value("- milk\n- eggs\n")
    desk.keys.press("Escape")
    first, second = desk.ids()
    expect(desk.node(first, desk.bob).locator(".item")).to_have_text(["•milk", "•eggs"])
    assert desk.place(second)[0] == desk.place(first)[0] + desk.place(first)[2] + 20
    expect(page.locator("[data-said]")).to_contain_text("Made: ")

    # Alt leaves the note where it is; one undo takes the copy back.
    x, y = desk.middle(second)
    desk.drag((x, y), (120, 260), hold="Alt")
    expect(page.locator('[data-kind="Note"]')).to_have_count(3)
    copy_id = desk.ids()[2]
    assert desk.place(second)[1] == desk.place(first)[1]
    desk.agree()
    desk.keys.press("Control+z")
    expect(desk.node(copy_id)).to_have_count(0)
    desk.keys.press("Control+Shift+z")
    expect(desk.node(copy_id)).to_have_count(1)

    # The menu by the right button and by keys; the focus comes back.
    desk.mouse.click(*desk.middle(first), button="right")
    menu = page.get_by_role(MENU, name="What can be done with the selection")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    accessible(desk.ada, "the menu of a selection")
    desk.keys.press("Escape")
    expect(menu).to_have_count(0)
    expect(desk.node(first)).to_be_focused()
    desk.keys.press("Shift+F10")
    menu.get_by_role("menuitem", name="Copy as SVG").click()
    expect(page.locator("#notices")).to_contain_text("Copied as SVG")
    assert "eggs" in page.evaluate("navigator.clipboard.readText()")
    desk.keys.press("Shift+F10")
    menu.get_by_role("menuitem", name="Copy as PNG").click()
    expect(page.locator("#notices")).to_contain_text("Copied as PNG")
    assert page.evaluate(COPIED)[0] == ["image/png"]
    desk.mouse.click(30, 480, button="right")
    expect(page.get_by_role(MENU, name="What can be done here")).to_be_visible()
    desk.keys.press("Escape")

    # A tool that is dragged from the dock makes its element where it is dropped.
    box = page.locator("[data-tool=text]").bounding_box()
    assert box
    desk.drag((box["x"] + 20, box["y"] + 20), (300 - box["x"], 480 - box["y"]))
    expect(field).to_be_focused()
    desk.keys.type("dropped")
    desk.keys.press("Escape")
    dropped = desk.node(desk.ids()[3]).bounding_box()
    assert dropped
    assert abs(dropped["x"] - 320) < 40
    desk.keys.press("Shift+Digit2")
    until(
        page,
        """id => { const box = document.querySelector(`[data-element-id="${id}"]`)
            .getBoundingClientRect(); return box.width > 150; }""",
        arg=desk.ids()[3],
    )
    desk.keys.press("Shift+Digit1")
    desk.keys.press("Shift+M")
    expect(page.locator("[data-minimap]")).to_be_visible()
    accessible(desk.ada, "the map")
    page.reload()
    desk.ada.wait_connection("open")
    expect(page.locator("[data-minimap]")).to_be_visible()
    desk.agree()


@pytest.mark.rule("HND4", "HND8", "HND9")
def test_words_of_other_scripts_and_links(open_window: Open) -> None:
    """Composed and from right to left; links open with Ctrl; a finger that is held opens the menu."""
    ada = open_window("red", query="name=Ada", has_touch=True)
    desk = Desk(ada, ada)
    page, field = ada.page, ada.page.get_by_role("textbox", name="Text", exact=True)
    page.locator("#stage").focus()
    desk.keys.press("t")
    expect(field).to_be_focused()
    desk.keys.type("- ")
    desk.devtools.send(
        "Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2}
    )
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
            {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"""
    )
    desk.devtools.send("Input.insertText", {"text": "日本"})
    assert field.input_value() == "- 日本"
    desk.keys.press("Enter")
    desk.keys.insert_text("שלום https://example.org/a")
    desk.keys.press("Escape")
    (written,) = desk.ids()
    items = desk.node(written).locator(".item")
    expect(items).to_have_text(["•日本", "•שלום https://example.org/a"])
    assert items.nth(1).evaluate("node => getComputedStyle(node).direction") == "rtl"
    link = desk.node(written).locator("a")
    assert link.get_attribute("rel") == "noopener"
    assert "example.org" in (link.get_attribute("title") or "")
    desk.keys.press("Escape")
    box = link.bounding_box()
    assert box
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    desk.mouse.click(*at)  # for the text
    expect(desk.node(written)).to_have_attribute("data-selected", "")
    with page.context.expect_page() as opened:
        desk.mouse.click(*at)
    opened.value.close()

    touch = [{"x": at[0], "y": at[1], "id": 1}]
    desk.keys.press("Escape")
    desk.devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touch})
    expect(page.get_by_role(MENU, name="What can be done with the selection")).to_be_visible()
    desk.devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_role(MENU)).to_be_visible()
