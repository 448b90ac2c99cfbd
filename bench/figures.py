"""The standing figures: what must not drift unnoticed, beside what was recorded before.

``make figures`` takes about five minutes on two cores. Each figure is measured beside a yardstick
in turn where there is one, and printed beside the one of docs/FIGURES.md; with
``--record "why it moved"`` what was measured takes its place there, with the commit.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

import generators
from contenders import OURS, PROTOCOLS, launched, measured, running
from generators import COMPARED_LEVEL
from report import machine, put

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "FIGURES.md"
sys.path.insert(0, str(ROOT / "tests"))

import door  # noqa: E402 - as the next
import frames  # noqa: E402 - wants the helpers of the tests
from support.browsers import window as windows  # noqa: E402
from support.servers import server as servers  # noqa: E402

ROUNDS, SECONDS = 3, 2

Measured = dict[str, float]
"""name of a figure -> its value"""


# --- the relay -----------------------------------------------------------------------------------


def load(server: str, scenario: str, *levels: int) -> dict[str, Any]:
    """Run one scenario of the load generator against a fresh server."""
    with running(server) as (pid, url):
        return generators.load(scenario, server, url, pid, SECONDS, *levels)


def relay() -> Measured:
    """CPU for each message of calls and of candidates, ours against the others' in each round."""
    found: Measured = {}
    for scenario, name in (("call", "calls"), ("ice", "candidates")):
        costs: dict[str, list[float]] = {server: [] for server in PROTOCOLS}
        for _ in range(ROUNDS):
            for server in PROTOCOLS:
                costs[server].append(load(server, scenario)["cpu_ms_per_1000"])
        found[f"CPU µs a message, {name}"] = statistics.median(costs[OURS])
        for server in PROTOCOLS:
            if server != OURS:
                ratios = [a / b for a, b in zip(costs[OURS], costs[server], strict=True)]
                found[f"CPU a message of {name} beside {server}"] = statistics.median(ratios)
    return found


def idle() -> Measured:
    """Memory of a connection that does nothing."""
    levels = load(OURS, "idle", COMPARED_LEVEL)["kib_per_connection"]
    return {"KiB an idle connection": levels[str(COMPARED_LEVEL)]}


def latency() -> Measured:
    """How late candidates arrive at 2,000 a second."""
    ours, theirs = (
        statistics.median(load(server, "latency")["p99_ms"] for _ in range(ROUNDS))
        for server in (OURS, "PeerServer")
    )
    return {"relay p99, ms": ours, "relay p99 beside PeerServer": ours / theirs}


def edits() -> Measured:
    """Edits that are on the disk before they are acknowledged."""
    with tempfile.TemporaryDirectory(dir=ROOT) as data:
        line = [sys.executable, "-m", "canvas_server", "--port", "0", "--data", data]
        with launched(line) as (pid, host):
            editors = [sys.executable, str(HERE / "editors.py"), "changes"]
            found = measured([*editors, f"ws://{host}/ws", str(pid)], "edits")
    return {"edits stored a second": found["changes_per_s"]}


# --- the page ------------------------------------------------------------------------------------


def first_frame(playwright: Any) -> Measured:
    """From the press of Call to the first picture of the other, whose page accepts at once."""
    flags = [*windows.FLAGS, "--use-fake-ui-for-media-stream"]
    browser = playwright.chromium.launch(executable_path=door.chromium(), args=flags)
    times: list[float] = []
    with running(OURS) as (_, url):
        home = url.replace("ws://", "http://").removesuffix("/ws")
        for turn in range(3):
            link = f"{home}/s/frame-{turn}"
            ada, bob = (ready(browser, f"{link}?auto=1&name={name}") for name in ("Ada", "Bob"))
            peer = bob.evaluate("signalingManager.peerId")
            ada.locator(f'[data-peer-id="{peer}"] [data-action="call"]').wait_for()
            times.append(ada.evaluate(PICTURE, peer))
            for page in (ada, bob):
                page.context.close()
    browser.close()
    return {"press of Call to the first picture, ms": statistics.median(times)}


PICTURE = """async peer => {
  const began = performance.now();
  document.querySelector(`[data-peer-id="${peer}"] [data-action="call"]`).click();
  const shown = () => document.querySelector(`video[data-stream-id="peer-${peer}"]`);
  while (!shown()?.videoWidth) await new Promise(requestAnimationFrame);
  await new Promise(resolve => shown().requestVideoFrameCallback(resolve));
  return performance.now() - began;
}"""


def ready(browser: Browser, link: str) -> Page:
    """Open a window and wait until it is in the session."""
    page = browser.new_context(permissions=["camera", "microphone"]).new_page()
    page.goto(link)
    page.locator('[data-connection="open"]').wait_for(state="attached")
    return page


def smooth(browser: Browser) -> Measured:
    """The time from one frame to the next while 500 elements and four cameras are panned."""
    with tempfile.TemporaryDirectory() as folder, servers.running(Path(folder)) as server:
        found = frames.smoothness(browser, server, "frames", 500)
    return {"ms a frame at 500 elements, p95": found["panning"]["p95"]}


def checks() -> Measured:
    """How long the fast checks take."""
    # What this make was given is not for that one.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    line = ["make", "-s", "check"]
    began = time.perf_counter()
    subprocess.run(line, cwd=ROOT, env=clean, check=True, stdout=subprocess.DEVNULL)
    return {"seconds of make check": time.perf_counter() - began}


# --- the page of the figures ---------------------------------------------------------------------


def recorded() -> dict[str, list[str]]:
    """Return the rows of the page: value, commit and why, by name."""
    rows = re.findall(
        r"^\| ([^|]+) \| ([\d.e+]+) \| ([^|]*) \| ([^|]*) \|$", PAGE.read_text(), re.M
    )
    return {name: [value, commit, why] for name, value, commit, why in rows}


def record(found: Measured, rows: dict[str, list[str]], why: str) -> None:
    """Put what was measured into the page, with the commit at which it was."""
    line = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True)
    rows = rows | {
        name: [f"{value:.3g}", commit.stdout.strip(), why] for name, value in found.items()
    }
    lines = [f"| {name} | {' | '.join(row)} |" for name, row in rows.items()]
    head = [machine(), "", "| figure | value | commit | why it moved |"]
    put(PAGE, "figures", "\n".join([*head, "|---|---|---|---|", *lines]))


def main() -> None:
    """Measure, and print beside what was recorded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", metavar="WHY", help="write what was measured, and why it moved")
    parser.add_argument("--only", nargs="+", default=[], help="some of the figures")
    options = parser.parse_args()
    found: Measured = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=door.chromium(), args=windows.FLAGS)
        parts: dict[str, Callable[[], Measured]] = {
            "relay": relay,
            "idle": idle,
            "latency": latency,
            "edits": edits,
            "door": lambda: door.figures(browser),
            "first-frame": lambda: first_frame(playwright),
            "smooth": lambda: smooth(browser),
            "check": checks,
        }
        before = recorded()
        for name in options.only or parts:
            print(f"-- {name}", flush=True)
            part = parts[name]()
            found |= part
            for figure, value in part.items():
                old = float(before[figure][0]) if figure in before else None
                beside = "" if old is None else f"  recorded {old:.3g}, now {value / old:.2f} of it"
                print(f"{figure}: {value:.3g}{beside}", flush=True)
        browser.close()
    if options.record:
        record(found, before, options.record)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
