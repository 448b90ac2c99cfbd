"""The door: from a link to a session over slow lines, as it is shipped and as it is written.

``make door`` takes a quarter of an hour. Somebody is in the session already and things lie on its
canvas, so that what the page says before it knows can be false. Both servers run in turn, each
round in a fresh browser profile, which opens the link twice: the first time and again.
"""

import argparse
import contextlib
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from report import DOCS, INK, machine, put
from slowline import SlowLine, slow_line

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import frames  # noqa: E402 - wants the helpers of the tests
from support.browsers.conditions import until  # noqa: E402
from support.browsers.window import FLAGS  # noqa: E402
from support.servers import server as servers  # noqa: E402

SESSION, ELEMENTS = "door", 12
PATIENCE_MS = 180_000
SERVERS: dict[str, tuple[str, ...]] = {"shipped": (), "as written": ("--page-modules",)}
SHIPPED = "shipped"
COLORS = {"shipped": "#0072b2", "as written": "#e69f00"}
TIMES = ("first", "again")


class Line(Struct, frozen=True):
    """A slow line: round trip in seconds, rate in bytes a second."""

    name: str
    round_trip: float
    rate: float
    slow_start: bool = False


LINES = (
    Line("200 ms, 4 Mbit/s", 0.2, 500_000),
    Line("100 ms, 10 Mbit/s", 0.1, 1_250_000),
    Line("400 ms, 50 kB/s", 0.4, 50_000),
    Line("200 ms, 4 Mbit/s, slow start", 0.2, 500_000, slow_start=True),
)


class Visit(Struct):
    """One opening of the link; times in seconds since the browser was asked for it."""

    picture: float
    """The first text or picture was painted (First Contentful Paint)."""
    connected: float
    room: float
    """All elements were on the canvas, and the other person in the list."""
    requests: float
    """That were made before it was connected, also what was asked only whether it had changed."""
    kilobytes: float
    """That had come over the line until it was connected; a kilobyte is 1,000 bytes."""
    said: list[tuple[float, str]]
    """The texts on the screen that say how things are, each since when."""

    @property
    def falsehoods(self) -> list[str]:
        """What was said and was not so: neither was the person alone, nor the canvas empty."""
        return [text for _, text in self.said if "obody" in text or "This canvas is shared" in text]


Visits = dict[str, dict[str, dict[str, list[Visit]]]]
"""line -> server -> "first" or "again" -> one visit for each round"""

WATCH = """(() => {
  const seen = {connected: null, room: null, said: []};
  const STATUS = '#connection, #alone, #empty, #group, #closed, #notices, #people-list > *';
  const one = selector => document.querySelector(selector) !== null;
  const isFurnished = () => document.querySelectorAll('[data-element-id]').length >= ELEMENTS;
  const note = () => {
    const at = performance.now();
    if (one('[data-connection="open"]')) seen.connected ??= at;
    if (one('#people-list [data-peer-id]') && isFurnished()) seen.room ??= at;
  };
  const look = () => {
    const texts = [...document.querySelectorAll(STATUS)].filter(node => node.checkVisibility())
      .map(node => node.innerText.replace(/\\s+/g, ' ').trim());
    const said = texts.filter(Boolean).join(' | ');
    if (said !== (seen.said.at(-1)?.[1] ?? '')) seen.said.push([performance.now() / 1000, said]);
    requestAnimationFrame(look);
  };
  new MutationObserver(note).observe(document, {subtree: true, childList: true, attributes: true});
  requestAnimationFrame(look);
  window.seenAtDoor = seen;
})()""".replace("ELEMENTS", str(ELEMENTS))
FOUND = """() => {
  const {connected, room, said} = window.seenAtDoor;
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  if (connected === null || room === null || !paint) return null;
  // Of what came from the cache nothing was transferred.
  const asked = performance.getEntriesByType('resource')
    .filter(({startTime, transferSize}) => startTime < connected && transferSize > 0);
  return {picture: paint.startTime, connected, room, said, requests: asked.length + 1,
    origin: performance.timeOrigin};
}"""


def chromium() -> str:
    """Return the path of Debian's Chromium."""
    return shutil.which("chromium") or "/usr/bin/chromium"


def visited(context: BrowserContext, line: SlowLine, session: str = SESSION) -> Visit:
    """Open the link in a window until everything is there."""
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{line.port}/s/{session}?name=Ada", wait_until="commit")
    until(page, FOUND, timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)  # the cache is filled as well
    found: dict[str, Any] = page.evaluate(FOUND)
    page.close()
    origin, connected = found["origin"] / 1000, found["connected"] / 1000
    return Visit(
        found["picture"] / 1000,
        connected,
        found["room"] / 1000,
        found["requests"],
        line.bytes_between(origin, origin + connected) / 1000,
        [(when, text) for when, text in found["said"]],
    )


def round_of(browser: Browser, server: servers.Server, line: Line) -> tuple[Visit, Visit]:
    """Open the link in a fresh profile, and again."""
    with slow_line(server.port, line.round_trip, line.rate, slow_start=line.slow_start) as slow:
        context = browser.new_context()
        context.add_init_script(WATCH)
        try:
            return visited(context, slow), visited(context, slow)
        finally:
            context.close()


