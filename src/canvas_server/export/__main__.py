"""Draws one scene, in a process of its own: JSON comes in, what is missing and a picture go out.

``python -m canvas_server.export svg``, or ``png`` with the width in pixels. What people put on a
canvas may be costly to draw, or break what draws it; the server goes on with calls all the same.
"""

import sys

import msgspec

from canvas_server import system
from canvas_server.export import png, svg, webfonts
from canvas_server.protocol.scene import SceneDocument

CPU_SECONDS = 10
MEMORY_BYTES = 1024**3
OPEN_FILES = 64


def main(form: str, width: str = "") -> None:
    """Draw the scene that the standard input holds; write to the standard output."""
    system.bound(memory_bytes=MEMORY_BYTES, files=OPEN_FILES, niceness=5, cpu_seconds=CPU_SECONDS)
    drawn = svg.draw(msgspec.json.decode(sys.stdin.buffer.read(), type=SceneDocument))
    if form == "svg":
        webfonts.embed(drawn.root)
    made = drawn.text.encode() if form == "svg" else png.paint(drawn, int(width) if width else None)
    sys.stdout.buffer.write(msgspec.json.encode(drawn.missing) + b"\n" + made)


if __name__ == "__main__":
    main(*sys.argv[1:])
