"""Measures what it costs to be several nodes, beside one alone, in turns.

``make benchcluster`` takes five minutes and writes the table of docs/SCALING.md, ``make
benchcluster ARGS=--quick`` takes one, without writing.
"""

import argparse
import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import report
from contenders import cores, launched, measured, pinned

LOAD = Path(__file__).resolve().parent / "load.py"
PAGE = report.DOCS / "SCALING.md"
WAYS = {
    "alone": "one server alone",
    "spread": "two nodes, each session on one",
    "across": "two nodes, each session on both",
}
ROWS = [
    ("latency", "p50_ms", "2,000 messages a second: latency p50, ms"),
    ("latency", "p99_ms", "2,000 messages a second: latency p99, ms"),
    ("ice", "cpu_ms_per_1000", "candidates: CPU of nodes and broker, ms per 1,000"),
    ("call", "cpu_ms_per_1000", "whole calls: CPU of nodes and broker, ms per 1,000"),
]

Results = dict[str, dict[str, list[dict[str, Any]]]]
"""scenario -> way -> one result for each round"""


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def broker(folder: str) -> Generator[tuple[int, str]]:
    """Run a nats-server on the core of the servers; yield its process id and address."""
    port = str(free_port())
    line = ["nats-server", "-js", "-a", "127.0.0.1", "-p", port, "-sd", folder]
    process = subprocess.Popen(
        line,
        stderr=subprocess.DEVNULL,
        preexec_fn=pinned,  # noqa: PLW1509
    )
    try:
        yield process.pid, f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def servers(way: str) -> Generator[tuple[list[int], list[str]]]:
    """Run what is measured; yield the process ids and the addresses of the nodes."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        pids: list[int] = []
        urls: list[str] = []
        line = [sys.executable, "-m", "canvas_server", "--port", "0", "--data", f"{folder}/data"]
        lines = [line]
        if way != "alone":
            pid, url = stack.enter_context(broker(f"{folder}/nats"))
            pids.append(pid)
            own = ["--cluster", url, "--drain-seconds", "0", "--node-id"]
            lines = [[*line, *own, name] for name in ("one", "two")]
        for each in lines:
            pid, host = stack.enter_context(launched(each))
            pids.append(pid)
            urls.append(f"ws://{host}/ws")
        yield pids, urls


def measure(scenario: str, way: str, seconds: str) -> dict[str, Any]:
    """Run one scenario, with servers fresh for it."""
    with servers(way) as (pids, urls):
        command = [sys.executable, str(LOAD), scenario, urls[0], *map(str, pids)]
        command += ["--seconds", seconds]
        if len(urls) > 1:
            command += ["--also", urls[1]]
        if way == "across":
            command += ["--across"]
        return measured(command, f"{scenario} of {WAYS[way]}")


def table(results: Results) -> str:
    """Return the table of all figures."""
    lines = [f"| | {' | '.join(WAYS.values())} |", "|---|---|---|---|"]
    for scenario, key, title in ROWS:
        cells = [report.spread(results[scenario][way], key) for way in WAYS]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    for scenario, title in (("ice", "candidates"), ("call", "whole calls")):
        costs = [report.median(results[scenario][way], "cpu_ms_per_1000") for way in WAYS]
        cells = ["1", *(f"{2 * costs[0] / cost:.2f}" for cost in costs[1:])]
        lines.append(f"| {title}: what two cores relay, as a multiple | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, no page")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds, seconds = (1, "2") if options.quick else (options.rounds, "3")
    if cores()[0] == cores()[1]:
        print("one core only: servers and load share it, so trust the ratios alone")
    scenarios = dict.fromkeys(scenario for scenario, _, _ in ROWS)
    results: Results = {scenario: {way: [] for way in WAYS} for scenario in scenarios}
    started = time.monotonic()
    for turn in range(rounds):
        for scenario in scenarios:
            for way, title in WAYS.items():
                elapsed = time.monotonic() - started
                print(f"[{elapsed:4.0f} s] {scenario} {turn + 1}/{rounds}: {title}", flush=True)
                results[scenario][way].append(measure(scenario, way, seconds))
    print()
    print(table(results))
    if not options.quick:
        about = f"{report.machine()}, median of the rounds"
        report.put(PAGE, "cluster", f"{about}\n\n{table(results)}")
        print(f"\nwrote {PAGE.name}")


if __name__ == "__main__":
    main()
