"""Measures edits of a scene: how many are stored, how soon others see them, how a session opens.

``make benchscene`` takes four minutes and writes the table into bench/README.md; ``--quick`` takes
half a minute and writes nothing. ``--reference PATH`` puts another server beside it, in turns: the
binary of the public Rust server that speaks an earlier form of this protocol. Raw results are in
test-output/scene.json.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from contenders import cores, launched, measured, memory_kib, pinned
from report import machine, put, spread

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / "test-output" / "scene.json"
PAGE = HERE / "README.md"
SESSION = "bench-0"
OURS, REFERENCE = "canvas-server", "reference"
ELEMENTS, LONG_ELEMENTS, LONG_CHANGES = 10_000, 1_000, 1_000_000

Results = dict[str, dict[str, list[dict[str, Any]]]]
"""scenario -> server -> one result for each round"""


# --- the servers ---------------------------------------------------------------------------------


@contextlib.contextmanager
def serving(name: str, data: str, binary: str) -> Generator[tuple[int, str]]:
    """Run a server on a data folder; yield its process id and its host and port."""
    if name == OURS:
        line = [sys.executable, "-m", "canvas_server", "--port", "0", "--data", data]
        with launched(line) as found:
            yield found
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = {"WS_RATE_LIMIT_BURST": "1000000000", "WS_RATE_LIMIT_SUSTAINED": "1000000000"}
    env = {**os.environ, **limits, "CANVAS_PORT": str(port), "CANVAS_DATA_DIR": data}
    process = subprocess.Popen(
        [binary],
        env={**env, "RUST_LOG": "error", "HOME": data},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=pinned,  # noqa: PLW1509
    )
    try:
        until_ready(f"http://127.0.0.1:{port}/health/live")
        yield process.pid, f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def until_ready(url: str) -> None:
    """Wait until a server answers."""
    for _ in range(2_000):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.005)
    raise SystemExit(f"{url} never answered")


def reference_scene(data: str, elements: int) -> None:
    """Write a scene as the reference keeps it: one JSON file."""
    document = {
        "session_id": SESSION,
        "viewport": {"width": 800.0, "height": 600.0, "zoom": 1.0, "pan_x": 0.0, "pan_y": 0.0},
        "elements": [
            {
                "id": f"00000000-0000-0000-0000-{number:012d}",
                "kind": {
                    "type": "Text",
                    "data": {"content": f"note {number}", "font_size": 16.0, "color": "#000000"},
                },
                "transform": {
                    "x": number % 100 * 120.0,
                    "y": number // 100 * 120.0,
                    "width": 100.0,
                    "height": 100.0,
                    "rotation": 0.0,
                    "z_index": 0,
                },
                "interactive": True,
                "selected": False,
            }
            for number in range(elements)
        ],
        "timestamp": 0,
    }
    Path(data, f"{SESSION}.json").write_text(json.dumps(document, indent=2))


# --- scenarios -----------------------------------------------------------------------------------


def edited(scenario: str, *arguments: str) -> Callable[[str, argparse.Namespace], dict[str, Any]]:
    """Return a scenario in which fifty editors are at work (`editors.py`)."""

    def run(name: str, options: argparse.Namespace) -> dict[str, Any]:
        seconds = str(2 if options.quick else 5)
        line = [sys.executable, str(HERE / "editors.py"), scenario]
        with (
            tempfile.TemporaryDirectory(dir=options.disk) as data,
            serving(name, data, options.reference) as (pid, host),
        ):
            address = [f"ws://{host}/ws", str(pid), "--of", name]
            line += [*address, "--seconds", seconds, *arguments]
            what, strict = f"{scenario} against {name}", name == OURS
            result = measured(line, what, patience=120, strict=strict)
            memory = memory_kib(pid)
        return {**result, "memory_mib": memory / 1024}

    return run


def opened(elements: int, changes: int) -> Callable[[str, argparse.Namespace], dict[str, Any]]:
    """Return a scenario in which a stored session is opened, the first time and again."""

    def run(name: str, options: argparse.Namespace) -> dict[str, Any]:
        count = changes // 20 if options.quick and changes > elements else changes
        with tempfile.TemporaryDirectory(dir=options.disk) as data:
            made: dict[str, Any] = {}
            if name == OURS:
                line = [sys.executable, str(HERE / "history.py"), data, SESSION]
                line += [str(elements), str(count)]
                made = json.loads(subprocess.check_output(line, text=True))
            with serving(name, tempfile.mkdtemp(dir=data), options.reference) as (pid, _):
                empty = memory_kib(pid)
            if name == REFERENCE:
                reference_scene(data, elements)
            disk = sum(file.stat().st_size for file in Path(data).iterdir() if file.is_file())
            started = time.perf_counter()
            with serving(name, data, options.reference) as (pid, host):
                ready = time.perf_counter() - started
                first, again = (look(host, elements) for _ in range(2))
                memory = memory_kib(pid) - empty
        return {
            "start_ms": 1000 * ready,
            "first_ms": first["to_scene_ms"],
            "again_ms": again["to_scene_ms"],
            "read_ms": again["parse_ms"] + again["take_ms"],
            "sent_mb": first["bytes"] / 1e6,
            "memory_bytes": 1024 * memory / elements,
            "disk_bytes": disk / elements,
            "disk_bytes_per_change": disk / max(1, count),
            "made_per_s": made.get("changes_per_s", float("nan")),
        }

    return run


def look(host: str, elements: int) -> dict[str, float]:
    """Open the session as a page does (`opened.js`)."""
    flags = ["--experimental-websocket", "--no-warnings"]
    line = ["node", *flags, str(HERE / "opened.js"), f"ws://{host}/ws", SESSION, str(elements)]
    environment = {**os.environ, "NODE_OPTIONS": ""}
    return json.loads(subprocess.check_output(line, text=True, env=environment))


SCENARIOS: dict[str, tuple[Callable[[str, argparse.Namespace], dict[str, Any]], bool]] = {
    "changes": (edited("changes"), True),
    "apart": (edited("changes", "--sessions", "50"), True),
    "fanout": (edited("fanout"), True),
    "open": (opened(ELEMENTS, ELEMENTS), True),
    "long": (opened(LONG_ELEMENTS, LONG_CHANGES), False),
}
"""Each with whether the reference can be asked for it: it keeps no history."""

FIGURES = [
    ("changes", "changes_per_s", "50 editors in one session: changes a second, acked"),
    ("changes", "p99_ms", "… until the ack, p99, ms"),
    ("changes", "deliveries_per_s", "… deliveries a second"),
    ("changes", "cpu_ms_per_1000_changes", "… server CPU, ms per 1,000 changes for 50 viewers"),
    ("apart", "changes_per_s", "50 editors in 50 sessions: changes a second, acked"),
    (
        "fanout",
        "p50_ms",
        "50 editors, 10 changes a second each, seen by 49: latency p50, ms",
    ),
    ("fanout", "p99_ms", "… p99, ms"),
    ("fanout", "missing_percent", "… lost on the way, %"),
    ("fanout", "server_load", "… server CPU, cores"),
    ("fanout", "generator_load", "… CPU of all 50 clients, cores"),
    ("open", "start_ms", "10,000 elements: start of the server, ms"),
    ("open", "first_ms", "… from `subscribe` to the scene, from the disk, ms"),
    ("open", "again_ms", "… the next one, ms"),
    ("open", "read_ms", "… to read and take it in at the client, ms"),
    ("open", "sent_mb", "… sent, MB"),
    ("open", "memory_bytes", "… memory of the server, bytes per element"),
    ("open", "disk_bytes", "… on the disk, bytes per element"),
    ("long", "first_ms", "1,000 elements after 1,000,000 changes: to the scene, from the disk, ms"),
    ("long", "disk_bytes_per_change", "… on the disk, bytes per change, history and snapshots"),
    ("long", "made_per_s", "… changes a second through core and log, without sockets"),
]


# --- the table -----------------------------------------------------------------------------------


def table(results: Results) -> str:
    """Return the table of all figures."""
    names = [OURS, *([REFERENCE] if any(REFERENCE in found for found in results.values()) else [])]
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for scenario, key, title in FIGURES:
        found = results.get(scenario)
        if found:
            cells = [spread(found[name], key) if found.get(name) else "-" for name in names]
            lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def sync_ms(folder: str) -> float:
    """Return how long the disk takes for one `fsync`, the median."""
    took: list[float] = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(100):
            file.write(bytes(4096))
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - started)
    return 1000 * statistics.median(took)


def write(results: Results, rounds: int, folder: str) -> None:
    """Put the table into the page."""
    about = f"{machine()}, median of {rounds} rounds, one `fsync` "
    about += f"{sync_ms(folder):.2f} ms\n\n{table(results)}"
    put(PAGE, "scene", about)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, no page")
    parser.add_argument("--scenario", choices=list(SCENARIOS), action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reference", default="", help="binary of the Rust server")
    parser.add_argument("--disk", help="folder on the disk to store on; a temporary one")
    options = parser.parse_args()
    chosen: list[str] = options.scenario or list(SCENARIOS)
    if cores()[0] == cores()[1]:
        print("one core only: server and load share it")
    rounds = 1 if options.quick else options.rounds
    names = [OURS, *([REFERENCE] if options.reference else [])]
    results: Results = {}
    for scenario in chosen:
        run, for_both = SCENARIOS[scenario]
        asked = names if for_both else [OURS]
        results[scenario] = {name: [] for name in asked}
        for turn in range(1 if scenario == "long" else rounds):
            for name in asked:
                print(f"{scenario} {turn + 1}: {name}", flush=True)
                results[scenario][name].append(run(name, options))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1))
    print(f"\n{table(results)}")
    if not options.quick and chosen == list(SCENARIOS):
        write(results, rounds, options.disk or tempfile.gettempdir())


if __name__ == "__main__":
    main()
