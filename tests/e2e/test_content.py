"""What stops browsers is on the canvas, from earlier days: it opens all the same, and can be cleared."""

import base64
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from canvas_server.protocol.kinds import Chart
from canvas_server.protocol.scene import Element, Transform
from support.browsers.axe import accessible
from support.browsers.bombs import BOMB, OTHERS, SPELLINGS, charts, pictures, store
from support.browsers.conditions import until
from support.browsers.window import Open, Window
from support.hub.drawings import png_url
from support.hub.pictures import SECRET as PLACE
from support.hub.pictures import bytes_of, photo
from support.servers.invitations import SECRET, token
from support.servers.server import Server, eventually, post, running

pytestmark = pytest.mark.rule("SCN10")

MIB = 1024 * 1024
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60">
  <defs><linearGradient id="g"><stop stop-color="#0a0"/></linearGradient></defs>
  <rect width="90" height="60" fill="url(#g)"/></svg>"""


def node(window: Window, name: str) -> Locator:
    return window.page.locator(f'[data-element-id="{name}"]')


def elements(server: Server, session: str) -> list[dict[str, Any]]:
    """What is stored."""
    return json.loads(server.get(f"/api/scene/{session}")[1])["scene"]["elements"]


def renderer_bytes(browser: Browser, page: Page) -> int:
    """The largest memory of a page's process."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pids = [process["id"] for process in processes if process["type"] == "renderer"]
    sizes = []
    for pid in pids:
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            sizes.append(int(status.split("VmHWM:")[1].split()[0]) * 1024)
    return max(sizes)


def drop(window: Window, name: str, kind: str, content: bytes) -> None:
    """Drop a file on the canvas."""
    window.page.evaluate(
        """([name, type, content]) => {
          const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], name, {type}));
          const at = {clientX: 400, clientY: 300, bubbles: true, cancelable: true};
          document.querySelector('#stage').dispatchEvent(
            new DragEvent('drop', {...at, dataTransfer: data}));
        }""",
        [name, kind, base64.b64encode(content).decode()],
    )


@pytest.mark.rule("SCN11")
def test_a_scene_full_of_bombs_opens_and_the_page_answers(
    open_window: Open, tmp_path: Path
) -> None:
    others = {**OTHERS, "no type at all": "data:image/png;base64,AAAA"}
    sources = [*SPELLINGS.values(), *others.values(), png_url(60, 40)]
    store(tmp_path, "bombs", pictures(*sources))
    with running(tmp_path) as server:
        ada = open_window("red", session="bombs", query="name=Ada", at=server)
        ada.page.locator("#zoom-fit").click()
        good = len(sources) - 1
        expect(node(ada, f"p{good + 1}")).to_have_text("Still here")
        expect(node(ada, f"p{good}").locator("img.loaded")).to_have_count(1)
        for number in range(len(SPELLINGS)):
            expect(node(ada, f"p{number}")).to_contain_text("Not drawn")
        expect(node(ada, f"p{good - 1}")).to_contain_text("cannot be loaded")
        assert ada.page.locator("#space img").count() == 1
        ada.picture("content-bombs")
        node(ada, "p0").focus()
        ada.page.keyboard.press("Delete")
        expect(node(ada, "p0")).to_have_count(0)


@pytest.mark.nightly
def test_three_thousand_charts_take_no_more_than_a_browser_has(
    open_window: Open, browsers: dict[str, Browser], tmp_path: Path
) -> None:
    store(tmp_path, "charts", charts(3000))
    with running(tmp_path) as server:
        ada = open_window("red", session="charts", query="name=Ada", at=server)
        drawn = ada.page.locator("#space canvas")
        until(ada.page, "document.querySelectorAll('#space canvas').length >= 40")
        for _ in range(20):
            ada.page.locator("#zoom-smaller").click()
        expect(drawn).to_have_count(0)  # nothing could be read any more
        expect(ada.page.locator("#space .stand-in")).to_have_count(3000)
        for _ in range(14):
            ada.page.locator("#zoom-larger").click()
        until(ada.page, "document.querySelectorAll('#space canvas').length > 10")
        assert drawn.count() <= 40
        ada.picture("content-charts")
        assert renderer_bytes(browsers["red"], ada.page) < 600 * MIB


