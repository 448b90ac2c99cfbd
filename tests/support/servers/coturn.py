"""A real coturn, configured as `canvas-server turn-config` says."""

import shutil
import socket
import subprocess
from pathlib import Path

from click.testing import CliRunner

from canvas_server.cli import main
from support.servers.server import eventually

# Binding request without attributes (RFC 8489 section 5).
STUN_REQUEST = bytes.fromhex("000100002112a442") + b"canvaserver!"


def turn_configuration(secret: str, *arguments: str) -> str:
    """Return what the command prints."""
    result = CliRunner().invoke(
        main, ["turn-config", *arguments], env={"CANVAS_TURN_SECRET": secret}
    )
    assert result.exit_code == 0, result.output
    return result.output


def start_coturn(folder: Path, address: str, port: int, text: str) -> "subprocess.Popen[str]":
    """Run coturn with a configuration; return it when it answers."""
    folder.mkdir()
    settings = folder / "turnserver.conf"
    settings.write_text(text)
    arguments = (f"--pidfile={folder / 'pid'}", f"--userdb={folder / 'turndb'}")
    log = f"--log-file={folder / 'turnserver.log'}"
    process = subprocess.Popen(
        [shutil.which("turnserver") or "turnserver", "-c", str(settings), *arguments, log],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    eventually(lambda: _answers(address, port), "coturn answers")
    return process


def _answers(address: str, port: int) -> bool:
    """Tell whether something there speaks STUN."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        try:
            probe.sendto(STUN_REQUEST, (address, port))
            return probe.recv(1500)[8:20] == STUN_REQUEST[8:20]
        except OSError:
            return False