@contextlib.contextmanager
def furnished(*arguments: str) -> Generator[servers.Server]:
    """Run a server with somebody in the session, and things on its canvas."""
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.running(Path(folder), *arguments) as server,
        servers.RawSocket(server) as other,
    ):
        frames.fill(server, SESSION, ELEMENTS)
        other.join(SESSION, display_name="Bob")
        threading.Thread(target=_stay, args=(other,), daemon=True).start()
        yield server


def _stay(person: servers.RawSocket) -> None:
    """Answer pings until the connection ends."""
    with contextlib.suppress(OSError, servers.RawSocketClosed):
        while True:
            person.receive()


def measure(browser: Browser, lines: tuple[Line, ...], rounds: int) -> Visits:
    """Let both servers be visited in turn over each line."""
    visits: Visits = {}
    for line in lines:
        of_line = visits[line.name] = {name: {time: [] for time in TIMES} for name in SERVERS}
        for number in range(rounds):
            for name, arguments in SERVERS.items():
                with furnished(*arguments) as server:
                    for time, visit in zip(TIMES, round_of(browser, server, line), strict=True):
                        of_line[name][time].append(visit)
                        print(
                            f"{line.name}, {name}, {time}, round {number + 1}: {visit}", flush=True
                        )
    return visits


def figures(browser: Browser) -> dict[str, float]:
    """Return the standing figures of docs/FIGURES.md."""
    found: dict[str, float] = {}
    with furnished() as server:
        for again, visit in zip(("", ", again"), round_of(browser, server, LINES[0]), strict=True):
            found[f"link to connected at 200 ms and 4 Mbit/s{again}, s"] = visit.connected
            found[f"link to scene and people at 200 ms and 4 Mbit/s{again}, s"] = visit.room
            found[f"requests of the page{again}"] = visit.requests
            found[f"KiB of the page{again}"] = visit.kilobytes * 1000 / 1024
    return found


# --- the section of the page ---------------------------------------------------------------------


def median(visits: list[Visit], name: str) -> float:
    """Return the median of a figure."""
    return statistics.median(getattr(visit, name) for visit in visits)


COLUMNS = {
    "picture": ("first picture, s", "{:.2f}"),
    "connected": ("connected, s", "{:.2f}"),
    "room": ("scene and people, s", "{:.2f}"),
    "requests": ("requests until connected", "{:.0f}"),
    "kilobytes": ("kB until connected", "{:.0f}"),
}


def table(visits: Visits) -> str:
    """Return the table: a line of shipped, then as written, in each cell."""
    titles = [title for title, _ in COLUMNS.values()]
    rows = [f"| | {' | '.join(titles)} | false on the screen |", "|---|" + "---|" * 6]
    for line, of_line in visits.items():
        for time in TIMES:
            both = [of_line[name][time] for name in SERVERS]
            cells = [
                " · ".join(form.format(median(each, name)) for each in both)
                for name, (_, form) in COLUMNS.items()
            ]
            false = " · ".join(str(sum(bool(v.falsehoods) for v in each)) for each in both)
            rows.append(f"| {line}, {time} | {' | '.join(cells)} | {false} |")
    return "\n".join(rows)


def said(visits: Visits) -> str:
    """Return what the screen said in the last round over the first line."""
    line = next(iter(visits))
    texts = visits[line][SHIPPED]["first"][-1].said
    return "\n".join(f"{when:6.2f} s  {text or '(nothing)'}" for when, text in texts)


def plot(visits: Visits, path: Path) -> None:
    """Draw when each visit had its first picture, was connected, and had everything."""
    drawn: tuple[Any, Any] = plt.subplots(figsize=(8, 0.55 * 4 * len(visits)), layout="constrained")
    figure, axes = drawn
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    labels: list[str] = []
    for line, of_line in visits.items():
        for time in TIMES:
            for name in SERVERS:
                each, at = of_line[name][time], len(labels)
                picture, connected, room = (
                    median(each, which) for which in ("picture", "connected", "room")
                )
                axes.barh(at, max(picture, connected, room), 0.72, color=COLORS[name], alpha=0.25)
                axes.barh(at, connected, 0.36, color=COLORS[name])
                axes.plot(picture, at, "|", color=INK, markersize=11)
                axes.text(room, at, f" {room:.1f} s", va="center", color=INK)
                labels.append(f"{line}, {time}, {name}")
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xlabel("seconds: | first picture, dark until connected, light until scene and people")
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_color(INK)
    axes.margins(x=0.1)
    figure.savefig(path, metadata={"Date": None})


def section(visits: Visits, rounds: int) -> str:
    """Return what docs/benchmarks.md says."""
    head = f"{machine()}, median of {rounds} rounds"
    screen = f"On the screen, {next(iter(visits))}, first:"
    return f"{head}\n\n{table(visits)}\n\n{screen}\n\n```\n{said(visits)}\n```"


def main() -> None:
    """Measure, and write the section of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    some = list(range(1, len(LINES) + 1))
    parser.add_argument("--lines", type=int, nargs="+", default=some, help="some, from 1")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    options = parser.parse_args()
    wanted: list[int] = options.lines
    lines = tuple(LINES[number - 1] for number in wanted)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        visits = measure(browser, lines, options.rounds)
        browser.close()
    print(section(visits, options.rounds))
    if not options.dry:
        plot(visits, DOCS / "door.svg")
        put(DOCS / "benchmarks.md", "door", section(visits, options.rounds))


if __name__ == "__main__":
    main()
