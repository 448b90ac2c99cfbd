"""Pictures to send: some that are honest, and some that cost as much to decode as any may."""

import base64
import functools
import os
import random
import struct
import zlib
from collections.abc import Iterable

SIDE = 6000, 4000
"""Pixels of the largest picture that may come in."""


def png(width: int, height: int, rows: Iterable[bytes], level: int) -> bytes:
    """Return a PNG of rows of RGB."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    packer = zlib.compressobj(level)
    packed = b"".join(packer.compress(b"\0" + row) for row in rows) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def url(content: bytes) -> str:
    """Return a data URL."""
    return "data:image/png;base64," + base64.b64encode(content).decode()


@functools.cache
def noise(characters: int) -> str:
    """Return the data URL of a picture that cannot be packed, about so many characters long."""
    side = int((characters / 4) ** 0.5)
    chance = random.Random(characters)
    return url(png(side, side, (chance.randbytes(3 * side) for _ in range(side)), 0))


@functools.cache
def _vast() -> bytes:
    width, height = SIDE
    row = bytes(3 * width)
    return png(width, height, (row for _ in range(height)), 9)


def bomb() -> str:
    """Return a picture of 24 megapixels in some kilobytes that nobody has seen before."""
    return url(_vast() + os.urandom(8))
