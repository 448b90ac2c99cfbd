"""The results as a table and a plot."""

import json
import platform
import re
import statistics
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt

from contenders import OURS, PROTOCOLS, YARDSTICKS
from generators import COMPARED_LEVEL, IDLE_LEVELS, Measured

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "canvas-server"  # the same data make the same file
mpl.rcParams["font.size"] = 9
INK = "#707784"
COLORS = {OURS: "#0072b2", "PeerServer": "#d55e00", "ws": "#e69f00"}
DOCS = Path(__file__).resolve().parent.parent / "docs"

Results = dict[str, dict[str, list[Measured]]]
"""scenario -> server -> one result for each round"""


def spread(rows: Sequence[Mapping[str, float]], key: str) -> str:
    """Return the median of a figure and its range."""
    values = [row[key] for row in rows]
    low, middle, high = min(values), statistics.median(values), max(values)
    if middle >= 1000:
        return f"{middle:,.0f} ({low:,.0f}-{high:,.0f})"
    return f"{middle:.3g} ({low:.3g}-{high:.3g})"


def median(rows: Sequence[Mapping[str, float]], key: str) -> float:
    """Return the median of a figure."""
    return statistics.median(row[key] for row in rows)


FIGURES = [
    ("call", "cpu_us", "whole calls: server CPU, µs a message"),
    ("call", "per_second", "whole calls: calls a second"),
    ("ice", "cpu_us", "candidates: server CPU, µs a message"),
    ("ice", "per_second", "candidates: messages a second"),
    ("latency", "p50_ms", "2,000 messages a second: latency p50, ms"),
    ("latency", "p99_ms", "2,000 messages a second: latency p99, ms"),
    ("fanout", "cpu_us", "1 to 49 peers: server CPU, µs a delivery"),
    *(("idle", f"kb_{n}", f"{n:,} idle connections: memory, kB each") for n in IDLE_LEVELS),
]


def table(results: Results) -> str:
    """Return the table of all figures; a ratio is the median of those of the rounds."""
    others = [f"beside {name}" for name in YARDSTICKS]
    lines = [f"| | {' | '.join([*PROTOCOLS, *others])} |", "|---" * (1 + len(others) * 2 + 1) + "|"]
    for scenario, key, title in FIGURES:
        rows = {name: found for name, found in results.get(scenario, {}).items() if key in found[0]}
        if OURS not in rows:
            continue
        cells = [spread(rows[name], key) if name in rows else "" for name in PROTOCOLS]
        for name in YARDSTICKS:
            pairs = zip(rows[OURS], rows.get(name, []), strict=False)
            ratios = [ours[key] / other[key] for ours, other in pairs]
            cells.append(f"**{statistics.median(ratios):.2f}**" if ratios else "")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def machine() -> str:
    """Return what it was measured on, and with."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    parts = ", ".join(f"{name} {version(name)}" for name in ("picows", "uvicorn", "msgspec"))
    return f"{model}, Python {platform.python_version()}, {parts}"


def put(page: Path, name: str, text: str) -> None:
    """Put a text into a page, between the marks of that name."""
    marked = rf"(<!-- {name} -->\n).*?(<!-- end -->)"
    found = page.read_text()
    page.write_text(re.sub(marked, lambda m: f"{m[1]}{text}\n{m[2]}", found, flags=re.DOTALL))


def plot(results: Results, path: Path) -> None:
    """Draw the cost of a message and of an idle connection."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(8, 3), layout="constrained", width_ratios=(3, 1)
    )
    figure.patch.set_alpha(0)
    titles = {"call": "whole calls", "ice": "candidates", "fanout": "1 to 49 peers"}
    for offset, name in enumerate(PROTOCOLS):
        shown = [scenario for scenario in titles if name in results[scenario]]
        heights = [median(results[scenario][name], "cpu_us") for scenario in shown]
        places = [list(titles).index(scenario) + 0.27 * offset for scenario in shown]
        bars = left.bar(places, heights, 0.25, label=name, color=COLORS[name])
        left.bar_label(bars, fmt="%.1f", color=INK, padding=2)
        level = f"kb_{COMPARED_LEVEL}"
        bars = right.bar([offset], [median(results["idle"][name], level)], 0.7, color=COLORS[name])
        right.bar_label(bars, fmt="%.1f", color=INK, padding=2)
    left.set_xticks([number + 0.27 for number in range(len(titles))], list(titles.values()))
    left.set_ylabel("server CPU, µs a message")
    right.set_xticks([])
    right.set_ylabel("memory of an idle connection, kB")
    for axes in (left, right):
        axes.patch.set_alpha(0)
        axes.tick_params(colors=INK)
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["bottom", "left"]].set_color(INK)
        axes.yaxis.label.set_color(INK)
        axes.margins(y=0.15)
    left.legend(loc="upper right", frameon=False, labelcolor=INK)
    figure.savefig(path, metadata={"Date": None})  # pyright: ignore[reportUnknownMemberType]


def write(results: Results, rounds: int, command: str) -> None:
    """Write the section of the page, the plot and the raw results."""
    plot(results, DOCS / "benchmarks.svg")
    about = f"{machine()}; median of {rounds} rounds, the range in brackets: `{command}`"
    put(DOCS / "benchmarks.md", "relay", f"{about}\n\n{table(results)}")
    raw = DOCS.parent / "test-output"
    raw.mkdir(exist_ok=True)
    (raw / "benchmarks.json").write_text(json.dumps(results, indent=1))
