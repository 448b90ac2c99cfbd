"""A meeting in real windows: how soon one sees everybody, what it costs, how late a chat line is.

``make room`` opens a call of four and of six on one machine. It takes the time from the press of
Join to the pictures of the three others and to the steps before, with what the machine was busy
with meanwhile (of the windows, which all send and draw pictures on it, and of other programs:
where that is all it has, the time says more of the machine than of Join), the processor time of a
page in a call of four, the pictures a second that six people receive from each other, and the time
from Enter in one window's chat to the line in another. With ``--beside FOLDER``, a checkout of
another version of this project with its environment, both are measured in turn. Writes the
section "room" of docs/benchmarks.md.
"""

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from contenders import launched
from report import machine, put
from sight import cpu_seconds

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.browsers.chromium import executable  # noqa: E402 - helpers of the tests
from support.browsers.conditions import PATIENCE_MS, until  # noqa: E402
from support.browsers.window import FLAGS  # noqa: E402

ROUNDS = 5
SECONDS = 10
SETTLE_SECONDS = 6
LINES = 60
JOIN = ('[data-action="join-call"]', '[data-action="group"]')
"""The button that joins the call of everybody, now and in versions without a lobby."""

Measured = dict[str, list[float]]
"""name of a figure -> what the rounds gave"""

CONNECTED = """count => [...signalingManager.peerConnections.values()]
  .filter(pc => pc.connectionState === 'connected').length === count"""
# Milliseconds from a press until there is a description for each of so many others, until each is
# connected, and has a new picture in the window.
TO_PICTURES = """async ([selector, count]) => {
  const began = performance.now();
  document.querySelector(selector).click();
  const own = () => new Set(signalingManager.localStream?.getTracks());
  const playing = () => [...document.querySelectorAll('video')].filter(({srcObject}) =>
    srcObject?.getVideoTracks().length && !srcObject.getTracks().some(track => own().has(track)));
  const all = has => {
    const connections = [...signalingManager.peerConnections.values()];
    return connections.length >= count && connections.every(has);
  };
  const shown = new Set();
  const watched = new WeakSet();
  const took = {};
  while (shown.size < count) {
    if (all(pc => pc.localDescription)) took.described ??= performance.now() - began;
    if (all(pc => pc.connectionState === 'connected')) took.connected ??= performance.now() - began;
    for (const video of playing()) {
      if (watched.has(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback(() => shown.add(video.srcObject.getVideoTracks()[0].id));
    }
    await new Promise(requestAnimationFrame);
  }
  took.pictures = performance.now() - began;
  return {...took, described: took.described ?? took.pictures,
    connected: took.connected ?? took.pictures};
}"""
RECEIVED = """async () => {
  let frames = 0;
  for (const pc of signalingManager.peerConnections.values())
    for (const report of (await pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'video')
        frames += report.framesDecoded ?? 0;
  return frames;
}"""
# Puts the time at which each line of the chat came into the page into `window.lines`.
WATCH_CHAT = """() => {
  const log = document.querySelector('.chat-list');
  const lines = window.lines = new Map();
  new MutationObserver(() => {
    const now = performance.timeOrigin + performance.now();
    for (const [word] of log.textContent.matchAll(/line-\\d+;/g))
      if (!lines.has(word)) lines.set(word, now);
  }).observe(log, {childList: true, subtree: true, characterData: true});
}"""


@contextlib.contextmanager
def server(folder: Path) -> Generator[str]:
    """Run the server of a checkout; yield its address."""
    with tempfile.TemporaryDirectory() as data:
        python = folder / ".venv" / "bin" / "python"
        line = [str(python), "-m", "canvas_server", "--port", "0", "--data", data]
        with launched(line) as (_, host):
            yield f"http://{host}"


def opened(browser: Browser, home: str, session: str, name: str, query: str = "") -> Page:
    """Open a window in a session and wait until its parts are there."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["camera", "microphone"], origin=home)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{home}/s/{session}?name={name}{query}")
    page.locator('[data-connection="open"]').wait_for(state="attached")
    page.locator(".toolbar").wait_for(state="attached")
    return page


def meeting(browser: Browser, home: str, session: str, people: int) -> list[Page]:
    """Open so many windows, all in one call."""
    pages = [opened(browser, home, session, f"P{n}", "&auto=1") for n in range(people)]
    for page in pages:
        until(
            page,
            "count => document.querySelectorAll('[data-peer-id]').length === count",
            arg=people - 1,
        )
    for page in pages:
        if not page.evaluate("() => signalingManager.inGroup"):
            page.locator(join_button(page)).click()
    for page in pages:
        until(page, CONNECTED, arg=people - 1)
    return pages


def join_button(page: Page) -> str:
    """Return the selector of the button that a window has to join the call."""
    return next(one for one in JOIN if page.locator(one).count())


def closed(pages: list[Page]) -> None:
    """Close windows."""
    for page in pages:
        page.context.close()


def joining(browser: Browser, home: str, turn: str) -> Measured:
    """Time the fourth's way into a call of three."""
    pages = meeting(browser, home, f"join-{turn}", 3)
    late = opened(browser, home, f"join-{turn}", "Late")
    time.sleep(2)
    own, every, began = cpu_seconds(os.getpid()), busy_seconds(), time.perf_counter()
    took = late.evaluate(TO_PICTURES, [join_button(late), 3])
    own, every = cpu_seconds(os.getpid()) - own, busy_seconds() - every
    seconds = time.perf_counter() - began
    closed([*pages, late])
    return {
        "Join to everybody's picture, four people, ms": [took["pictures"]],
        "of it until the last description is made, ms": [took["described"]],
        "of it until the last one is connected, ms": [took["connected"]],
        "processor of the four windows and their server meanwhile, cores": [own / seconds],
        "processor of other programs meanwhile, cores": [max(0.0, every - own) / seconds],
    }


