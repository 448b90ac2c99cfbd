"""What signals do to the server: a stop is asked for by SIGTERM and SIGINT, and by nothing else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.servers.server import Server, eventually, running


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal (proc(5))."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def logged(server: Server, *numbers: signal.Signals) -> str:
    """Send signals to a server that is there all the same; return what it logged."""
    for number in numbers:
        server.process.send_signal(number)
    for _ in range(20):  # each is a turn of its loop
        assert server.get("/health/live")[0] == 200
    assert server.stop() == 0
    return server.stderr()


@pytest.mark.rule("RUN2")
def test_a_reload_ends_no_server_that_has_no_certificate(tmp_path: Path) -> None:
    """And is answered with one line."""
    with running(tmp_path) as server:
        text = logged(server, signal.SIGHUP)
    assert text.count("nothing to read again") == 1, text


@pytest.mark.rule("RUN2")
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2])
def test_what_means_nothing_ends_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as server:
        text = logged(server, number)
    assert number.name in text


def test_a_reload_that_comes_while_the_server_starts_is_done_later(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "canvas_server", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert process.stdout is not None
    try:
        eventually(lambda: catches(process.pid, signal.SIGHUP), "the signal is caught", 20)
        assert not (tmp_path / "lock").exists(), "nothing is opened yet"
        process.send_signal(signal.SIGHUP)
        assert "is ready" in process.stdout.readline()
        process.terminate()
        _, text = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert text.count("nothing to read again") == 1, text


def test_a_reload_while_the_server_stops_does_not_make_it_fail(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.process.terminate()
        while server.process.poll() is None:
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.005)
        assert server.process.returncode == 0


def test_other_commands_end_as_programs_do(tmp_path: Path) -> None:
    """Closing a terminal ends what runs in it."""
    fifo = tmp_path / "scene.json"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "canvas_server", "import", str(fifo), "--data", str(tmp_path)]
    # As from a terminal, also where whoever runs the tests ignores the signal (nohup).
    process = subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        with fifo.open("w"):  # it reads, and waits for more
            process.send_signal(signal.SIGHUP)
            assert process.wait(20) == -signal.SIGHUP
    finally:
        process.kill()
        process.wait()
