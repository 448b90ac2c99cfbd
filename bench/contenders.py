"""The servers that are compared, each as a process on a core of its own, and what they cost."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import IO, Any

from canvas_server.auth.join import Claims, JoinTokens, fresh_invitation
from canvas_server.auth.keys import Keys
from canvas_server.protocol.roles import Role

HERE = Path(__file__).resolve().parent
OURS = "canvas-server"
YARDSTICKS = {"PeerServer": "peerserver.mjs", "ws": "relay.mjs"}
"""Others, which run in node: `npm ci` in their folder installs them."""
PROTOCOLS = {OURS: "canvas", "PeerServer": "peerjs", "ws": "canvas"}
TICKS = os.sysconf("SC_CLK_TCK")


def cores() -> tuple[set[int], set[int]]:
    """Return the cores for the server and for the load; the same where there is only one."""
    available = sorted(os.sched_getaffinity(0))
    return {available[0]}, {available[-1]}


def command(name: str, data: str) -> list[str]:
    """Return the command line of a server; it prints its address when it is ready."""
    if name in YARDSTICKS:
        return ["node", str(HERE / "yardsticks" / YARDSTICKS[name])]
    return [sys.executable, "-m", "canvas_server", "--port", "0", "--data", data]


def join_token(secret: str, session_id: str, role: Role = Role.EDIT) -> str:
    """Return a token, good for an hour, for a session of a server with this secret."""
    tokens = JoinTokens(Keys.of_secrets((secret,)), lambda _: False)
    now = int(time.time())
    return tokens.sign(Claims(session_id, role, fresh_invitation(), now), now + 3600)


@contextlib.contextmanager
def running(name: str, **settings: str) -> Generator[tuple[int, str]]:
    """Run a server for the length of a block; yield its process id and WebSocket address."""
    with (
        tempfile.TemporaryDirectory() as data,
        launched(command(name, data), settings) as (pid, host),
    ):
        yield pid, f"ws://{host}/ws"


@contextlib.contextmanager
def launched(
    line: list[str], settings: Mapping[str, str] = {}, errors: IO[bytes] | None = None
) -> Generator[tuple[int, str]]:
    """Run a command that prints its address; yield its process id and its host and port.

    What it writes to its standard error goes to `errors`, or to ours.
    """
    process = subprocess.Popen(
        line,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env={**os.environ, "CANVAS_STUN_URLS": "", **settings},
        preexec_fn=pinned,  # noqa: PLW1509
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://([^ /]+:\d+)", process.stdout.readline())
        if found is None:
            raise SystemExit(f"{line} did not start")
        yield process.pid, found[1]
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def pinned() -> None:
    """Stay on the core of the server."""
    os.sched_setaffinity(0, cores()[0])


def cpu_seconds(*pids: int) -> float:
    """Return the CPU time processes have used together, user and system."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def measured(
    line: list[str], what: str, *, patience: float = 300, strict: bool = True
) -> dict[str, Any]:
    """Run a load generator for at most `patience` seconds and return what it found.

    Raises:
        SystemExit: it failed, or (unless not `strict`) found faults.
    """
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=patience)
    if not done.stdout:
        raise SystemExit(f"{what} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    if strict and result["faults"]:
        raise SystemExit(f"{what}: {result['faults']}")
    return result


def memory_kib(pid: int) -> int:
    """Return the resident memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])