@pytest.mark.nightly
def test_pictures_that_are_large_together_are_drawn_in_turn(
    open_window: Open, tmp_path: Path
) -> None:
    out = io.BytesIO()
    Image.new("1", (5000, 4000)).save(out, "PNG")
    src = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    store(tmp_path, "large", pictures(*[src] * 30))
    with running(tmp_path) as server:
        ada = open_window("red", session="large", query="name=Ada", at=server)
        expect(node(ada, "p0").locator("img, .stand-in")).to_have_count(1)
        expect(ada.page.locator("#space .stand-in").first).to_contain_text("Zoom in")
        assert 1 <= ada.page.locator("#space img").count() <= 3


@pytest.mark.nightly
def test_a_chart_of_very_many_numbers_says_that_it_shows_a_part(
    open_window: Open, tmp_path: Path
) -> None:
    data = {"labels": [1] * 50_000, "series": [[7]] * 50_000}
    chart = Element("c", Chart("bar", data), Transform(40, 40, 600, 400))
    store(tmp_path, "long", (chart,))
    with running(tmp_path) as server:
        ada = open_window("red", session="long", query="name=Ada", at=server)
        expect(node(ada, "c")).to_contain_text("a part is shown")
        expect(node(ada, "c").locator("canvas")).to_have_count(1)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((1280, 800), id="desktop"),
        pytest.param((390, 780), id="phone", marks=pytest.mark.nightly),
    ],
)
def test_a_session_is_opened_without_drawing_and_cleared(
    open_window: Open, server: Server, size: tuple[int, int]
) -> None:
    session = f"undrawn-{size[0]}"
    texts = [{"id": f"t{n}", "kind": {"type": "Text", "content": f"Text {n}"}} for n in range(3)]
    picture = {"id": "p", "kind": {"type": "Image", "src": png_url()}}
    post(server, {"session_id": session, "add": [*texts, picture]})
    viewport = {"width": size[0], "height": size[1]}
    ada = open_window("red", session=session, query="name=Ada&draw=0", viewport=viewport)
    bob = open_window("green", session=session, query="name=Bob")
    banner = ada.page.locator(".undrawn-banner")
    expect(banner).to_contain_text("not drawn")
    expect(node(ada, "p")).to_have_attribute("aria-label", "Picture. Move it with the arrow keys.")
    node(ada, "p").focus()
    assert ada.page.locator("#space img, #space p, #space canvas").count() == 0
    ada.picture(f"content-undrawn-{size[0]}")
    accessible(ada, "not drawn")
    ada.sees(bob)

    ada.page.locator('[data-action="list-elements"]').click()
    options = ada.page.locator('#drawer [role="option"]')
    expect(options).to_have_count(4)
    remove = ada.page.locator('[data-action="remove-elements"]')
    options.filter(has_text="Text 1").click()
    ada.picture(f"content-list-{size[0]}")
    remove.click()
    expect(options).to_have_count(3)
    expect(node(bob, "t1")).to_have_count(0)

    ada.page.locator('[data-action="clear-elements"]').click()
    ada.page.locator('[data-action="confirm"]').click()
    expect(ada.page.locator("#notices")).to_contain_text("The canvas is empty")
    expect(bob.page.locator("#space [data-element-id]")).to_have_count(0)
    assert elements(server, session) == []
    expect(banner).to_be_visible()
    ada.page.keyboard.press("Escape")
    ada.page.locator('[data-action="draw-canvas"]').click()
    expect(banner).to_be_hidden()
    assert "draw=0" not in ada.page.url
    post(server, {"session_id": session, "add": [{"id": "n", "kind": texts[0]["kind"]}]})
    expect(node(ada, "n")).to_have_text("Text 0")


@pytest.mark.nightly
def test_a_moderator_clears_what_a_viewer_can_only_leave_undrawn(
    open_window: Open, tmp_path: Path
) -> None:
    store(tmp_path, "house", pictures(*SPELLINGS.values()))
    with running(tmp_path, env={"CANVAS_AUTH_SECRET": SECRET}) as house:
        may = {role: token("--session", "house", "--role", role) for role in ("moderate", "view")}
        look: dict[str, Any] = {"session": "house", "query": "name=Ada&draw=0", "at": house}
        viewer = open_window("green", token=may["view"], **look)
        moderator = open_window("red", token=may["moderate"], **look)
        clear = '.undrawn-banner [data-action="clear-canvas"]'
        expect(viewer.page.locator(".undrawn-banner")).to_be_visible()
        expect(viewer.page.locator(clear)).to_be_hidden()
        moderator.page.locator(clear).click()
        moderator.page.keyboard.press("Enter")  # the button that does it has the focus
        expect(viewer.page.locator("#space [data-element-id]")).to_have_count(0)
        expect(moderator.page.locator(".undrawn-banner")).to_be_hidden()


