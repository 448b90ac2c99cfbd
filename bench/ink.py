"""What a stroke costs: how soon it is seen, here and elsewhere, and how many bytes it is.

``make ink`` draws strokes of 500 places at 120 Hz in one Chromium window while another one looks
on: with a mouse, and with a pen that has a pressure. It takes the time until the own line has
reached the pointer, and the other window's line each place; the bytes of all messages of the
stroke, sent and received, and those in the log. Chromium draws in software here. Writes a table,
and test-output/ink.json.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from support.browsers.conditions import until  # noqa: E402
from support.browsers.window import FLAGS  # noqa: E402
from support.servers.server import running  # noqa: E402

OUTPUT = ROOT / "test-output" / "ink.json"
PLACES, HERTZ = 500, 120

# Bytes of the messages of strokes, and of the elements that they become.
COUNT = """() => {
  window.wire = {sent: 0, received: 0, messages: 0};
  const Real = window.WebSocket;
  const isOf = text => /"type":"(peer_)?stroke"|"Ink"/.test(text);
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({data}) => {
        if (!isOf(data)) return;
        wire.received += new Blob([data]).size;
        wire.messages++;
      });
    }
    send(data) {
      if (isOf(data)) wire.sent += new Blob([data]).size;
      super.send(data);
    }
  };
}"""
# Draws; when each place was pointed at, and how long it took until the own line was there.
DRAW = """async ([places, hertz, type]) => {
  const stage = document.getElementById('stage');
  const where = n => [120 + n * 1.6, 350 + 90 * Math.sin(n / 16) + 25 * Math.sin(n / 5)];
  const fire = (name, n) => {
    const [x, y] = where(n).map(type === 'pen' ? Number : Math.round);
    const pressure = type === 'pen' ? 0.5 + 0.3 * Math.sin(n / 30) : 0.5;
    stage.dispatchEvent(new PointerEvent(name, {bubbles: true, cancelable: true, pointerId: 7,
      pointerType: type, isPrimary: true, button: name === 'pointermove' ? -1 : 0,
      buttons: name === 'pointerup' ? 0 : 1, clientX: x, clientY: y, pressure}));
  };
  stage.setPointerCapture = () => {};
  const clock = () => performance.timeOrigin + performance.now();
  const line = () => document.querySelector('.live-stroke path:last-child')?.getAttribute('d');
  const at = [], handled = [], missed = [];
  let n = 0;
  fire('pointerdown', 0);
  at.push([where(0)[0], clock()]);
  const start = performance.now();
  await new Promise(done => {
    const step = () => {
      const due = Math.min(places - 1, Math.floor((performance.now() - start) * hertz / 1000));
      while (n < due) {
        n++;
        const before = line(), from = performance.now();
        fire('pointermove', n);
        handled.push(performance.now() - from);
        at.push([where(n)[0], clock()]);
        if (line() === before) missed.push(n);
      }
      if (n < places - 1) setTimeout(step, 1000 / hertz);
      else done();
    };
    setTimeout(step, 1000 / hertz);
  });
  fire('pointerup', places - 1);
  return {at, handled, missed: missed.length, seconds: (performance.now() - start) / 1000};
}"""
# How far to the right the other's line goes in each frame, once all of the frame has run, and when
# that was: what is drawn by a callback of the frame is seen with it.
LOOK = """() => {
  window.reached = [];
  const {port1, port2} = new MessageChannel();
  port1.onmessage = () => {
    const path = document.querySelector('.live-stroke path:last-child');
    const clock = performance.timeOrigin + performance.now();
    if (path) reached.push([path.getBoundingClientRect().right, clock]);
  };
  const look = () => {
    port2.postMessage(null);
    window.looking = requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def percentile(values: list[float], part: float) -> float:
    """Return the value that this part of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def stored(folder: Path) -> int:
    """Return the bytes of all entries of logs."""
    total = 0
    for file in folder.rglob("*.db"):
        with sqlite3.connect(file) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in names.fetchall():
                columns = database.execute(f"PRAGMA table_info({table})").fetchall()
                for column in (name for _, name, kind, *_ in columns if kind in ("BLOB", "TEXT")):
                    (size,) = database.execute(
                        f"SELECT sum(length(CAST({column} AS BLOB))) FROM {table}"
                    ).fetchone()
                    total += size or 0
    return total


def measure(ada: Page, bob: Page, folder: Path, device: str) -> dict[str, float]:
    """Draw one stroke and say what it cost."""
    for page in (ada, bob):
        page.evaluate("() => { wire.sent = wire.received = wire.messages = 0; }")
    before = stored(folder)
    count = ada.locator('[data-kind="Ink"]').count() + 1
    bob.evaluate(LOOK)
    drawn: dict[str, Any] = ada.evaluate(DRAW, [PLACES, HERTZ, device])
    for page in (ada, bob):
        until(
            page, f"() => document.querySelectorAll('[data-kind=Ink] path.ink').length === {count}"
        )
    reached: list[list[float]] = bob.evaluate(
        "() => { cancelAnimationFrame(looking); return reached; }"
    )
    late: list[float] = []
    turn = 0
    for x, when in drawn["at"][:-1]:
        while turn < len(reached) and reached[turn][0] < x - 1:
            turn += 1
        if turn < len(reached):
            late.append(reached[turn][1] - when)
    sent = ada.evaluate("() => wire.sent")
    received, messages = bob.evaluate("() => [wire.received, wire.messages]")
    ada.wait_for_timeout(1_000)
    return {
        "own line, ms in the handler, p95": round(percentile(drawn["handled"], 0.95), 2),
        "events that had not drawn when they ended": drawn["missed"],
        "other window, ms, p50": round(percentile(late, 0.5), 1),
        "other window, ms, p95": round(percentile(late, 0.95), 1),
        "bytes a place, sent": round(sent / PLACES, 2),
        "bytes a place, received": round(received / PLACES, 2),
        "messages received": messages,
        "bytes a place, stored": round((stored(folder) - before) / PLACES, 2),
        "seconds": round(drawn["seconds"], 2),
    }


def main() -> None:
    """Measure and print."""
    executable = shutil.which("chromium") or "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        with running(folder) as server:
            pages: list[Page] = []
            for who in ("Ada", "Bob"):
                context = browser.new_context(viewport={"width": 1280, "height": 720})
                context.add_init_script(f"({COUNT})()")
                page = context.new_page()
                page.goto(f"{server.url}/s/ink?name={who}&auto=1")
                until(page, "() => document.querySelector('[data-tool=pen]')")
                pages.append(page)
            ada, bob = pages
            until(bob, "() => document.querySelectorAll('[data-peer-id]').length > 0")
            ada.evaluate("() => document.querySelector('[data-tool=pen]').click()")
            measure(ada, bob, folder, "mouse")  # the first one loads what it needs
            results = {device: measure(ada, bob, folder, device) for device in ("mouse", "pen")}
        browser.close()
    print(f"a stroke of {PLACES} places at {HERTZ} Hz\n\n| | mouse | pen |\n|---|---:|---:|")
    for row in results["mouse"]:
        print(f"| {row} | {results['mouse'][row]:,} | {results['pen'][row]:,} |")
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
