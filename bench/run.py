"""Measures the server beside others, in turn, and writes its section of docs/benchmarks.md.

``make bench`` takes about ten minutes, ``make bench ARGS=--quick`` two, without writing the page.
"""

import argparse
import tempfile
import time
from pathlib import Path

import generators
import report
from contenders import PROTOCOLS, cores, running

QUICK_SECONDS, SECONDS = 2.0, 5.0


def contenders(scenario: str) -> list[str]:
    """Return who takes part: PeerServer has no scene."""
    return [name for name in PROTOCOLS if (scenario, name) != ("fanout", "PeerServer")]


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, no page")
    parser.add_argument("--scenario", choices=generators.SCENARIOS, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sigload", type=Path, metavar="FOLDER", help="the load generator in Go")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    seconds = QUICK_SECONDS if options.quick else SECONDS
    chosen: list[str] = options.scenario or list(generators.SCENARIOS)
    if cores()[0] == cores()[1]:
        print("one core only: server and load share it, so trust the ratios alone")
    results: report.Results = {name: {} for name in chosen}
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lay = generators.ours
        if options.sigload:
            lay = generators.sigload(options.sigload.resolve(), Path(folder))
        for scenario in chosen:
            for turn in range(rounds):
                for name in contenders(scenario):
                    elapsed = time.monotonic() - started
                    print(f"[{elapsed:4.0f} s] {scenario} {turn + 1}/{rounds}: {name}", flush=True)
                    with running(name) as (pid, url):
                        found = lay(scenario, name, url, pid, seconds)
                    results[scenario].setdefault(name, []).append(found)
    print()
    print(report.table(results))
    if not options.quick and chosen == list(generators.SCENARIOS):
        command = "make bench" + (' ARGS="--sigload FOLDER"' if options.sigload else "")
        report.write(results, rounds, command)
        print("\nwrote docs/benchmarks.md and docs/benchmarks.svg")


if __name__ == "__main__":
    main()
