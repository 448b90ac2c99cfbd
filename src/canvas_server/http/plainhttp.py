"""Plain HTTP that comes to a port of https: browsers try it first, and are sent on."""

import asyncio
import contextlib
import re
import socket

from canvas_server.addresses import parsed_host
from canvas_server.http.headers import raw_answer

TLS_HANDSHAKE = b"\x16"
"""How a TLS connection begins: the type of its first record (RFC 8446 section 5.1)."""
MOST_BYTES = 8 * 1024
_HEAD = re.compile(
    rb"(?:GET|HEAD) (/[\x21-\x7e]*) HTTP/1\.1\r\n(?:[^\r\n]*\r\n)*?host:[ \t]*(\S+)\r\n", re.I
)


async def first_bytes(connection: socket.socket, most: int) -> bytes:
    """Wait for what a connection says first, and leave it there to be read."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(connection, lambda: ready.done() or ready.set_result(None))
    try:
        await ready
        return connection.recv(most, socket.MSG_PEEK)
    finally:
        loop.remove_reader(connection)


def answer_to(head: bytes) -> bytes:
    """Return what to say to the head of a request, as far as it has come: the same by https."""
    found = _HEAD.match(head)
    host = found[2].decode("latin-1") if found else ""
    if found and parsed_host(host) is not None:
        more = {"location": f"https://{host}{found[1].decode()}"}
        return raw_answer(308, "Permanent Redirect", b"", more)
    text = "this port speaks https: write https:// before the address"
    return raw_answer(400, "Bad Request", text.encode(), {"content-type": "text/plain"})


def send_on(connection: socket.socket, first: bytes) -> None:
    """Answer what is no TLS, and close."""
    with contextlib.suppress(OSError):
        if first.isalpha():  # of a method; what else it may be gets no answer
            head = connection.recv(MOST_BYTES)
            connection.send(answer_to(head))
            connection.shutdown(socket.SHUT_WR)
    connection.close()
