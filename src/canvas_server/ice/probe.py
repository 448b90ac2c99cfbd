"""Asks STUN and TURN servers whether they are there, as a peer on this machine would."""

import asyncio
import secrets
import socket
import ssl
from urllib.parse import parse_qs

from msgspec import Struct

SECONDS = 4
_SUCCESS = 0x0101
"""Binding success response (RFC 8489 section 5)."""
_ASK = "is it running, and does a firewall let it through?"
_COOKIE = bytes.fromhex("2112a442")
_PORTS = {"stun": 3478, "stuns": 5349, "turn": 3478, "turns": 5349}


class Unreachable(Exception):
    """A server did not answer; the text says what is known of why."""


class ServerAddress(Struct, frozen=True):
    """Where a STUN or TURN address leads (RFC 7064, RFC 7065)."""

    scheme: str
    host: str
    port: int
    transport: str
    """``udp``, ``tcp`` or ``tls``."""


def place_of(url: str) -> ServerAddress:
    """Read an address such as ``turn:turn.example.org:3478?transport=tcp``.

    Raises:
        ValueError: it is none.
    """
    scheme, _, rest = url.partition(":")
    if scheme not in _PORTS or not rest:
        raise ValueError(f"{url} is no address of a STUN or TURN server, such as stun:host:3478")
    where, _, query = rest.partition("?")
    host, separator, port = where.rpartition(":")
    if not separator or where.endswith("]"):
        host, port = where, str(_PORTS[scheme])
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{url} names no host and port")
    asked = parse_qs(query).get("transport", ["udp"])[0]
    transport = "tls" if scheme in ("stuns", "turns") else asked
    return ServerAddress(scheme, host.strip("[]"), int(port), transport)


async def ask(place: ServerAddress) -> None:
    """Send a Binding request (RFC 8489 section 5), which TURN servers answer too, and wait for it.

    Raises:
        Unreachable: no answer came.
    """
    request = bytes.fromhex("00010000") + _COOKIE + secrets.token_bytes(12)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await (_by_datagram if place.transport == "udp" else _by_stream)(
                place, request
            )
    except TimeoutError:
        raise Unreachable(f"no answer within {SECONDS} s: {_ASK}") from None
    except socket.gaierror as error:
        raise Unreachable(f"its name {place.host} is not found: {error.strerror}") from None
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"its certificate is not trusted: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise Unreachable(f"what answers there does not speak TLS: {error.reason}") from None
    except OSError as error:
        raise Unreachable(f"{error.strerror or error}: {_ASK}") from None
    if answer[4:20] != request[4:20]:
        raise Unreachable("what answers there does not speak STUN")
    if int.from_bytes(answer[:2]) != _SUCCESS:
        raise Unreachable("it answers, but refuses to say how this machine is seen")


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _by_datagram(place: ServerAddress, request: bytes) -> bytes:
    """Ask every address that the name has: one of IPv6 may lead nowhere from here."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)
    places = [(str(address[0]), place.port) for *_, address in found]
    tasks = [loop.create_task(_ask_address(where, request)) for where in places]
    errors: list[OSError] = []
    try:
        for answer in asyncio.as_completed(tasks):
            try:
                return await answer
            except OSError as error:
                errors.append(error)
        raise errors[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ask_address(address: tuple[str, int], request: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_Datagrams, remote_addr=address)
    try:
        while True:  # a datagram may be lost
            transport.sendto(request)
            done, _ = await asyncio.wait({protocol.answer}, timeout=0.5)
            if done:
                return protocol.answer.result()
    finally:
        transport.close()


async def _by_stream(place: ServerAddress, request: bytes) -> bytes:
    context = ssl.create_default_context() if place.transport == "tls" else None
    reader, writer = await asyncio.open_connection(
        place.host, place.port, ssl=context, happy_eyeballs_delay=0.25
    )
    try:
        writer.write(request)
        return await reader.readexactly(20)
    except asyncio.IncompleteReadError:
        raise Unreachable("it closes the connection without an answer") from None
    finally:
        writer.close()
