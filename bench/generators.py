"""The load generators: each lays one scenario upon one server, and tells what it cost.

`load.py` is ours. `sigload` is a faster one in Go that speaks the same protocols; where its folder
is given it is built and used, and what it reads and writes at once is then more like a crowd of
browsers. Both check that each message comes once, in order, from its sender and unchanged.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contenders import PROTOCOLS, cores, measured

LOAD = Path(__file__).resolve().parent / "load.py"
SCENARIOS = ("call", "ice", "latency", "fanout", "idle")
IDLE_LEVELS = (1000, 2000, 5000)
COMPARED_LEVEL = 2000
"""The level at which all generators measure."""

Measured = dict[str, float]
"""Of one round: cpu_us (a message), per_second (messages, or calls), p50_ms, p99_ms, and
kb_1000, kb_2000, ... (of memory, 1,000 bytes each, a connection at so many)."""
Generator = Callable[[str, str, str, int, float], Measured]
"""scenario, server, its WebSocket address, its process id, seconds -> what was measured"""


def load(
    scenario: str, server: str, url: str, pid: int, seconds: float, *levels: int
) -> dict[str, Any]:
    """Run a scenario of `load.py` against a server; `levels` are numbers of idle connections."""
    line = [sys.executable, str(LOAD), scenario, url, str(pid), "--seconds", str(seconds)]
    line += ["--protocol", PROTOCOLS[server], "--levels", *map(str, levels or IDLE_LEVELS)]
    return measured(line, f"{scenario} against {server}")


def ours(scenario: str, server: str, url: str, pid: int, seconds: float) -> Measured:
    """Lay a scenario upon a server with `load.py`."""
    found = load(scenario, server, url, pid, seconds)
    named = {"cpu_ms_per_1000": "cpu_us", "messages_per_s": "per_second"}
    result = {named.get(key, key): value for key, value in found.items()}
    if scenario == "call":
        result["per_second"] = found["calls_per_s"]
    if scenario == "idle":
        levels: dict[str, float] = found["kib_per_connection"]
        result |= {f"kb_{level}": kib * 1.024 for level, kib in levels.items()}
    return {key: value for key, value in result.items() if isinstance(value, float)}


def sigload(folder: Path, target: Path) -> Generator:
    """Build the generator in Go into `target`, and return how to use it.

    Raises:
        subprocess.CalledProcessError: it does not build.
    """
    program = target / "sigload"
    subprocess.run(["go", "build", "-o", str(program), "."], cwd=folder, check=True)

    def lay(scenario: str, server: str, url: str, pid: int, seconds: float) -> Measured:
        address = url.removesuffix("/ws") + "/myapp/peerjs" if server == "PeerServer" else url
        core = ["taskset", "-c", str(min(cores()[1]))]
        line = ["env", "GOMAXPROCS=1", *core, str(program)]
        line += ["-adapter", PROTOCOLS[server], "-url", address, "-pid", str(pid)]
        if scenario == "idle":
            return _idle(line, server)
        how = {
            "call": ["-mode", "throughput", "-mix", "call"],
            "ice": ["-mode", "throughput", "-mix", "ice"],
            "latency": ["-mode", "latency", "-rate", "2000"],
            "fanout": ["-mode", "fanout", "-k", "50", "-rate", "200"],
        }[scenario]
        found = _run([*line, *how, "-dur", f"{seconds}s"], f"{scenario} against {server}")
        rate = {"call": "calls_per_s", "fanout": "deliveries_per_s"}.get(scenario, "msgs_per_s")
        wanted = {"p50_ms": "p50_ms", "p99_ms": "p99_ms", rate: "per_second"}
        result = {name: float(found[key]) for key, name in wanted.items() if key in found}
        return result | {"cpu_us": float(found["cpu_s_per_1k"]) * 1000}

    return lay


def _idle(line: list[str], server: str) -> Measured:
    level = COMPARED_LEVEL
    how = ["-mode", "idle", "-n", str(level), "-per", "4", "-hold", "5s"]
    found = _run([*line, *how], f"idle against {server}")
    return {f"kb_{level}": float(found["rss_kb_per_conn"]) * 1.024}


def _run(line: list[str], what: str) -> dict[str, Any]:
    found = measured(line, what, strict=False)
    if not found["ok"]:
        raise SystemExit(f"{what}: {found}")
    return found
