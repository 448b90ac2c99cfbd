"""What stops a browser that draws it, and a data folder in which it is stored from earlier days."""

import asyncio
import base64
import struct
import threading
import zlib
from pathlib import Path
from urllib.parse import quote

from canvas_server.core.records import Record, Snapshot
from canvas_server.protocol.history import Entry, Replaced
from canvas_server.protocol.kinds import Chart, Image, Kind, Text
from canvas_server.protocol.scene import Element, Transform
from canvas_server.store.sqlite import SqliteLog


def laughs(levels: int = 24, each: int = 4) -> bytes:
    """An SVG that says `each` times `each` times … a circle, behind filters."""
    groups = '<circle id="a0" r="9" filter="url(#f)"/>'
    for level in range(1, levels):
        uses = f'<use href="#a{level - 1}" x="{level}"/>' * each
        groups += f'<g id="a{level}">{uses}</g>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">'
        f'<defs><filter id="f"><feGaussianBlur stdDeviation="40"/></filter>{groups}</defs>'
        f'<use href="#a{levels - 1}"/></svg>'
    ).encode()


def data_url(content: bytes, essence: str = "image/svg+xml", between: str = ";base64") -> str:
    """Return content as a data URL in base64."""
    return f"data:{essence}{between},{base64.b64encode(content).decode()}"


def vast_png(width: int = 60_000, height: int = 50_000) -> bytes:
    """A PNG of some bytes that says it has three billion pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + (width + 7) // 8) * min(height, 64))
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    )


BOMB = laughs()
SPELLINGS = {
    "base64": data_url(BOMB),
    "percent-encoded": "data:image/svg+xml," + quote(BOMB.decode()),
    "plain": "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>",
    "upper case": data_url(BOMB, "image/SVG+XML"),
    "upper case base64": data_url(BOMB, between=";BASE64"),
    "charset": data_url(BOMB, between=";charset=utf-8;base64"),
    "space around the type": data_url(BOMB, "image/svg+xml "),
    "line break in the type": data_url(BOMB, "image/sv\ng+xml"),
    "tab in the type": data_url(BOMB, "image/s\tvg+xml"),
    "declared as PNG": data_url(BOMB, "image/png"),
    "declared as PNG, lines before it": data_url(b"\xef\xbb\xbf\r\n " + BOMB, "image/png"),
    "declared as WebP, in UTF-16": data_url(BOMB.decode().encode("utf-16"), "image/webp"),
    "declared as GIF, packed": data_url(b"\x1f\x8b\x08" + bytes(30), "image/gif"),
    "declared as PNG, percent-encoded": "data:image/png," + quote(BOMB.decode()),
    "escapes in base64": data_url(BOMB, "image/png").replace("PHN2", "%50%48N2", 1),
    "line breaks in base64": data_url(BOMB, "image/png").replace("PHN2", "PH\nN2", 1),
    "no type we know": data_url(BOMB, "image/x-unknown"),
    "XML": data_url(BOMB, "image/xml"),
    "no comma": "data:image/svg+xml",
}
"""SVG in every way a data URL can say it."""
OTHERS = {
    "three billion pixels": data_url(vast_png(), "image/png"),
    "wider than browsers draw": data_url(vast_png(20_000, 2), "image/png"),
    "an icon": data_url(b"\0\0\1\0\1\0" + bytes(40), "image/png"),
    "a TIFF": data_url(b"II*\0" + bytes(40), "image/png"),
    "no base64": "data:image/png;base64,!!!!",
    "escapes without end": "data:image/png;base64," + "%41" * 100,
    "no type at all": "data:image/,",
}


def charts(count: int) -> tuple[Element, ...]:
    """Small charts side by side, so many that they fill several windows."""
    data = {"title": "Sales", "labels": ["a", "b", "c"], "values": [3, 1, 2]}
    return tuple(
        Element(f"c{n}", Chart("bar", data), Transform(n % 60 * 90, n // 60 * 70, 80, 60))
        for n in range(count)
    )


def pictures(*sources: str) -> tuple[Element, ...]:
    """Pictures side by side, and a text."""
    kinds: list[Kind] = [*map(Image, sources), Text("Still here")]
    return tuple(
        Element(f"p{n}", kind, Transform(20 + n % 4 * 290, 20 + n // 4 * 200, 280, 190))
        for n, kind in enumerate(kinds)
    )


def store(folder: Path, session: str, elements: tuple[Element, ...], revision: int = 1) -> None:
    """Write a scene into a data folder, as servers did that looked at nothing."""

    async def write() -> None:
        log = SqliteLog(folder)
        try:
            done: asyncio.Future[object] = asyncio.Future()
            entry = Entry(revision, 1, Replaced(elements), None, None)
            snapshot = Snapshot(revision, 1, elements)
            log.append(Record(session, (entry,), None, snapshot, follows=False), done.set_result)
            assert await done is None
        finally:
            await log.close()

    # In a thread: the driver of the browsers has a loop in this one.
    thread = threading.Thread(target=lambda: asyncio.run(write()))
    thread.start()
    thread.join()
