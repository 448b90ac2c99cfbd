"""The self-test of the page, in a browser: what it says of the network was measured."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.browsers.axe import accessible
from support.browsers.window import Open
from support.servers.server import running

DEAD = ("stun:10.255.255.1:3478", "stun:10.255.255.2:3478")


@pytest.mark.nightly
@pytest.mark.report(
    "reading",
    "The self-test says other things of the network when the camera is allowed",
    "two dead STUN servers, with and without the right to use the camera",
    "the same words, and none that says they answer",
)
def test_the_network_is_the_same_with_and_without_camera(
    open_window: Open, browsers: dict[str, Browser], tmp_path: Path
) -> None:
    said = []
    for allowed in ([], ["camera", "microphone"]):
        stuns = ("--stun-urls", " ".join(DEAD))
        with running(tmp_path, *stuns) as at, browsers["green"].new_context() as context:
            context.grant_permissions(allowed, origin=at.url)
            window = open_window("green", at=at, context=context)
            page = window.page
            page.goto(f"{at.url}/doctor/")
            page.get_by_role("button", name="Start the test").click()
            expect(page.get_by_role("button", name="Copy the report")).to_be_visible()
            expect(page.get_by_role("button", name="Test again")).to_be_enabled()
            rows = {
                row.get_attribute("data-check") or "": row
                for row in page.locator("[data-check]").all()
            }
            said.append({check: rows[check].inner_text() for check in (*DEAD, "nat")})
            assert all(rows[check].get_attribute("data-level") != "good" for check in said[-1])
            level = rows["camera"].get_attribute("data-level")
            assert level == ("good" if allowed else "bad")
            accessible(window, "self-test")
    assert said[0] == said[1]
