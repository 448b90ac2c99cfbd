"""Pictures in data URLs: containers whose sizes lie, whose chunks overlap, which never end."""

import base64
import io
import json
import struct
import zlib
from random import Random
from typing import Any, cast

import PIL.Image

from canvas_server.core.effects import Refusal
from canvas_server.core.scene import admission, rasters
from canvas_server.pictures.normalising import RefusedPicture, normalised
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Image
from canvas_server.protocol.scene import Element, Transform
from support.fuzz.mutation import WORDS, mangled, spoilt
from support.fuzz.texts import samples

TYPES = ("png", "jpeg", "gif", "webp", "avif", "bmp", "apng", "svg+xml", "x-icon", "PNG", "png;x=1")
CHUNKS = (b"IHDR", b"IDAT", b"IEND", b"PLTE", b"acTL", b"fcTL", b"fdAT", b"zTXt", b"iCCP", b"eXIf")
MAX_FILE = 380_000


def drawn() -> list[bytes]:
    """Return small pictures that a real encoder has made, of every form and some of its modes."""
    found: list[bytes] = []
    for mode in ("1", "L", "RGB", "RGBA", "P"):
        for form in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF"):
            for options in ({}, {"progressive": True}, {"save_all": True}, {"lossless": True}):
                picture = PIL.Image.effect_noise((9, 7), 90).convert(mode)
                file = io.BytesIO()
                more: dict[str, Any] = dict(options)
                if options.get("save_all"):
                    more["append_images"] = [PIL.Image.new(mode, (9, 7))] * 2
                try:
                    picture.save(file, form, **more)
                except (OSError, KeyError, ValueError):
                    continue  # this form has not got that mode
                found.append(file.getvalue())
    return found


def chunk(kind: bytes, data: bytes, length: int | None = None) -> bytes:
    """Return a chunk of a PNG, which may lie about its length."""
    size = struct.pack(">I", (len(data) if length is None else length) & 0xFFFFFFFF)
    return size + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pngs(chance: Random) -> bytes:
    """Make a PNG of chunks in any order, with a size by chance."""
    width, height = (chance.choice((*WORDS, 5, 100, 20_000)) for _ in range(2))
    head = struct.pack(
        ">IIBBBBB", width, height, *(chance.choice((0, 1, 2, 3, 6, 8, 16, 255)) for _ in range(5))
    )
    body = zlib.compress(b"\0" * int(chance.random() * 2000))
    chunks = [chunk(b"IHDR", head)]
    for _ in range(chance.choice((1, 2, 8, 40))):
        lie = chance.choice((None, None, None, *WORDS))
        chunks.append(chunk(chance.choice(CHUNKS), chance.choice((body, head, b"")), lie))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def gifs(chance: Random) -> bytes:
    """Make a GIF of blocks."""
    size = struct.pack("<HH", *(chance.choice(WORDS) & 0xFFFF for _ in range(2)))
    blocks = [b"GIF89a" + size + bytes((chance.choice((0, 0x80, 0xF7)), 0, 0))]
    for _ in range(chance.choice((1, 2, 8, 100))):
        place = struct.pack("<4H", *(chance.choice(WORDS) & 0xFFFF for _ in range(4)))
        blocks.append(
            chance.choice(
                (
                    b"\x2c" + place + b"\x00\x02\x02\x4c\x01\x00",
                    b"\x21\xf9\x04\x00\x00\x00\x00\x00",
                    b"\x21\xfe" + b"\x01x" * 40 + b"\x00",
                    b"\x3b",
                    bytes((chance.randrange(256),)),
                )
            )
        )
    return b"".join(blocks)


def jpegs(chance: Random) -> bytes:
    """Make a JPEG of segments."""
    segments = [b"\xff\xd8"]
    for _ in range(chance.choice((1, 2, 8, 100))):
        size = struct.pack(">HH", *(chance.choice(WORDS) & 0xFFFF for _ in range(2)))
        marker = chance.choice((0xC0, 0xC2, 0xC4, 0xDA, 0xD9, 0xE0, 0xE1, 0xFE, 0xFF, 0x00, 0xD0))
        length = struct.pack(">H", chance.choice((0, 1, 2, 8, 17, 0xFFFF)))
        segments.append(bytes((0xFF, marker)) + length + b"\x08" + size + b"\x01\x01\x11\x00")
    return b"".join(segments)


def boxes(chance: Random) -> bytes:
    """Make an AVIF or a WebP of boxes, whose lengths may lie."""
    if chance.random() < 0.5:
        parts = b"".join(
            chance.choice((b"VP8X", b"ANMF", b"VP8 ", b"VP8L", b"ICCP"))
            + struct.pack("<I", chance.choice((0, 10, *WORDS)) & 0xFFFFFFFF)
            + bytes(chance.randrange(256) for _ in range(12))
            for _ in range(chance.choice((1, 3, 20)))
        )
        return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts
    sizes = b"".join(
        b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", *(chance.choice(WORDS) for _ in range(2)))
        for _ in range(chance.choice((1, 3, 200)))
    )
    brand = chance.choice((b"avif", b"avis", b"mif1", b"heic"))
    return b"\0\0\0\x14ftyp" + brand + b"\0\0\0\0avif" + sizes


class Containers:
    """Headers of pictures: measured in bounded time, whatever they say."""

    def __init__(self) -> None:
        self.samples = [base64.b64decode(one["data"]) for one in samples("pictures")] + drawn()
        self.makers = (pngs, gifs, jpegs, boxes)

    def make(self, chance: Random) -> bytes:
        """Build a container of parts, or spoil one."""
        if chance.random() < 0.3:
            found = chance.choice(self.makers)(chance)
            return spoilt(found, chance) if chance.random() < 0.3 else found
        found = spoilt(chance.choice(self.samples), chance, chance.choice(self.samples))
        return found * 40 if chance.random() < 0.01 else found[:MAX_FILE]

    def feed(self, case: object) -> str:
        """Measure it."""
        data = cast("bytes", case)
        raster = rasters.measure(data)
        rasters.is_markup(data)
        if raster is None:
            return "no picture"
        assert min(raster.width, raster.height, raster.passes - 1) >= 0, raster
        return "intricate" if raster.intricate else raster.form


def refused(src: str) -> str | None:
    """Return why a picture may not come in; None: it may."""
    try:
        admission.check(Element("e", Image(src), Transform()))
    except Refusal as refusal:
        assert refusal.code == ErrorCode.CONTENT_REFUSED
        json.dumps(refusal.text).encode()
        return refusal.text
    return None


class DataUrls(Containers):
    """Pictures in data URLs, as they come in with an element."""

    def make(self, chance: Random) -> str:  # type: ignore[override]
        """Write a container as a URL, of a type by chance, and mangle that at times."""
        data = base64.b64encode(super().make(chance)).decode()
        url = f"data:image/{chance.choice(TYPES)};base64,{data}"
        return mangled(url, chance) if chance.random() < 0.5 else url

    def feed(self, case: object) -> str:
        """Have it admitted or refused."""
        return "admitted" if refused(cast("str", case)) is None else "refused"


class Normalised(DataUrls):
    """Pictures as a decoder takes them apart and puts them together: what it gives, it keeps."""

    def feed(self, case: object) -> str:
        """Normalise it twice."""
        try:
            kept = normalised(cast("str", case))
        except RefusedPicture:
            return "refused"
        except MemoryError:
            return "too much memory"
        assert refused(kept) is None, "what it gives may not come in"
        assert normalised(kept) == kept, "it is another one when it is normalised again"
        return "kept" if kept == case else "changed"
