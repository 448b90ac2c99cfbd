"""The real server and the windows on it, for the length of a part."""

import contextlib
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from support.browsers.window import COLORS, FLAGS, Window, write_picture
from support.servers.server import Server, running

HERE = Path(__file__).parent
PAGE, NUMBERS = HERE / "page.js", HERE / "numbers.js"
SIZE = {"width": 640, "height": 480}


@contextlib.contextmanager
def stage() -> Generator[tuple[Server, Browser]]:
    """Run a server and a browser whose garbage can be collected on demand."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "red.y4m"
        write_picture(film, COLORS["red"])
        with running(Path(folder) / "data") as server:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or "/usr/bin/chromium",
                args=[
                    *FLAGS,
                    f"--use-file-for-fake-video-capture={film}",
                    "--js-flags=--expose-gc",
                ],
            )
            try:
                yield server, browser
            finally:
                browser.close()


def open_window(browser: Browser, url: str, path: str, script: Path = PAGE) -> Window:
    """Open a window in a context, and so a process, of its own."""
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    context.grant_permissions(["camera", "microphone"], origin=url)
    context.add_init_script(path=script)
    window = Window(context.new_page(), "red")
    window.page.goto(url + path)
    return window


@contextlib.contextmanager
def two_windows(query: str = "") -> Generator[tuple[Server, Window, Window]]:
    """Two windows in one session that see each other."""
    with stage() as (server, browser):
        ada, bob = (
            open_window(browser, server.url, f"/s/soak?name={name}{query}")
            for name in ("Ada", "Bob")
        )
        for window, other in ((ada, bob), (bob, ada)):
            window.wait_connection("open")
            other.wait_connection("open")
            window.sees(other)
        yield server, ada, bob
