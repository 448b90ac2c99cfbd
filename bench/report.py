"""The results as a table and a plot."""

import json
import platform
import re
import statistics
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

from contenders import NAMES

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "canvas-server"  # the same data make the same file
mpl.rcParams["font.size"] = 9
INK, COLORS = "#707784", {"canvas-server": "#0072b2", "yardstick": "#e69f00"}
DOCS = Path(__file__).resolve().parent.parent / "docs"

Results = dict[str, dict[str, list[dict[str, Any]]]]
"""scenario -> server -> one result for each round"""


def spread(rows: list[dict[str, Any]], key: str) -> str:
    """Return the median of a figure and its range."""
    values = [row[key] for row in rows]
    low, middle, high = min(values), statistics.median(values), max(values)
    if middle >= 1000:
        return f"{middle:,.0f} ({low:,.0f}-{high:,.0f})"
    return f"{middle:.3g} ({low:.3g}-{high:.3g})"


def median(rows: list[dict[str, Any]], key: str) -> float:
    """Return the median of a figure."""
    return statistics.median(row[key] for row in rows)


FIGURES = [
    ("call", "cpu_ms_per_1000", "whole calls: server CPU, ms per 1,000 messages"),
    ("call", "calls_per_s", "whole calls: calls a second"),
    ("ice", "cpu_ms_per_1000", "candidates: server CPU, ms per 1,000 messages"),
    ("ice", "messages_per_s", "candidates: messages a second"),
    ("latency", "p50_ms", "2,000 messages a second: latency p50, ms"),
    ("latency", "p99_ms", "2,000 messages a second: latency p99, ms"),
    ("fanout", "cpu_ms_per_1000", "1 to 49 peers: server CPU, ms per 1,000 deliveries"),
]


def table(results: Results) -> str:
    """Return the table of all figures."""
    lines = [f"| | {' | '.join(NAMES)} | times better |", "|---|---|---|---|"]
    for scenario, key, title in FIGURES:
        if scenario in results:
            ours, theirs = (results[scenario][name] for name in NAMES)
            one, other = median(ours, key), median(theirs, key)
            more_is_better = key.endswith("per_s")
            ratio = one / other if more_is_better else other / one
            lines.append(f"| {title} | {spread(ours, key)} | {spread(theirs, key)} | {ratio:.1f} |")
    if "idle" in results:
        for level in results["idle"][NAMES[0]][0]["kib_per_connection"]:
            cells = [
                f"{results['idle'][name][0]['kib_per_connection'][level]:.1f}" for name in NAMES
            ]
            ratio = float(cells[1]) / float(cells[0])
            lines.append(
                f"| {int(level):,} idle connections: memory, KiB each | {cells[0]} | {cells[1]} "
                f"| {ratio:.1f} |"
            )
    return "\n".join(lines)


def machine(*, yardstick: bool = True) -> str:
    """Return what it was measured on, and with."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    parts = ", ".join(f"{name} {version(name)}" for name in ("picows", "uvicorn", "msgspec"))
    about = f"{model}, Python {platform.python_version()}, {parts}"
    return f"{about}; yardstick: websockets {version('websockets')}" if yardstick else about


def put(page: Path, name: str, text: str) -> None:
    """Put a text into a page, between the marks of that name."""
    marked = rf"(<!-- {name} -->\n).*?(\n<!-- end -->)"
    found = page.read_text()
    page.write_text(re.sub(marked, lambda m: f"{m[1]}{text}{m[2]}", found, flags=re.DOTALL))


def plot(results: Results, path: Path) -> None:
    """Draw the cost of a message and of an idle connection."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    figure.patch.set_alpha(0)
    scenarios = [name for name in ("call", "ice", "fanout") if name in results]
    titles = {"call": "whole calls", "ice": "candidates", "fanout": "1 to 49 peers"}
    for offset, name in enumerate(NAMES):
        heights = [median(results[scenario][name], "cpu_ms_per_1000") for scenario in scenarios]
        places = [number + 0.38 * offset for number in range(len(scenarios))]
        bars = left.bar(places, heights, 0.36, label=name, color=COLORS[name])
        left.bar_label(bars, fmt="%.1f", color=INK, padding=2)
    left.set_xticks(
        [number + 0.19 for number in range(len(scenarios))], [titles[s] for s in scenarios]
    )
    left.set_ylabel("server CPU, ms per 1,000 messages")
    if "idle" in results:
        for name in NAMES:
            rows = results["idle"][name]
            levels = [int(level) for level in rows[0]["kib_per_connection"]]
            memory = [rows[0]["kib_per_connection"][str(level)] * level / 1024 for level in levels]
            right.plot([0, *levels], [0, *memory], "o-", label=name, color=COLORS[name])
    right.set_xlabel("idle connections")
    right.set_ylabel("memory above the start, MiB")
    for axes in (left, right):
        axes.patch.set_alpha(0)
        axes.tick_params(colors=INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["bottom", "left"]].set_color(INK)
        axes.xaxis.label.set_color(INK)
        axes.yaxis.label.set_color(INK)
    (right if "idle" in results else left).legend(loc="upper left", frameon=False, labelcolor=INK)
    left.margins(y=0.15)
    figure.savefig(path, metadata={"Date": None})  # pyright: ignore[reportUnknownMemberType]


PAGE = """# Benchmarks

What it costs to relay, beside a yardstick: `bench/yardstick.py`, a bare relay on the `websockets`
library, without sessions, checks, limits or a scene. Both run in turns in the same minutes, each on
one core, the load on the other; every message is checked to arrive once, in order, from the right
peer and unchanged. The first figure is the median of {rounds} rounds, the range is in brackets.

```
{command}
```

{machine}

{table}

![Server CPU per 1,000 messages and memory of idle connections]({picture})

How to read it: the machines this runs on differ by a factor of two and more, and so do two runs
on a busy one; **the ratio is the figure to compare**. A *whole call* is `start_call`,
an offer and an answer of 3 KB, 20 candidates and `end_call`, with 50 pairs at once; *candidates* is
a closed loop of single candidates, four on the way in each of 50 pairs; *1 to 49 peers* moves an
element 200 times a second in a session of 50, where each move is on the disk before anybody is told
of it (the yardstick stores nothing). The load generator is Python too and is at times
the slower side, so messages a second are a lower bound; CPU per message is not affected much.
"""


def write(results: Results, rounds: int, command: str) -> None:
    """Write the page, the plot and the raw results."""
    plot(results, DOCS / "benchmarks.svg")
    page = PAGE.format(
        rounds=rounds,
        command=command,
        machine=machine(),
        table=table(results),
        picture="benchmarks.svg",
    )
    (DOCS / "benchmarks.md").write_text(page)
    raw = DOCS.parent / "test-output"
    raw.mkdir(exist_ok=True)
    (raw / "benchmarks.json").write_text(json.dumps(results, indent=1))
