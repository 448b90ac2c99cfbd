"""Measures the server beside the yardstick, in turns, and writes docs/benchmarks.md.

``make bench`` takes about five minutes, ``make bench ARGS=--quick`` one, without writing the page.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import report
from contenders import NAMES, cores, measured, running

LOAD = Path(__file__).resolve().parent / "load.py"
SCENARIOS = ("call", "ice", "latency", "fanout", "idle")


def measure(scenario: str, server: str, arguments: list[str]) -> dict[str, Any]:
    """Run one scenario against one server, fresh for it."""
    with running(server) as (pid, url):
        command = [sys.executable, str(LOAD), scenario, url, str(pid), *arguments]
        return measured(command, f"{scenario} against {server}")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, no page")
    parser.add_argument("--scenario", choices=SCENARIOS, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    seconds = "2" if options.quick else "5"
    chosen: list[str] = options.scenario or list(SCENARIOS)
    if cores()[0] == cores()[1]:
        print("one core only: server and load share it, so trust the ratios alone")
    results: report.Results = {scenario: {name: [] for name in NAMES} for scenario in chosen}
    started = time.monotonic()
    for scenario in chosen:
        turns = 1 if scenario == "idle" else rounds
        for turn in range(turns):
            for name in NAMES:
                elapsed = time.monotonic() - started
                print(f"[{elapsed:4.0f} s] {scenario} {turn + 1}/{turns}: {name}", flush=True)
                arguments = ["--seconds", seconds]
                if options.quick and scenario == "idle":
                    arguments += ["--levels", "500", "1000"]
                results[scenario][name].append(measure(scenario, name, arguments))
    print()
    print(report.table(results))
    if not options.quick and chosen == list(SCENARIOS):
        report.write(results, rounds, "make bench")
        print("\nwrote docs/benchmarks.md and docs/benchmarks.svg")


if __name__ == "__main__":
    main()
