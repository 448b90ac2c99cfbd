"""A real coturn with our configuration and our credentials: what it relays, and what it refuses."""

import asyncio
import contextlib
import datetime
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path

import pytest
from aioice.stun import Class, Message, Method, TransactionFailed
from aioice.turn import TurnTransport, create_turn_endpoint
from msgspec import structs

from canvas_server.cli.turn import DENIED
from canvas_server.config.settings import Settings
from canvas_server.ice.servers import IcePlan
from canvas_server.tls.local import LocalFiles, local_certificate
from support.hub.settings import defaults
from support.servers.coturn import start_coturn, turn_configuration
from support.servers.server import free_port

SECRET = "secret of the turn server"
pytestmark = pytest.mark.skipif(
    shutil.which("turnserver") is None or os.geteuid() != 0, reason="needs coturn and root"
)


class Turn:
    """Where the server listens."""

    def __init__(self, folder: Path, more: str = "") -> None:
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
        text += "allow-loopback-peers\n" + more  # denied twice otherwise, as it should be
        self.process: subprocess.Popen[str] = start_coturn(
            folder / "turn", "127.0.0.1", self.port, text
        )


@pytest.fixture(scope="module")
def turn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turn]:
    server = Turn(tmp_path_factory.mktemp("turn"))
    yield server
    server.process.terminate()
    server.process.wait(10)


@pytest.fixture(scope="module")
def turn_v6(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Turn]:
    """The same, where an allocation has an IPv6 address (RFC 8656 section 7.2)."""
    more = "relay-ip=::1\nallocation-default-address-family=ipv6\n"
    server = Turn(tmp_path_factory.mktemp("turn"), more)
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


class Closing(asyncio.DatagramProtocol):
    """Says when its transport is gone, with the socket under it."""

    def __init__(self) -> None:
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.gone.set_result(None)


@contextlib.asynccontextmanager
async def allocation(
    turn: Turn, given: tuple[str, str], transport: str = "udp"
) -> AsyncIterator[TurnTransport]:
    """A relayed address at the server, while it is used."""
    context = (
        ssl.create_default_context(cafile=turn.files.authority) if transport == "tls" else None
    )
    port = turn.tls_port if transport == "tls" else turn.port
    endpoint, closing = await create_turn_endpoint(
        Closing,
        ("127.0.0.1", port),
        *given,
        transport="udp" if transport == "udp" else "tcp",
        ssl=context,
    )
    try:
        yield endpoint
    finally:
        endpoint.close()
        await closing.gone  # else the loop ends before the socket is closed


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_what_is_sent_to_a_peer_arrives(turn: Turn, transport: str) -> None:
    loop = asyncio.get_running_loop()
    listener, heard = await loop.create_datagram_endpoint(Heard, local_addr=("127.0.0.2", 0))
    try:
        async with allocation(turn, credentials(), transport) as endpoint:
            endpoint.sendto(b"a picture", listener.get_extra_info("sockname"))
            assert await asyncio.wait_for(heard.data, 10) == b"a picture"
    finally:
        listener.close()


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
        async with allocation(turn, given()):
            pass


def written(address: IPv4Address | IPv6Address) -> tuple[str, int]:
    """A peer at an address, in a form that the client packs alike under every Python."""
    return str(address), 80


async def refused(endpoint: TurnTransport, peer: tuple[str, int], channel: int) -> set[str]:
    """Ask for a permission and for a channel; return what was answered to both."""
    inner = vars(endpoint)["_TurnTransport__inner_protocol"]
    permission = Message(
        message_method=Method.CREATE_PERMISSION,
        message_class=Class.REQUEST,
        attributes={"XOR-PEER-ADDRESS": peer},
    )
    answers: set[str] = set()
    for asked in (inner.request_with_retry(permission), inner.channel_bind(channel, peer)):
        try:
            await asked
            answers.add("allowed")
        except TransactionFailed as failure:
            answers.add(str(failure.response.attributes["ERROR-CODE"][0]))
    return answers


def of_version(version: int) -> list[str]:
    """The ranges that are denied, as the configuration has them."""
    return [network for network in DENIED if ip_network(network).version == version]


async def denied(turn: Turn, network: IPv4Network | IPv6Network) -> None:
    """See that nothing is relayed to the first, the last and an address between of a range."""
    async with allocation(turn, credentials()) as endpoint:
        for number, place in enumerate((0, network.num_addresses // 3, -1)):
            peer = written(network[place])
            assert await refused(endpoint, peer, 0x4000 + number) == {"403"}, peer


@pytest.mark.parametrize("network", of_version(4))
async def test_no_way_into_the_networks_behind_it(turn: Turn, network: str) -> None:
    """By IPv4: the first, the last and an address between of every range."""
    await denied(turn, ip_network(network))


@pytest.mark.parametrize("network", of_version(6))
async def test_no_way_into_the_networks_behind_it_by_ipv6(turn_v6: Turn, network: str) -> None:
    """Nor by what is another way to write an address of theirs."""
    await denied(turn_v6, ip_network(network))


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::10.0.0.1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:a00:1::f5ff:fffe",
    ],
)
async def test_no_address_is_written_otherwise(turn_v6: Turn, address: str) -> None:
    """IPv4 within IPv6: mapped, compatible, NAT64 (RFC 6052, RFC 8215), 6to4 and Teredo."""
    async with allocation(turn_v6, credentials()) as endpoint:
        assert await refused(endpoint, written(IPv6Address(address)), 0x4000) == {"403"}


async def test_others_are_reached_by_both(turn: Turn, turn_v6: Turn) -> None:
    """What is refused is refused for its address."""
    for server, address in ((turn, "203.0.113.9"), (turn_v6, "2001:db8::9")):
        async with allocation(server, credentials()) as endpoint:
            assert await refused(endpoint, (address, 80), 0x4000) == {"allowed"}
