"""Calls and hang-ups leave nothing behind, neither in the windows nor in the server."""

import random
import time
from typing import Any

from support.browsers.window import Window
from support.servers.server import Server, eventually

from .figures import Figure, Outcome, Progress, at_most, exactly, spread
from .pair import DEADLINE_MS, Pair
from .stage import two_windows

WARM_UP = 20
LOOKS = 4
GAUGES = {"canvas_peers": 2, "canvas_connections": 2, "canvas_elements": 0}
MORE_HEAP_KIB = 512
MORE_NODES = 50
MORE_MEMORY_KIB = 2048
Levels = dict[str, float]


class Gauge:
    """Reads what there is after garbage has been collected."""

    def __init__(self, server: Server, windows: dict[str, Window]) -> None:
        self._server = server
        self._windows = windows
        self._sessions = {name: self._session(window) for name, window in windows.items()}

    def _session(self, window: Window) -> Any:
        session: Any = window.page.context.new_cdp_session(window.page)
        session.send("Performance.enable")
        return session

    def read(self) -> Levels:
        """Return every level; only to be called while there is no call."""
        for metric, value in GAUGES.items():
            eventually(lambda m=metric, v=value: self._server.metric(m) == v, f"{metric} {value}")
        levels: Levels = {"server memory KiB": self._server.memory_kib()}
        for name, window in self._windows.items():
            session = self._sessions[name]
            for _ in range(3):  # what finalizers let go of is collected in the next turn
                session.send("HeapProfiler.collectGarbage")
            heap = session.send("Runtime.getHeapUsage")["usedSize"]
            rows: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
            metrics = {row["name"]: row["value"] for row in rows}
            levels |= {
                f"{name} peer connections": window.page.evaluate("soak.alive()"),
                f"{name} heap KiB": round(heap / 1024),
                f"{name} DOM nodes": metrics["Nodes"],
                f"{name} event listeners": metrics["JSEventListeners"],
                f"{name} tiles": window.page.locator("[data-element-id]").count(),
            }
        return levels


def call(pair: Pair, number: int) -> float:
    """Call, see each other, hang up; return the seconds to the connection."""
    caller = number % 2
    tasks: list[tuple[Any, ...]] = [("up", DEADLINE_MS), ("up", DEADLINE_MS)]
    tasks[caller] = ("call", time.time() * 1000, DEADLINE_MS)
    reports = pair.both(*tasks)
    assert all(report["ok"] for report in reports), f"call {number}: {reports}"
    assert all(pair.both(("decodes", DEADLINE_MS), ("decodes", DEADLINE_MS))), "no picture"
    if number == 0:
        alive = [window.page.evaluate("soak.alive()") for window in pair.windows]
        assert min(alive) >= 1, f"a call is up, but {alive} peer connections are counted"
    cleared = pair.clear(number // 2 % 3)
    assert all(report["ok"] for report in cleared), f"call {number} not cleared: {cleared}"
    return reports[caller]["ms"] / 1000


def compare(before: Levels, after: Levels) -> list[Figure]:
    """Return how far each level is from where it was."""
    figures: list[Figure] = []
    for name, level in after.items():
        more = level - before[name]
        if name.endswith("memory KiB"):
            figures.append(at_most(f"more {name}", more, MORE_MEMORY_KIB))
        elif name.endswith("heap KiB"):
            figures.append(at_most(f"more {name}", more, MORE_HEAP_KIB))
        elif name.endswith(("nodes", "listeners")):
            figures.append(at_most(f"more {name}", more, MORE_NODES))
        else:
            figures.append(exactly(f"more {name}", more, 0))
    return figures


def run(count: int, seed: int) -> Outcome:
    """Call and hang up; 20 calls before the first look warm everything up."""
    with (
        two_windows("&auto=1") as (server, ada, bob),
        Progress("calls", WARM_UP + count) as progress,
    ):
        pair = Pair(ada, bob, random.Random(seed))
        gauge = Gauge(server, {"Ada": ada, "Bob": bob})
        seconds: list[float] = []
        looks: dict[int, Levels] = {}
        for number in range(WARM_UP + count):
            if number == WARM_UP:
                looks[0] = gauge.read()
            seconds.append(call(pair, number))
            progress.step(f"last {seconds[-1]:.2f} s")
            made = number + 1 - WARM_UP
            if made > 0 and (made == count or made % max(1, count // LOOKS) == 0):
                looks[made] = gauge.read()
        rate = progress.rate
        complaints = [*ada.complaints, *bob.complaints]
    figures = [
        *compare(looks[0], looks[count]),
        exactly("complaints in the consoles", len(complaints), 0),
        Figure("seconds to connected", spread(seconds)),
        Figure("calls a second, with hanging up", round(rate, 2)),
    ]
    return Outcome(figures, {"levels": looks, "complaints": complaints})
