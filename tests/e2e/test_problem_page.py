"""A wrong address in a browser: a page that says what is wrong, and leads on."""

import pytest
from playwright.sync_api import Playwright, expect

from support.browsers.axe import AXE_SCRIPT, EVERYTHING, RUN
from support.servers.server import Server


@pytest.mark.rule("PAG5")
def test_a_wrong_name_leads_to_a_canvas(playwright: Playwright, server: Server) -> None:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
    said: list[str] = []
    try:
        for scheme in ("light", "dark"):
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": 360, "height": 640}
            )
            page = context.new_page()
            page.on("console", lambda message: said.append(message.text))
            page.goto(f"{server.url}/s/Team%20Monday%20%3Cimg%20src%3Dx%3E")
            expect(page.get_by_role("heading")).to_contain_text("Team Monday <img src=x>")
            assert not [text for text in said if "Content Security Policy" in text]
            width = page.evaluate("() => document.documentElement.scrollWidth")
            assert width <= 360, "nothing is cut off on a phone"
            page.evaluate(AXE_SCRIPT)
            found = page.evaluate(RUN, EVERYTHING)
            assert [one for one in found if one["impact"] in ("serious", "critical")] == []
            context.close()
        page = browser.new_page()
        page.goto(f"{server.url}/s/Team%20Monday")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/s/Team-Monday")
        expect(page.locator("#session-name")).to_have_text("Team-Monday")
    finally:
        browser.close()
