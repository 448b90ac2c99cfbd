"""A real coturn with our configuration and our credentials: what it relays, and what it refuses."""

import asyncio
import datetime
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import TurnTransport, create_turn_endpoint
from msgspec import structs

from canvas_server.ice import IcePlan
from canvas_server.settings import Settings
from canvas_server.tls.local import LocalFiles, local_certificate
from coturn import start_coturn, turn_configuration
from servers import free_port
from settings import defaults

SECRET = "secret of the turn server"
pytestmark = pytest.mark.skipif(
    shutil.which("turnserver") is None or os.geteuid() != 0, reason="needs coturn and root"
)


class Turn:
    """Where the server listens."""

    def __init__(self, folder: Path) -> None:
        self.port, self.tls_port = free_port(), free_port()
        self.files: LocalFiles = local_certificate(
            folder / "tls", "127.0.0.1", datetime.datetime.now(datetime.UTC)
        )
        text = turn_configuration(
            SECRET,
            *("--listen", "127.0.0.1", "--port", str(self.port), "--tls-port", str(self.tls_port)),
            *("--cert", str(self.files.certificate), "--key", str(self.files.key)),
            *("--allow", "127.0.0.2"),
        )
        text += "allow-loopback-peers\n"  # denied twice otherwise, as it should be
        self.process: subprocess.Popen[str] = start_coturn(
            folder / "turn", "127.0.0.1", self.port, text
        )


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turn]:
    server = Turn(tmp_path_factory.mktemp("turn"))
    yield server
    server.process.terminate()
    server.process.wait(10)


def credentials(settings: Settings | None = None, *, ago: float = 0) -> tuple[str, str]:
    """What a peer was given some seconds ago."""
    plan = IcePlan(
        settings or structs.replace(defaults(), turn_urls=("turn:x",), turn_secret=SECRET)
    )
    given = plan.servers("ada", time.time() - ago)[-1]
    assert given.username is not None
    assert given.credential is not None
    return given.username, given.credential


class Heard(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.data: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if not self.data.done():
            self.data.set_result(data)


async def allocated(turn: Turn, given: tuple[str, str], transport: str = "udp") -> TurnTransport:
    """A relayed address at the server."""
    context = (
        ssl.create_default_context(cafile=turn.files.authority) if transport == "tls" else None
    )
    port = turn.tls_port if transport == "tls" else turn.port
    endpoint, _ = await create_turn_endpoint(
        asyncio.DatagramProtocol,
        ("127.0.0.1", port),
        *given,
        transport="udp" if transport == "udp" else "tcp",
        ssl=context,
    )
    return endpoint


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_what_is_sent_to_a_peer_arrives(turn: Turn, transport: str) -> None:
    endpoint = await allocated(turn, credentials(), transport)
    loop = asyncio.get_running_loop()
    listener, heard = await loop.create_datagram_endpoint(Heard, local_addr=("127.0.0.2", 0))
    try:
        endpoint.sendto(b"a picture", listener.get_extra_info("sockname"))
        assert await asyncio.wait_for(heard.data, 10) == b"a picture"
    finally:
        listener.close()
        endpoint.close()


@pytest.mark.parametrize(
    "given",
    [
        lambda: credentials(ago=3700),
        lambda: (credentials()[0], "wrong"),
        lambda: ("1:mallory", credentials()[1]),
        lambda: credentials(
            structs.replace(defaults(), turn_urls=("turn:x",), turn_secret="another secret")
        ),
    ],
    ids=["expired", "wrong", "of another", "of another server"],
)
async def test_other_credentials_are_refused(
    turn: Turn, given: Callable[[], tuple[str, str]]
) -> None:
    with pytest.raises(TransactionFailed, match="401"):
        await allocated(turn, given())


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "100.64.0.1"],
)
async def test_no_way_into_the_networks_behind_it(turn: Turn, address: str) -> None:
    endpoint = await allocated(turn, credentials())
    try:
        inner = vars(endpoint)["_TurnTransport__inner_protocol"]
        with pytest.raises(TransactionFailed, match="403"):
            await inner.channel_bind(0x4000, (address, 80))
    finally:
        endpoint.close()
