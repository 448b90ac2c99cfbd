"""The page below a path of its host, and in a frame of another site: pages, pictures, a call of two."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from support.browsers.conditions import until
from support.browsers.violations import VIOLATIONS
from support.browsers.window import OUTPUT, PATIENCE_MS, Open
from support.servers.other import OtherServer, other_server
from support.servers.server import Server, running

BASE = "/canvas"
ALLOW = "camera; microphone; display-capture; autoplay; fullscreen"
# What browsers do where people forbid what sites keep in frames of others.
FORBIDDEN_STORAGE = """() => {
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
  }
}"""


@pytest.fixture
def intranet() -> Iterator[OtherServer]:
    """A site that shows what its address names in a frame; it is another site: `localhost`."""
    page = f"""<!doctype html><title>Intranet</title><script>
      const frame = document.createElement("iframe");
      frame.allow = "{ALLOW}";
      frame.src = decodeURIComponent(location.hash.slice(1));
      frame.style = "width: 1200px; height: 640px";
      addEventListener("DOMContentLoaded", () => document.body.append(frame));
    </script><body>"""
    with other_server(page.encode(), "text/html") as other:
        other.url = other.url.replace("127.0.0.1", "localhost")
        yield other


@pytest.fixture
def below(tmp_path: Path, intranet: OtherServer) -> Iterator[Server]:
    """A server below a path, which that site may embed; its `url` has the path."""
    own = ("--base-path", BASE, "--frame-ancestors", intranet.url)
    with running(tmp_path, *own) as server:
        site = copy.copy(server)
        site.url += BASE
        yield site


@pytest.mark.report(
    "running",
    "Embedding a session in a page of another site",
    "a call between a window below https://host/canvas/ and a frame of a page of another site whose storage is forbidden",
    "they see each other; charts, tables, self-test and export load from below the path",
)
def test_a_call_between_a_window_below_a_path_and_a_frame_of_another_site(
    open_window: Open, browsers: dict[str, Browser], below: Server, intranet: OtherServer
) -> None:
    ada = open_window("red", "room", "name=Ada", at=below)
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url))
    context = browsers["green"].new_context()
    context.grant_permissions(["camera", "microphone"], origin=intranet.url)
    context.add_init_script(f"({FORBIDDEN_STORAGE})()")
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{intranet.url}/#{below.url}/s/room?name=Bob")
        bob = page.frames[1]
        bob.locator('[data-connection="open"]').wait_for(state="attached")
        bob_id = str(bob.evaluate("signalingManager.peerId"))
        ada.entry(bob_id).locator('[data-action="call"]').click()
        bob.locator('[data-action="accept"]:visible').click()
        until(ada.page, SEEN, f"peer-{bob_id}")
        until(bob, SEEN, f"peer-{ada.peer_id}")
        page.screenshot(path=OUTPUT / "framed.png")
        ada.page.locator('[data-panel="save"]').first.click()
        link = ada.page.locator('a[data-format="png"]').get_attribute("href")
        assert link is not None
        assert link.startswith(f"{BASE}/api/scene/room/export.png")
        assert ada.page.evaluate("link => fetch(link).then(({status}) => status)", link) == 200
        strays = [url for url in asked if not url.startswith((below.url, "data:", "blob:"))]
        assert strays == []
        with context.expect_page() as opened:
            bob.locator("body").evaluate("() => window.open('../doctor/', '_blank')")
        expect(opened.value.locator("h1").first).to_be_visible()
    finally:
        context.close()


SEEN = """id => { const film = document.querySelector(`video[data-stream-id="${id}"]`);
    return film !== null && film.videoWidth > 0 && film.currentTime > 0; }"""


@pytest.mark.report(
    "running",
    "Embedding a session in a page of another site",
    "a page of a site that CANVAS_FRAME_ANCESTORS does not name, or no site at all",
    "the browser shows nothing of the session",
)
def test_a_page_that_is_not_named_shows_nothing(
    browsers: dict[str, Browser], below: Server, intranet: OtherServer, server: Server
) -> None:
    VIOLATIONS.expect("frame-ancestors", "content security policy")
    stranger = intranet.url.replace("localhost", "127.0.0.1")
    away = server.metric("canvas_peers")  # of windows that others have closed just now
    context = browsers["green"].new_context()
    try:
        page = context.new_page()
        for site, at in ((stranger, below), (intranet.url, server)):
            page.goto("about:blank")
            page.goto(f"{site}/#{at.url}/s/room?name=Eve")
            settled: list[str] = []
            while not settled:
                page.wait_for_timeout(50)  # lets Playwright hear of what the browser does
                settled = [one.url for one in page.frames[1:] if one.url not in ("", "about:blank")]
            refused = "forbidden_origin" in page.frames[1].content()
            assert refused or settled[0].startswith("chrome-error:"), settled
            assert server.metric("canvas_peers") <= away
    finally:
        context.close()
