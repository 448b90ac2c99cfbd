"""What it saves to send pictures only as large as they are seen, in a call of four.

``make sight`` opens four windows in a call of everybody. Each sends its camera to three others. It
takes what all of them send, and the processor time of Chromium, first with all tiles in sight, then
with the window zoomed in so that one tile fills it, then with the canvas moved out of sight.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.browsers.conditions import until  # noqa: E402
from support.browsers.window import FLAGS, PATIENCE_MS  # noqa: E402
from support.servers.server import running  # noqa: E402 - helpers of the tests

PEOPLE = 4
SECONDS = 10
SETTLE_SECONDS = 6
SENT = """async () => {
  let bytes = 0;
  for (const pc of signalingManager.peerConnections.values())
    for (const report of (await pc.getStats()).values())
      if (report.type === 'outbound-rtp' && report.kind === 'video') bytes += report.bytesSent;
  return bytes;
}"""
CONNECTED = f"""() => signalingManager.calls.filter(call => call.state === 'connected').length
    === {PEOPLE - 1} && document.querySelectorAll('[data-element-id] video').length === {PEOPLE}"""


def cpu_seconds(root: int) -> float:
    """Return the processor time of a process and all below it."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parts = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents[int(entry.name)] = int(parts[1])
            used[int(entry.name)] = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return sum(used.get(pid, 0) for pid in found - {root})


def measure(name: str, pages: list[Page]) -> None:
    """Print what is sent and used for some seconds."""
    time.sleep(SETTLE_SECONDS)
    sent = sum(page.evaluate(SENT) for page in pages)
    cpu, started = cpu_seconds(os.getpid()), time.perf_counter()
    time.sleep(SECONDS)
    seconds = time.perf_counter() - started
    sent = sum(page.evaluate(SENT) for page in pages) - sent
    cpu = cpu_seconds(os.getpid()) - cpu
    print(f"| {name} | {sent * 8 / seconds / 1000:,.0f} | {cpu / seconds:.2f} |", flush=True)


def main() -> None:
    """Measure in three views."""
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        pages: list[Page] = []
        for number in range(PEOPLE):
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            context.grant_permissions(["camera", "microphone"], origin=server.url)
            pages.append(context.new_page())
            pages[-1].goto(f"{server.url}/s/sight?name=P{number}&auto=1")
            pages[-1].locator('[data-connection="open"]').wait_for(state="attached")
        pages[0].locator("[data-action=group]").click(timeout=PATIENCE_MS)  # all accept by auto=1
        for page in pages:
            until(page, CONNECTED, timeout=PATIENCE_MS)
        print("| in each window | sent by all, kbit/s | processor, cores |\n|---|---|---|")
        measure("four tiles in sight", pages)
        for page in pages:
            page.mouse.move(300, 250)
            page.keyboard.down("Control")
            for _ in range(8):
                page.mouse.wheel(0, -100)
            page.keyboard.up("Control")
        measure("one tile in sight, larger", pages)
        for page in pages:
            page.keyboard.press("0")
            page.mouse.wheel(0, 9000)
        measure("none in sight", pages)
        browser.close()


if __name__ == "__main__":
    main()
