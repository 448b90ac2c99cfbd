"""A page that was open before an update: what it has not loaded yet is of another release."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, Route, expect

from support.browsers.window import Open
from support.servers.server import Server, post

PARTS = "**/bundle/panel-*.js"


def _outdate(context: BrowserContext) -> None:
    """Have a page miss its panels, as after an update of the server, until it is loaded again."""
    loads: list[Request] = []

    def gone(route: Route) -> None:
        name = "/panel-of-before-" if len(loads) == 1 else "/panel-"
        route.continue_(url=route.request.url.replace("/panel-", name))

    context.on(
        "request",
        lambda request: loads.append(request) if request.is_navigation_request() else None,
    )
    context.route(PARTS, gone)


@pytest.mark.rule("DOR4")
def test_a_part_that_is_gone_is_missed_in_words_and_the_rest_goes_on(
    open_window: Open, browsers: dict[str, Browser], server: Server
) -> None:
    context = browsers["red"].new_context()
    _outdate(context)
    ada = open_window("red", query="name=Ada", session="updated", context=context)
    ada.page.locator('[data-panel="save"]').click()
    notice = ada.page.get_by_role("alert").filter(has_text="a newer version")
    expect(notice).to_be_visible()
    text = {"type": "Text", "content": "still here"}
    place = {"x": 0, "y": 0, "width": 200, "height": 60}
    post(server, {"session_id": "updated", "add": [{"kind": text, "transform": place}]})
    expect(ada.page.locator("[data-element-id]", has_text="still here")).to_be_visible()
    with ada.page.expect_navigation():
        notice.get_by_role("button", name="Load the page again").click()
    expect(ada.page.locator("#drawer")).to_contain_text("The canvas as a file")  # as it was wanted
    assert [each for each in ada.complaints if not re.search("404|Failed to fetch", each)] == []
    ada.complaints.clear()
    context.close()
