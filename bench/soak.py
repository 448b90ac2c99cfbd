"""Long, repeated strain: is every call, cut and hang-up survived, and is nothing left of it?

``make soak`` runs everything, in a quarter of an hour; ``make soak ARGS="glare --rounds 100"`` a
part of it. Exits with 1 when a figure is missed; every figure, and the account of what went wrong,
is in test-output/soak.json.
"""

import argparse
import json
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.sync_api import Error as BrowserError  # noqa: E402

from soaks import calls, cuts, glare, mesh  # noqa: E402 - they use the helpers of the tests
from soaks.figures import Figure, Outcome  # noqa: E402

OUTPUT = ROOT / "test-output" / "soak.json"
PARTS = {
    "glare": ("rounds", 1000, glare.run),
    "cuts": ("count", 500, cuts.run),
    "calls": ("count", 200, calls.run),
    "mesh": ("count", 8, mesh.run),
}


def parse() -> tuple[dict[str, int], int]:
    """Return how often to do each chosen part, and the seed of what is left to chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    choices = parser.add_subparsers(dest="part", metavar="|".join((*PARTS, "all")))
    choices.add_parser("all", help="every part (the default)")
    for name, (unit, count, run) in PARTS.items():
        part = choices.add_parser(name, help=run.__doc__)
        part.add_argument(f"--{unit}", dest="count", type=int, default=count)
    options = parser.parse_args()
    if options.part in PARTS:
        return {options.part: options.count}, options.seed
    return {name: count for name, (_, count, _) in PARTS.items()}, options.seed


def table(outcomes: dict[str, Outcome]) -> str:
    """Return every figure, the missed ones marked."""
    rows = [
        ("ok" if figure.met else "MISSED", part, figure.name, f"{figure.value}", figure.limit)
        if figure.limit
        else ("", part, figure.name, f"{figure.value}", "")
        for part, outcome in outcomes.items()
        for figure in outcome.figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def attempt(name: str, count: int, seed: int) -> Outcome:
    """Run a part; what ends it early is a figure as well."""
    try:
        return PARTS[name][2](count, seed)
    except (AssertionError, BrowserError) as error:
        print(f"\n{name} ended early: {error}")
        return Outcome([Figure("ended", "early", "at its end", met=False)], {"error": str(error)})


def leave(*_: object) -> None:
    """End in an orderly way: leave no server and no browser behind."""
    sys.exit(1)


def main() -> int:
    """Run the chosen parts and say how it went."""
    signal.signal(signal.SIGTERM, leave)
    chosen, seed = parse()
    print(f"seed {seed}")
    outcomes: dict[str, Outcome] = {}
    seconds: dict[str, float] = {}
    for name, count in chosen.items():
        started = time.monotonic()
        outcomes[name] = attempt(name, count, seed)
        seconds[name] = round(time.monotonic() - started, 1)
    written: dict[str, Any] = {
        name: {
            "count": chosen[name],
            "seconds": seconds[name],
            "figures": [figure._asdict() for figure in outcome.figures],
            **outcome.details,
        }
        for name, outcome in outcomes.items()
    }
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps({"seed": seed, **written}, indent=1) + "\n")
    print(f"\n{table(outcomes)}\n\nwrote {OUTPUT.relative_to(ROOT)}")
    return 0 if all(f.met for outcome in outcomes.values() for f in outcome.figures) else 1


if __name__ == "__main__":
    sys.exit(main())
