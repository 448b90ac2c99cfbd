"""Pictures as cameras, editors and attackers make them."""

import base64
import io
import random
import struct
import zlib
from typing import Any

from PIL import Image as Pixels

GPS = 0x8825
ORIENTATION = 0x0112
MAKER = 0x010F
SECRET = "Home, 52.5200 N"


def url_of(content: bytes, form: str) -> str:
    """Return a picture as a data URL."""
    return f"data:image/{form};base64,{base64.b64encode(content).decode()}"


def bytes_of(url: str) -> bytes:
    """Return what a data URL holds."""
    return base64.b64decode(url.partition(",")[2], validate=True)


def opened(url: str) -> Any:
    """Return a picture, decoded."""
    picture = Pixels.open(io.BytesIO(bytes_of(url)))
    picture.load()
    return picture


def noise_url(characters: int, seed: int = 1) -> str:
    """Return a PNG that cannot be packed, about so many characters long."""
    side = int((characters * 3 / 4 / 3) ** 0.5)
    picture = Pixels.frombytes("RGB", (side, side), random.Random(seed).randbytes(3 * side * side))
    return url_of(encoded(picture, "PNG", compress_level=0), "png")


def encoded(picture: Any, form: str, **options: Any) -> bytes:
    """Return a picture in a format of Pillow."""
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def halves(width: int = 64, height: int = 32) -> Any:
    """Return a picture whose left half is red and whose right half is blue."""
    picture = Pixels.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def exif(orientation: int = 1) -> Any:
    """Return what a phone writes into its pictures."""
    found = Pixels.Exif()
    found[ORIENTATION] = orientation
    found[MAKER] = SECRET
    found.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return found


def photo(orientation: int = 1, form: str = "JPEG") -> bytes:
    """Return a picture with the place where it was taken."""
    return encoded(halves(), form, exif=exif(orientation))


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def with_chunk(png: bytes, name: bytes, content: bytes) -> bytes:
    """Put a chunk before the pixels of a PNG."""
    at = png.index(b"IDAT") - 4
    return png[:at] + chunk(name, content) + png[at:]


def riff_with(webp: bytes, name: bytes, content: bytes) -> bytes:
    """Put a chunk at the end of a WebP picture."""
    content += b"\0" * (len(content) % 2)
    body = webp[8:] + name + len(content).to_bytes(4, "little") + content
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def zeros_png(width: int, height: int) -> bytes:
    """Return a PNG of black pixels: 96 MB unpacked in some ten kilobytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def many_frames_gif(frames: int) -> bytes:
    """Return a GIF of frames of one pixel."""
    one = encoded(Pixels.new("P", (1, 1)), "GIF")
    at = one.index(b",")
    return one[:at] + one[at:-1] * frames + b";"
