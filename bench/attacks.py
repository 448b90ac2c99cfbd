"""Attacks a server in one way after another, and measures what people at it notice meanwhile.

``make attacks`` takes four minutes and writes the table into docs/SECURITY.md; ``--quick`` takes
one minute and writes nothing. The server runs on one core; the talk and the attacker share the
other, which the attacker has for itself but for what little the talk needs. Loopback is not counted
by address, so what is measured is an attacker with as many addresses as it likes.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attackers
import costly
from contenders import cores, memory_kib, running
from report import machine, put

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "SECURITY.md"
PAIRS, RATE = 25, 200
SECRET = "of-the-attacked-server-and-long-enough"
RELAY_P99_MS, ACK_MS, MEMORY_MIB = 50, 250, 300
"""What people may notice at most, whatever one attacker does."""


async def nothing(_: int) -> None:
    """Nobody attacks."""
    await asyncio.Event().wait()


ATTACKS = {
    attack.__name__: attack
    for attack in (
        nothing,
        attackers.hijack,
        attackers.flood,
        attackers.rings,
        attackers.scenes,
        attackers.deaf,
        attackers.slowloris,
        attackers.half_open,
        attackers.unsubscribed,
        attackers.huge,
        attackers.head_without_end,
        attackers.deep,
        attackers.guesses,
        costly.bodies,
        costly.bodies_without_end,
        costly.moves,
        costly.values,
        costly.queue,
        costly.single_moves,
        costly.shouts,
        costly.drawings,
        costly.bombs,
    )
}
BY_STRANGERS = (costly.bodies, costly.bodies_without_end)
"""These attack a server that asks for tokens; on the others anybody may come in."""


def own_core(niceness: int) -> Callable[[], None]:
    """Return what a process does first: stay on the core of the load, and wait for others."""

    def prepare() -> None:
        os.sched_setaffinity(0, cores()[1])
        os.nice(niceness)

    return prepare


def speaker(script: str, *arguments: str) -> "subprocess.Popen[str]":
    """Start somebody who uses the server while it is attacked, and prints one JSON line."""
    return subprocess.Popen(
        [sys.executable, str(HERE / script), *arguments],
        preexec_fn=own_core(0),  # noqa: PLW1509
        stdout=subprocess.PIPE,
        text=True,
    )


def outcome(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Return what a process printed at its end."""
    found: dict[str, Any] = json.loads(process.communicate()[0])
    return found


def measured(name: str, seconds: float) -> dict[str, Any]:
    """Attack a fresh server, and talk and edit through it meanwhile."""
    secret = SECRET if ATTACKS[name] in BY_STRANGERS else ""
    with running("canvas-server", CANVAS_AUTH_SECRET=secret) as (pid, url):
        port = url.partition("127.0.0.1:")[2].partition("/")[0]
        attacker = subprocess.Popen(
            [sys.executable, __file__, "--attack", name, "--port", port],
            preexec_fn=own_core(19),  # noqa: PLW1509
        )
        rate = ("--pairs", str(PAIRS), "--rate", str(RATE), "--tick", "0.002")
        length = ("--seconds", str(seconds), "--secret", secret)
        talk = speaker("load.py", "latency", url, str(pid), *rate, *length)
        editing = speaker("editor.py", url, *length)
        most = 0
        while talk.poll() is None or editing.poll() is None:
            most = max(most, memory_kib(pid))
            time.sleep(0.1)
        let_in = attacker.poll()
        attacker.kill()
        attacker.wait()
        result, edits = outcome(talk), outcome(editing)
    faults = result["faults"] + edits["faults"] + (["the attack came through"] if let_in else [])
    acknowledged = {"ack_p99_ms": edits["p99_ms"], "ack_max_ms": edits["max_ms"]}
    return {**result, **acknowledged, "faults": faults, "memory_mib": most / 1024}


def beyond(found: dict[str, Any]) -> list[str]:
    """Return what people noticed more of than they should."""
    limits = {"p99_ms": RELAY_P99_MS, "ack_max_ms": ACK_MS, "memory_mib": MEMORY_MIB}
    return [
        f"{key} {found[key]:.0f} > {limit}" for key, limit in limits.items() if found[key] > limit
    ]


def table(results: dict[str, dict[str, Any]], seconds: float) -> str:
    """Return the table of the page."""
    talk = f"{PAIRS} pairs of people exchange {RATE} candidates a second, somebody edits"
    rows = [
        f"{machine()}; {talk}, each attack lasts {seconds:.0f} s",
        "",
        "| attack | relay p50 ms | p99 ms | longest ms | ack p99 ms | longest ms | lost | MiB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        text = (ATTACKS[name].__doc__ or "").rstrip(".")
        keys = ("p50_ms", "p99_ms", "max_ms", "ack_p99_ms", "ack_max_ms")
        figures = (f"{result[key]:.2f}" for key in keys)
        lost = len(result["faults"])
        rows.append(f"| {text} | {' | '.join(figures)} | {lost} | {result['memory_mib']:.0f} |")
    return "\n".join(rows)


def main() -> None:
    """Attack in every way, or in one, as an attacker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attack", choices=list(ATTACKS), help="be the attacker")
    parser.add_argument("--port", type=int)
    parser.add_argument("--only", choices=list(ATTACKS), help="measure one")
    parser.add_argument("--quick", action="store_true", help="shorter; writes nothing")
    options = parser.parse_args()
    if options.attack is not None:
        asyncio.run(ATTACKS[options.attack](options.port))
        return
    seconds = 2 if options.quick else 8
    results: dict[str, dict[str, Any]] = {}
    for name in [options.only] if options.only else ATTACKS:
        results[name] = found = measured(name, seconds)
        print(
            f"{name}: p50 {found['p50_ms']:.2f} ms, p99 {found['p99_ms']:.2f} ms, "
            f"ack p99 {found['ack_p99_ms']:.1f} ms, longest {found['ack_max_ms']:.1f} ms, "
            f"{found['memory_mib']:.0f} MiB, faults {found['faults'][:2]}",
            flush=True,
        )
    if not options.quick and not options.only:
        put(PAGE, "attacks", table(results, seconds))
    noticed = {name: beyond(found) + found["faults"] for name, found in results.items()}
    sys.exit("\n".join(f"{name}: {', '.join(what)}" for name, what in noticed.items() if what))


if __name__ == "__main__":
    main()
