"""Attacks a server in one way after another, and measures what people at it notice meanwhile.

``make attacks`` takes about ten minutes and writes the table into docs/SECURITY.md; ``--quick`` is
shorter and writes nothing, ``--only NAME`` runs one. The server runs on one core; the talk, the
editor, the witness and the attacker share the other, which the attacker has for itself but for what
little the others need. Loopback is not counted by address, so what is measured is an attacker with
as many addresses as it likes.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import attackers
import costly
import crowding
import hoarding
import parsing
from contenders import command, cores, launched, memory_kib
from report import machine, put
from witness import SECRET

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "SECURITY.md"
PAIRS, RATE = 25, 200
WARM_SECONDS = 2
"""An attack has that long to begin with before people come."""
LONGEST_SECONDS = 60
"""One attack is given up after that, as one that stopped the server."""
LIMITS = {"p99_ms": 50, "ack_max_ms": 250, "memory_mib": 300, "log_kib": 1024}
"""What people may notice at most, whatever one attacker does."""


class Attack(NamedTuple):
    """One way to attack."""

    act: Callable[[int], Awaitable[None]]
    witness: str = ""
    """Who else measures (`witness.py`)."""
    by_strangers: bool = False
    """It attacks a server that asks for tokens; at the others anybody may come in."""

    @property
    def name(self) -> str:
        """What `--only` takes."""
        return self.act.__name__


KINDS = {
    "Connections": (
        Attack(attackers.nothing),
        Attack(attackers.hijack),
        Attack(attackers.slowloris),
        Attack(attackers.head_without_end),
        Attack(attackers.half_open),
        Attack(attackers.unsubscribed),
        Attack(attackers.huge),
        Attack(attackers.guesses),
        Attack(crowding.wrong_tokens, by_strangers=True),
        Attack(crowding.one_link, "moderator", by_strangers=True),
        Attack(crowding.pings),
        Attack(crowding.short_visits),
    ),
    "Messages to others": (
        Attack(attackers.flood),
        Attack(attackers.rings),
        Attack(crowding.rings_in_parts, "line"),
        Attack(crowding.candidates_at_one, "line"),
        Attack(crowding.offers_at_one, "line"),
        Attack(crowding.toggles, "line"),
        Attack(crowding.pointers, "line"),
        Attack(crowding.previews, "line"),
        Attack(crowding.comings_and_goings, "line"),
        Attack(crowding.resumes),
        Attack(crowding.lists),
    ),
    "Edits": (
        Attack(costly.moves),
        Attack(costly.values),
        Attack(costly.queue),
        Attack(costly.single_moves),
        Attack(costly.shouts),
        Attack(hoarding.restores),
        Attack(parsing.charts_come_and_go),
        Attack(parsing.deep_operations),
        Attack(parsing.invalid_operations),
        Attack(parsing.large_operations),
        Attack(parsing.wrapped_operations),
    ),
    "Reading": (
        Attack(costly.bodies, by_strangers=True),
        Attack(costly.bodies_without_end, by_strangers=True),
        Attack(attackers.deep),
        Attack(parsing.digits),
        Attack(parsing.digits_unread),
        Attack(parsing.escapes),
        Attack(parsing.small_and_wrong),
        Attack(hoarding.aborted_posts),
        Attack(hoarding.failing_requests),
    ),
    "Scenes and pictures": (
        Attack(attackers.scenes),
        Attack(attackers.deaf),
        Attack(hoarding.deaf_crowd),
        Attack(hoarding.responses_unread),
        Attack(hoarding.earlier_scenes),
        Attack(hoarding.places),
        Attack(hoarding.parts_kept),
        Attack(hoarding.frames_kept),
        Attack(costly.drawings),
        Attack(costly.bombs),
        Attack(parsing.slow_exports, "exporter", by_strangers=True),
    ),
}
ATTACKS = {attack.name: attack for attacks in KINDS.values() for attack in attacks}


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
    """Return what a process printed at its end; one that failed found a fault."""
    printed = process.communicate()[0]
    try:
        found: dict[str, Any] = json.loads(printed)
    except ValueError:
        return {"faults": [f"{Path(str(process.args[1])).name} failed"]}  # type: ignore[index]
    return found


def memory_of_all(pid: int) -> int:
    """Return the resident memory of a process and of those it has started, in KiB."""
    try:
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return memory_kib(pid) + sum(memory_of_all(int(child)) for child in started)
    except (OSError, AssertionError):
        return 0  # it has ended


def size_of(folder: str) -> int:
    """Return how many bytes the files of a folder have."""
    size = 0
    for path in Path(folder).rglob("*"):
        with contextlib.suppress(OSError):
            size += path.stat().st_size
    return size


def people_at(
    attack: Attack, url: str, pid: int, seconds: float
) -> "dict[str, subprocess.Popen[str]]":
    """Start those who use the server meanwhile."""
    length = ("--seconds", str(seconds))
    secret = ("--secret", SECRET if attack.by_strangers else "")
    rate = ("--pairs", str(PAIRS), "--rate", str(RATE), "--tick", "0.002")
    people = {
        "talk": speaker("load.py", "latency", url, str(pid), *rate, *length, *secret),
        "edits": speaker("editor.py", url, *length, *secret),
    }
    if attack.witness:
        people["witness"] = speaker("witness.py", attack.witness, url, *length)
    return people


def watched(
    people: "Mapping[str, subprocess.Popen[Any]]", pid: int, until: float, *, ends: bool = True
) -> int:
    """Wait for people to end, at most until then; return the most memory that was taken, in KiB.

    Who has not ended by then is ended, if `ends`.
    """
    most = 0
    while time.monotonic() < until and any(one.poll() is None for one in people.values()):
        most = max(most, memory_of_all(pid))
        time.sleep(0.1)
    for one in people.values():
        if ends and one.poll() is None:
            one.kill()
    return most


def measured(attack: Attack, seconds: float) -> dict[str, Any]:
    """Attack a fresh server, and talk and edit through it meanwhile."""
    secret = SECRET if attack.by_strangers else ""
    with tempfile.TemporaryDirectory() as data, tempfile.TemporaryFile() as log:
        line = command("canvas-server", data)
        with launched(line, {"CANVAS_AUTH_SECRET": secret}, log) as (pid, host):
            written = os.fstat(log.fileno()).st_size
            attacker = subprocess.Popen(
                [sys.executable, __file__, "--attack", attack.name, "--port", host.split(":")[1]],
                preexec_fn=own_core(10),  # noqa: PLW1509
            )
            begins = {"attacker": attacker}
            memory = watched(begins, pid, time.monotonic() + WARM_SECONDS, ends=False)
            people = people_at(attack, f"ws://{host}/ws", pid, seconds)
            memory = max(memory, watched(people, pid, time.monotonic() + LONGEST_SECONDS))
            let_in = attacker.poll()
            attacker.kill()
            attacker.wait()
            found = {who: outcome(process) for who, process in people.items()}
            kept, logged = size_of(data), os.fstat(log.fileno()).st_size - written
    faults = [fault for one in found.values() for fault in one["faults"]]
    return {
        **{key: found["talk"].get(key, float("inf")) for key in ("p50_ms", "p99_ms", "max_ms")},
        **{f"ack_{key}": found["edits"].get(key, float("inf")) for key in ("p99_ms", "max_ms")},
        "faults": faults + (["the attack came through, or could not begin"] if let_in else []),
        "memory_mib": memory / 1024,
        "disk_mib": kept / 1024 / 1024,
        "log_kib": logged / 1024,
        "witness": found.get("witness"),
    }


def beyond(found: dict[str, Any]) -> list[str]:
    """Return what people noticed more of than they should."""
    noticed = [
        f"{key} {found[key]:.0f} > {limit}" for key, limit in LIMITS.items() if found[key] > limit
    ]
    witness = found["witness"]
    if witness and witness.get("value", 0) > witness.get("limit", 0):
        noticed.append(f"{witness['value']:.1f} {witness['unit']} > {witness['limit']}")
    return noticed + [f"lost: {fault}" for fault in found["faults"][:2]]


def seen_by(witness: dict[str, Any] | None) -> str:
    """Return the figure of a witness."""
    return f"{witness['value']:.4g} {witness['unit']}" if witness and "value" in witness else ""


def table(results: dict[str, dict[str, Any]], seconds: float) -> str:
    """Return the tables of the page."""
    talk = f"{PAIRS} pairs of people exchange {RATE} candidates a second, somebody edits"
    rows = [f"{machine()}; {talk}, each attack lasts {seconds:.0f} s"]
    head = (
        "| {} (`--only`) | relay p50 ms | p99 | longest | ack p99 ms | longest | lost | memory MiB "
        "| disk MiB | log KiB | victim | kept to |"
    )
    for kind, attacks in KINDS.items():
        rows += ["", head.format(kind), "|---|---|---|---|---|---|---|---|---|---|---|---|"]
        for attack in attacks:
            result = results[attack.name]
            text = (attack.act.__doc__ or "").rstrip(".")
            times = ("p50_ms", "p99_ms", "max_ms", "ack_p99_ms", "ack_max_ms")
            sizes = ("memory_mib", "disk_mib", "log_kib")
            cells = (
                f"{text} (`{attack.name}`)",
                *(f"{result[key]:.1f}" for key in times),
                str(len(result["faults"])),
                *(f"{result[key]:.0f}" for key in sizes),
                seen_by(result["witness"]),
                "**no**" if beyond(result) else "yes",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def said(name: str, found: dict[str, Any]) -> str:
    """Return a line about one attack."""
    noticed = beyond(found)
    return (
        f"{name}: relay p50 {found['p50_ms']:.2f} p99 {found['p99_ms']:.1f} "
        f"longest {found['max_ms']:.0f} ms, ack p99 {found['ack_p99_ms']:.0f} "
        f"longest {found['ack_max_ms']:.0f} ms, {found['memory_mib']:.0f} MiB, "
        f"disk {found['disk_mib']:.0f} MiB, log {found['log_kib']:.0f} KiB, "
        f"{seen_by(found['witness'])} {'BEYOND ' + '; '.join(noticed) if noticed else 'met'}"
    )


def main() -> None:
    """Attack in every way, or in some, as an attacker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attack", choices=list(ATTACKS), help="be the attacker")
    parser.add_argument("--port", type=int)
    parser.add_argument("--only", choices=list(ATTACKS), action="append", help="measure this one")
    parser.add_argument("--quick", action="store_true", help="shorter; writes nothing")
    parser.add_argument("--seconds", type=float, help="of each attack")
    options = parser.parse_args()
    if options.attack is not None:
        asyncio.run(ATTACKS[options.attack].act(options.port))  # type: ignore[arg-type]
        return
    seconds = options.seconds or (3 if options.quick else 5)
    results: dict[str, dict[str, Any]] = {}
    for name in options.only or ATTACKS:
        results[name] = measured(ATTACKS[name], seconds)
        print(said(name, results[name]), flush=True)
    if not options.quick and not options.only:
        put(PAGE, "attacks", table(results, seconds))
    noticed = {name: beyond(found) for name, found in results.items()}
    sys.exit("\n".join(f"{name}: {', '.join(what)}" for name, what in noticed.items() if what))


if __name__ == "__main__":
    main()
