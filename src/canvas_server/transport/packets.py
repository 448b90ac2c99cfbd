"""Packets: the numbered messages of a reliable channel."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from canvas_server.protocol.fields import MAX_INTEGER, Count

GIVEN_UP = -1


class Packet(Struct, array_like=True, frozen=True):
    """One message of the carrier from one end of a channel to the other."""

    sender: str
    number: Annotated[int, Meta(ge=GIVEN_UP, le=MAX_INTEGER)]
    """1 for the first one with a body, and so on; 0: nothing but what has arrived; `GIVEN_UP`: who
    has the address in the body was silent for so long that nobody listens to it any more."""
    arrived: Count
    """All of the receiver's packets up to this number have arrived."""
    missing: bool = False
    """What followed it has not, though later ones have: send it again."""
    more: bool = False
    """The body goes on in the next packet."""
    body: bytes = b""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Packet).decode


class Unreadable(Exception):
    """Bytes of the other end that are no message of a version which is spoken here."""


def encode_packet(packet: Packet) -> bytes:
    """Return a packet as it goes over the carrier, in msgpack."""
    return _encode(packet)


def decode_packet(data: bytes) -> Packet:
    """Read a packet.

    Raises:
        Unreadable: it is none.
    """
    try:
        return _decode(data)
    except msgspec.MsgspecError as error:
        raise Unreadable(str(error)) from None