def busy_seconds() -> float:
    """Return the time that all cores have worked since the machine started."""
    times = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    idle = int(times[3]) + int(times[4])
    return (sum(map(int, times)) - idle) / os.sysconf("SC_CLK_TCK")


def costs(browser: Browser, home: str, turn: str) -> Measured:
    """Take the processor time of Chromium while four talk, shared by the four pages."""
    pages = meeting(browser, home, f"cost-{turn}", 4)
    time.sleep(SETTLE_SECONDS)
    used, began = cpu_seconds(os.getpid()), time.perf_counter()
    time.sleep(SECONDS)
    share = (cpu_seconds(os.getpid()) - used) / (time.perf_counter() - began) / len(pages)
    closed(pages)
    return {"processor of a page in a call of four, % of a core": [100 * share]}


def mesh(browser: Browser, home: str, turn: str) -> Measured:
    """Count the pictures that each of six receives from each other one."""
    pages = meeting(browser, home, f"mesh-{turn}", 6)
    time.sleep(SETTLE_SECONDS)
    before, began = [page.evaluate(RECEIVED) for page in pages], time.perf_counter()
    time.sleep(SECONDS)
    frames = sum(page.evaluate(RECEIVED) - had for page, had in zip(pages, before, strict=True))
    rate = frames / (time.perf_counter() - began) / (len(pages) * (len(pages) - 1))
    closed(pages)
    return {"pictures a second of each other, six people": [rate]}


def chatting(browser: Browser, home: str, turn: str) -> Measured:
    """Write lines in one window and take when they stand in the other."""
    pages = [opened(browser, home, f"chat-{turn}", name) for name in ("Ada", "Bob")]
    if any(page.locator('[data-panel="chat"]').count() == 0 for page in pages):
        closed(pages)
        return {}
    for page in pages:
        page.locator('[data-panel="chat"]').first.click()
        page.locator(".chat-list").wait_for()
    writer, reader = pages
    reader.evaluate(WATCH_CHAT)
    field = writer.locator("#chat-field")
    took: list[float] = []
    for number in range(LINES):
        word = f"line-{number};"
        field.fill(word)
        sent = writer.evaluate(
            """() => {
              const field = document.querySelector('#chat-field');
              const now = performance.timeOrigin + performance.now();
              const press = {key: 'Enter', bubbles: true, cancelable: true};
              field.dispatchEvent(new KeyboardEvent('keydown', press));
              return now;
            }"""
        )
        until(reader, "word => window.lines.has(word)", arg=word)
        took.append(reader.evaluate("word => window.lines.get(word)", word) - sent)
    closed(pages)
    took.sort()
    return {"a chat line to the other screen, p95, ms": [took[int(0.95 * len(took))]]}


SCENARIOS = {"joining": joining, "costs": costs, "mesh": mesh, "chatting": chatting}


def main() -> None:
    """Measure, in turn where another version is named, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=Path, help="a checkout of another version, to compare")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    versions = {"now": ROOT} | ({"beside": options.beside} if options.beside else {})
    found: dict[str, Measured] = {version: {} for version in versions}
    with sync_playwright() as playwright:
        for turn in range(options.rounds):
            for name in options.only:
                for version, folder in versions.items():
                    browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
                    with server(folder) as home:
                        one = SCENARIOS[name](browser, home, str(turn))
                    browser.close()
                    for figure, values in one.items():
                        found[version].setdefault(figure, []).extend(values)
                        print(f"{turn} {version}: {figure}: {values[0]:.1f}", flush=True)
    rows = [f"| | {' | '.join(versions)} |", f"|---|{'---:|' * len(versions)}"]
    for figure in found["now"]:
        cells = [_cell(found[version].get(figure, [])) for version in versions]
        rows.append(f"| {figure} | {' | '.join(cells)} |")
    print("\n".join(rows))
    if set(options.only) == set(SCENARIOS):
        text: list[Any] = [
            machine(),
            f"Medians of {options.rounds} rounds in turn (lowest to highest).",
            "",
            *rows,
        ]
        put(ROOT / "docs" / "benchmarks.md", "room", "\n".join(text))


def _cell(values: list[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})"


if __name__ == "__main__":
    main()
