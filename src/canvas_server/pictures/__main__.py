"""Worker process: data URLs of pictures come in, what becomes of each goes out.

``python -m canvas_server.pictures`` with the seconds of a processor that a picture may take, and
the bytes of memory. A message is its length in four bytes, then as many bytes: a data URL one way,
a `Verdict` as JSON the other. It says `READY` first. What takes too long is ended by the system
(SIGPROF), which can be done within a decoder.
"""

import sys
import time

import msgspec
from PIL import Image

from canvas_server import system
from canvas_server.node.ports import Verdict
from canvas_server.pictures.normalising import RefusedPicture, normalised
from canvas_server.pictures.process import (
    HEAD_BYTES,
    READY,
    TOO_MUCH_MEMORY,
)

OPEN_FILES = 16
"""Decoders open none."""


def main(cpu_seconds: str, memory_bytes: str) -> None:
    """Read pictures until nobody sends any."""
    Image.init()
    system.bound(memory_bytes=int(memory_bytes), files=OPEN_FILES, niceness=15)
    _write(READY)
    while head := sys.stdin.buffer.read(HEAD_BYTES):
        src = sys.stdin.buffer.read(int.from_bytes(head)).decode()
        verdict = _read(src, float(cpu_seconds))
        _write(msgspec.json.encode(verdict))
        if verdict.reason == TOO_MUCH_MEMORY:
            return


def _read(src: str, cpu_seconds: float) -> Verdict:
    began = time.process_time()
    with system.within(cpu_seconds):
        try:
            kept, reason = normalised(src), None
        except RefusedPicture as refused:
            kept, reason = None, str(refused)
        except MemoryError:
            kept, reason = None, TOO_MUCH_MEMORY
    return Verdict(kept, reason, round(1000 * (time.process_time() - began)))


def _write(message: bytes) -> None:
    sys.stdout.buffer.write(len(message).to_bytes(HEAD_BYTES) + message)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