@pytest.mark.nightly
def test_a_canvas_whose_page_died_over_it_is_not_drawn_again_unasked(
    open_window: Open, server: Server
) -> None:
    session = "died"
    post(
        server,
        {"session_id": session, "add": [{"id": "t", "kind": {"type": "Text", "content": "A"}}]},
    )
    first = open_window("red", session=session, query="name=Ada")
    expect(node(first, "t")).to_have_text("A")
    key = f"canvas-server.drawing.{session}"
    until(first.page, "key => localStorage.getItem(key) === null", arg=key)

    # This one hangs as soon as it draws, as over something that never ends; somebody closes it.
    context = first.page.context
    hung = context.new_page()
    hung.add_init_script(
        """new MutationObserver(() => {
          if (document.querySelector('[data-element-id] > p')) { for (;;); }
        }).observe(document, {childList: true, subtree: true});"""
    )
    hung.goto(f"{server.url}/s/{session}?name=Eve", wait_until="commit")
    until(first.page, "key => localStorage.getItem(key) !== null", arg=key)
    hung.close()
    assert first.page.evaluate("key => localStorage.getItem(key)", key)
    # A while later, in another tab.
    age = "key => localStorage.setItem(key, localStorage.getItem(key).split(' ')[0] + ' 1')"
    first.page.evaluate(age, key)
    again = open_window("red", session=session, query="name=Ada", context=context, at=server)
    banner = again.page.locator(".undrawn-banner")
    expect(banner).to_contain_text("did not end the last time")
    expect(node(again, "t")).to_have_text("")
    again.page.locator('[data-action="draw-canvas"]').click()
    expect(node(again, "t")).to_have_text("A")
    until(again.page, "key => localStorage.getItem(key) === null", arg=key)


def test_a_drawing_that_is_dropped_becomes_a_picture_and_a_bomb_does_not(
    open_window: Open, server: Server
) -> None:
    session = "dropped"
    ada = open_window("red", session=session, query="name=Ada")
    drop(ada, "our logo.svg", "image/svg+xml", LOGO)
    shown = ada.page.locator("#space img.loaded")
    expect(shown).to_have_count(1)
    (element,) = eventually(lambda: elements(server, session), "the picture is stored")
    src = element["kind"]["src"]
    assert src.startswith(("data:image/webp;base64,", "data:image/png;base64,"))
    assert ada.page.evaluate("() => document.querySelector('#space img').naturalWidth") == 180
    for bomb in (
        BOMB,
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>",
    ):
        drop(ada, "bomb.svg", "image/svg+xml", bomb)
        expect(ada.page.locator("#notices")).to_contain_text("Save it as a PNG")
    drop(
        ada, "vast.png", "image/png", base64.b64decode(OTHERS["three billion pixels"].split(",")[1])
    )
    expect(ada.page.locator("#notices")).to_contain_text("too large for the canvas")
    expect(shown).to_have_count(1)


@pytest.mark.rule("SCN10")
def test_a_photo_that_is_dropped_is_seen_as_it_was_taken_and_says_not_where(
    open_window: Open, server: Server
) -> None:
    """The page encodes it anew, so that nothing of it leaves the browser."""
    session = "photo"
    ada, bob = (open_window(color, session=session) for color in ("red", "green"))
    drop(ada, "IMG_0815.jpg", "image/jpeg", photo(6))
    for window in (ada, bob):
        expect(window.page.locator("#space img.loaded")).to_have_count(1)
        size = "() => (({naturalWidth, naturalHeight}) => [naturalWidth, naturalHeight])"
        shown = window.page.evaluate(f"{size}(document.querySelector('#space img'))")
        assert shown == [32, 64]
    (element,) = eventually(lambda: elements(server, session), "the picture is stored")
    src = element["kind"]["src"]
    assert src.startswith("data:image/webp;base64,"), "the page has made it anew"
    assert PLACE.encode() not in bytes_of(src)
    assert element["transform"]["height"] > element["transform"]["width"]
