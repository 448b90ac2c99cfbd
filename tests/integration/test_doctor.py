"""`canvas-server doctor`, with real sockets at the other end."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from canvas_server.cli import main
from canvas_server.ice.probe import ServerAddress, Unreachable, ask, place_of
from canvas_server.store import schema
from support.servers.server import eventually, running


@pytest.fixture(scope="module")
def coturn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A STUN and TURN server over UDP and TCP; its host and port."""
    folder = tmp_path_factory.mktemp("coturn")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "turnserver.conf"
    settings.write_text(
        f"listening-ip=127.0.0.1\nlistening-port={port}\nno-tls\nno-dtls\nno-cli\nno-auth\n"
        f"log-file={folder / 'log'}\npidfile={folder / 'pid'}\nuserdb={folder / 'db'}\n"
    )
    command = [shutil.which("turnserver") or "turnserver", "-c", str(settings)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(answers, "coturn listens")
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def examine(*options: object) -> tuple[int, list[str]]:
    result = CliRunner().invoke(main, ["doctor", *map(str, options)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output.splitlines()


def test_a_machine_that_can_serve(tmp_path: Path, coturn: str) -> None:
    (tmp_path / "data").mkdir()
    code, lines = examine(
        *("--data", tmp_path / "data", "--port", 0, "--stun-urls", f"stun:{coturn}"),
        *("--turn-urls", f"turn:{coturn} turn:{coturn}?transport=tcp", "--turn-secret", "x"),
    )
    assert code == 0
    assert [line[0] for line in lines] == ["✓"] * 7, lines
    assert any("scenes can be stored there" in line for line in lines)
    assert f"✓ turn:{coturn}?transport=tcp: answers from here" in lines


def test_a_server_that_runs_is_looked_at(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        code, lines = examine("--data", tmp_path, "--stun-urls", "")
        assert f"✓ server {server.url}: is ready (200)" in lines
    assert code == 0
    assert next(line for line in lines if line[0] == "!").startswith("! STUN: none is named")


def test_what_is_wrong_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        nobody = f"127.0.0.1:{silent.getsockname()[1]}"
        code, lines = examine(
            *("--data", tmp_path / "file" / "data", "--host", "0.0.0.0"),
            *("--stun-urls", f"stun:{nobody} stun:nowhere.invalid"),
            *("--turn-urls", f"turns:{nobody}"),
        )
    assert code == 1
    text = "\n".join(lines)
    assert "choose one with --data" in text
    assert "beyond loopback it starts with CANVAS_AUTH_SECRET, or with --open, only" in text
    assert f"✗ stun:{nobody}:" in text
    assert "✗ stun:nowhere.invalid:" in text
    assert f"✗ turns:{nobody}: no answer within" in text
    assert "no credentials are set: give CANVAS_TURN_SECRET" in text


@pytest.mark.rule("RUN3")
def test_a_folder_that_is_not_there_is_named_and_not_made(tmp_path: Path) -> None:
    data = tmp_path / "none" / "data"
    code, lines = examine("--data", data, "--port", 0, "--stun-urls", "")
    assert code == 0, "a server makes it"
    (line,) = [line for line in lines if line.startswith(f"! data folder {data}: ")]
    assert "--data or CANVAS_DATA_DIR" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.nightly
@pytest.mark.rule("RUN1")
def test_a_server_that_is_not_ready_is_said_to_be(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        (tmp_path / "scenes.db").unlink()
        eventually(lambda: server.get("/health/ready")[0] == 503, "it is not ready")
        code, lines = examine("--data", tmp_path, "--stun-urls", "")
    assert code == 1
    assert any(f"✗ server {server.url}: answers, but is not ready" in line for line in lines)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give files away")
def test_a_file_that_the_server_could_not_open_is_found(tmp_path: Path) -> None:
    schema.prepare(tmp_path / "scenes.db")
    os.chown(tmp_path, 65534, 65534)
    code, lines = examine("--data", tmp_path, "--port", 0, "--stun-urls", "")
    assert code == 1
    assert any("belongs to root" in line and "chown" in line for line in lines)


@pytest.mark.report(
    "reading",
    "`doctor` says that scenes can be stored on a disk that is full",
    "no byte left; or bytes left, but no inode",
    "there is no space left to store scenes: it is tried, and nothing is left there",
)
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount")
@pytest.mark.parametrize("options", ["size=64k", "size=8m,nr_inodes=2"])
def test_a_disk_without_space_is_bad(tmp_path: Path, options: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        with contextlib.suppress(OSError):
            (small / "full").write_bytes(bytes(1024 * 1024))
        code, lines = examine("--data", small, "--port", 0, "--stun-urls", "")
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert code == 1
    assert any(line.startswith(f"✗ data folder {small}: there is no space") for line in lines)


def test_nothing_is_left_where_it_was_tried_to_write(tmp_path: Path) -> None:
    code, lines = examine("--data", tmp_path, "--port", 0, "--stun-urls", "")
    assert code == 0
    assert any("scenes can be stored there" in line for line in lines)
    assert not list(tmp_path.iterdir())


class Answering(asyncio.DatagramProtocol):
    """Answers every STUN request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(bytes.fromhex("01010000") + data[4:20], addr)


@pytest.mark.report(
    "reading",
    "`doctor` says of a STUN server that it does not answer",
    "a name with an IPv6 address, and a server that is reached over IPv4 alone",
    "every address of the name is asked",
)
async def test_every_address_of_a_name_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Answering, ("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    both = [(socket.AF_INET, (host, port)) for host in ("127.0.0.2", "127.0.0.1", "127.0.0.3")]
    found = [(family, socket.SOCK_DGRAM, 17, "", address) for family, address in both]
    find = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: found if host == "two" else find(host, *a, **k)
    )
    await ask(place_of(f"stun:two:{port}"))
    transport.close()


class Refusing(asyncio.DatagramProtocol):
    """Answers every STUN request with an error."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(bytes.fromhex("01110000") + data[4:20], addr)


class NoStun(asyncio.Protocol):
    """Answers as a web server does."""

    def __init__(self, gone: asyncio.Semaphore) -> None:
        self.gone = gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        del data
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.gone.release()


@pytest.mark.report(
    "reading",
    "`doctor` blames a firewall for whatever keeps a STUN server from answering",
    "a name that is not found; a port where nobody listens; an error for an answer; no TLS",
    "each is said in its own words, the firewall only where nothing came back",
)
async def test_a_server_is_blamed_for_what_was_measured() -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Refusing, ("127.0.0.1", 0))
    gone = asyncio.Semaphore(0)
    plain = await loop.create_server(lambda: NoStun(gone), "127.0.0.1", 0)
    refusing = transport.get_extra_info("sockname")[1]
    words = {}
    for url in (
        "stun:nowhere.invalid",
        f"stun:127.0.0.1:{refusing}",
        f"turns:127.0.0.1:{plain.sockets[0].getsockname()[1]}",
        f"turn:127.0.0.1:{plain.sockets[0].getsockname()[1]}?transport=tcp",
    ):
        with pytest.raises(Unreachable) as caught:
            await ask(place_of(url))
        words[url.partition(":")[0] + url[-3:]] = str(caught.value)
    transport.close()
    plain.close()
    for _ in ("by TLS", "by TCP"):
        await gone.acquire()
    name, refusal, tls, tongue = words.values()
    assert "is not found" in name
    assert "refuses to say" in refusal
    assert "does not speak TLS" in tls
    assert "does not speak STUN" in tongue
    assert not any("firewall" in said for said in words.values())


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, lines = examine("--data", tmp_path, "--port", port, "--stun-urls", "")
    assert code == 1
    assert any(f"✗ port {port}" in line and "--port" in line for line in lines)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("stun:a", ServerAddress("stun", "a", 3478, "udp")),
        ("turn:a:5?transport=tcp", ServerAddress("turn", "a", 5, "tcp")),
        ("turns:[::1]:443", ServerAddress("turns", "::1", 443, "tls")),
        ("turn:[::1]", ServerAddress("turn", "::1", 3478, "udp")),
    ],
)
def test_addresses(url: str, place: ServerAddress) -> None:
    """RFC 7064 and RFC 7065."""
    assert place_of(url) == place


@pytest.mark.parametrize("url", ["", "stun:", "http:a", "stun:a:0", "stun:a:x", "stun::1"])
def test_no_addresses(url: str) -> None:
    with pytest.raises(ValueError, match=r"names no|is no address"):
        place_of(url)
