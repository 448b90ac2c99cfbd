"""A link is opened: the page joins while its code is on its way, and says nothing that is not known."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from support.browsers.conditions import until
from support.servers.server import RawSocket, Server, eventually, post

CODE = "**/bundle/main-*.js"
TOOLS = "**/bundle/tools-*.js"
PANELS = "**/bundle/panel-*.js"
FALSE = "#alone, #empty, [data-call-status], #closed, #group, [data-peer-id], .notice"
"""What says something of the people, the canvas or a call."""
DROPPED = """() => ['dragover', 'drop'].map(kind => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(['x'], 'x.txt'));
  const event = new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer});
  document.querySelector('#stage').dispatchEvent(event);
  return event.defaultPrevented;
})"""
"""Whether a file that is dropped is kept from taking the place of the page."""
CREDENTIALS = (
    "Object.getOwnPropertySymbols(globalThis).map(String).filter(s => s.includes('canvas'))"
)
ELSEWHERE = "[...document.querySelectorAll('use')].filter(use => !use.href.baseVal.startsWith('#icon-')).length"
LOADED = "performance.getEntriesByType('resource').filter(e => e.name.includes('/panel-')).length"


def seen(page: Page, selector: str) -> int:
    """Return how many nodes of a selector are in sight."""
    return page.locator(selector).locator("visible=true").count()


@pytest.mark.rule("DOR5", "DOR6", "DOR7")
def test_the_page_has_joined_before_its_code_is_there(
    server: Server, browsers: dict[str, Browser]
) -> None:
    note = {"kind": {"type": "Note", "content": "Here"}, "transform": {"width": 200, "height": 200}}
    post(server, {"session_id": "arrival", "add": [note]})
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with RawSocket(server) as near, browsers["red"].new_context() as context:
        near.join("arrival", display_name="Zoe")
        page = context.new_page()
        page.route(CODE, hold)
        page.goto(f"{server.url}/s/arrival?name=Ada", wait_until="commit")
        assert near.until("peer_joined")["peer"]["display_name"] == "Ada"

        expect(page.locator("#connection")).to_have_text("Connecting…")
        assert seen(page, FALSE) == 0
        assert seen(page, ".top use[href^='#icon-']") > 0, "icons are in the document"
        page.locator("#help").click()
        assert page.evaluate(DROPPED) == [True, True]

        until(page, CREDENTIALS + ".length === 1")
        eventually(lambda: page.evaluate("1") and held, "the code is asked for")
        for route in held:
            route.continue_()
        page.locator('[data-connection="open"]').wait_for(state="attached")
        expect(page.locator("[data-peer-id]")).to_contain_text("Zoe")
        page.locator("[data-element-id]").wait_for()
        page.locator("dialog[open] .help").wait_for()
        assert page.evaluate(CREDENTIALS) == []


def absent(route: Route) -> None:
    route.abort()


def garbled(route: Route) -> None:
    route.fulfill(body="function ( { cut off", content_type="text/javascript")


def failing(route: Route) -> None:
    route.fulfill(body="await null; null.toString();", content_type="text/javascript")


@pytest.mark.rule("DOR5")
@pytest.mark.parametrize("how", [absent, garbled, failing])
def test_code_that_cannot_be_loaded_is_said_by_the_document(
    server: Server, browsers: dict[str, Browser], how: Callable[[Route], None]
) -> None:
    with browsers["red"].new_context() as context:
        page = context.new_page()
        page.route(CODE, how)
        page.goto(f"{server.url}/s/unloaded?name=Ada", wait_until="commit")
        expect(page.locator("#closed")).to_contain_text("could not be loaded")
        expect(page.locator("#connection")).to_be_hidden()
        page.unroute(CODE)
        page.locator("#rejoin").click()
        page.locator('[data-connection="open"]').wait_for(state="attached")


@pytest.mark.rule("DOR8", "DOR9")
def test_parts_are_loaded_when_needed_and_are_there_without_a_server(
    server: Server, browsers: dict[str, Browser]
) -> None:
    with browsers["red"].new_context() as context:
        page = context.new_page()
        page.route(PANELS, lambda route: route.abort())
        page.goto(f"{server.url}/s/parts?name=Ada", wait_until="commit")
        page.locator(".toolbar").wait_for()
        history = page.locator("[data-panel=history]")
        history.click()
        expect(page.locator(".notice.problem")).to_contain_text("could not be loaded")
        page.unroute(PANELS)
        history.click()
        history.click()
        page.locator("#drawer-history .panel-room").wait_for(state="detached")
        assert seen(page, ".notice.problem") == 0, "what is mended is not said any more"

        page.reload()
        until(page, LOADED + " >= 5")
        context.set_offline(True)
        for name in ("elements", "save", "quality"):
            page.locator(f"[data-panel={name}]").click()
            page.locator(f"#drawer-{name} .panel-room").wait_for(state="detached")
        page.locator("#help").click()
        page.locator("dialog[open] .help").wait_for()
        assert page.evaluate(ELSEWHERE) == 0, "icons ask for nothing"


@pytest.mark.rule("DOR7")
def test_a_button_pressed_again_while_its_code_comes_opens_one_dialog(
    server: Server, browsers: dict[str, Browser]
) -> None:
    with browsers["red"].new_context() as context:
        page = context.new_page()
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route(TOOLS, hold)
        page.goto(f"{server.url}/s/again?name=Ada")
        page.locator('[data-connection="open"]').wait_for(state="attached")
        for _ in range(3):
            page.locator("#help").click()
        eventually(lambda: page.evaluate("1") and held, "the code is asked for")
        for route in held:
            route.continue_()
        page.locator("dialog[open] .help").first.wait_for()
        assert page.locator("dialog[open]").count() == 1


@pytest.mark.rule("DOR6", "RES1")
def test_a_window_loaded_again_before_its_code_came_leaves_nobody_behind(
    server: Server, browsers: dict[str, Browser]
) -> None:
    with RawSocket(server) as near, browsers["red"].new_context() as context:
        near.join("impatient", display_name="Zoe")
        page = context.new_page()
        page.route(CODE, lambda _: None)
        page.goto(f"{server.url}/s/impatient?name=Ada", wait_until="commit")
        near.until("peer_joined")
        page.unroute(CODE)
        page.goto(f"{server.url}/s/impatient?name=Ada", wait_until="commit")
        page.locator('[data-connection="open"]').wait_for(state="attached")

        def there() -> int:
            near.send({"type": "list_peers"})
            return len(near.until("peer_list")["peers"])

        # It is the same peer where it had learned in time who it is, else another one.
        eventually(lambda: there() == 2, "the first of them leaves")
        expect(page.locator("[data-peer-id]")).to_have_count(1)
