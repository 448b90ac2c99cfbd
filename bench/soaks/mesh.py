"""One call of everybody, with as many windows as are asked for."""

import time

from playwright.sync_api import Page

from support.browsers.conditions import until
from support.browsers.window import Window

from .figures import Figure, Outcome, Progress, at_least, at_most, exactly
from .stage import open_window, stage

MOST_SECONDS = 17
LEAST_FRAMERATE = 8
PATIENCE_MS = 120_000
# Connected with everybody, and each of their pictures is there.
COMPLETE = """count =>
    [...signalingManager.peerConnections.values()]
        .filter(pc => pc.connectionState === 'connected').length === count - 1
    && [...document.querySelectorAll('[data-element-id] video')]
        .filter(video => video.videoWidth > 16 && video.readyState >= 2).length === count"""
FRAMES = """async () => {
    let frames = 0;
    for (const pc of signalingManager.peerConnections.values())
        for (const report of (await pc.getStats()).values())
            if (report.type === 'inbound-rtp' && report.kind === 'video')
                frames += report.framesDecoded;
    return frames;
}"""
WATCHED_SECONDS = 10


def framerate(page: Page, streams: int) -> float:
    """Return the pictures a second that a window decodes of each of its streams."""
    before, started = page.evaluate(FRAMES), time.monotonic()
    page.wait_for_timeout(WATCHED_SECONDS * 1000)
    return (page.evaluate(FRAMES) - before) / (time.monotonic() - started) / streams


def run(count: int, seed: int) -> Outcome:  # noqa: ARG001 - nothing is left to chance here
    """One window calls everybody, all accept; how long until everybody sees everybody?"""
    with stage() as (server, browser), Progress("mesh", count) as progress:
        windows: list[Window] = []
        for number in range(count):
            windows.append(open_window(browser, server.url, f"/s/mesh?name=P{number}&auto=1"))
            windows[-1].wait_connection("open")
            progress.step(f"{number + 1} windows")
        for other in windows[1:]:
            windows[0].sees(other)
        started = time.monotonic()
        windows[0].press("group")
        for window in windows:
            until(window.page, COMPLETE, arg=count, timeout=PATIENCE_MS)
        seconds = time.monotonic() - started
        rate = framerate(windows[-1].page, count - 1)
        said = windows[0].page.get_by_text("Pictures are sent smaller").count()
        windows[0].picture("mesh")
        complaints = [complaint for window in windows for complaint in window.complaints]
    figures = [
        Figure("streams", count * (count - 1)),
        at_most("seconds until everybody sees everybody", seconds, MOST_SECONDS, "s"),
        at_least("pictures a second of each stream", rate, LEAST_FRAMERATE),
        exactly("windows that say what it costs", said, int(count > 6)),
        exactly("complaints in the consoles", len(complaints), 0),
    ]
    return Outcome(figures, {"complaints": complaints})
