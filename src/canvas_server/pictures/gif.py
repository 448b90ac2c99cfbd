"""GIF container (GIF89a): frames, their timing and how often they are repeated."""

from canvas_server.pictures.containers import BrokenPicture, Stripped, number, taken

_REPEAT = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_EXTENSION, _FRAME, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _APPLICATION = 0xF9, 0xFF


def strip(data: bytes) -> Stripped:
    """Take comments, texts, application data and what follows the end out of a GIF.

    Raises:
        BrokenPicture: it is cut off, or has no frame.
    """
    at = 13 + _palette(number(data, 10, 1))
    parts, has_frame = [taken(data, 0, at)], False
    while at < len(data) and data[at] != _TRAILER:
        if data[at] == _FRAME:
            begin, at = at, at + 11 + _palette(number(data, at + 9, 1))
            _, at = _blocks(data, at)
            parts.append(data[begin:at])
            has_frame = True
        elif data[at] == _EXTENSION:
            label = number(data, at + 1, 1)
            blocks, at = _blocks(data, at + 2)
            parts.append(_extension(label, blocks))
        else:
            raise BrokenPicture("it is damaged")
    if not has_frame:
        raise BrokenPicture("it holds no picture")
    return Stripped(b"".join((*parts, b";")))


def _extension(label: int, blocks: list[bytes]) -> bytes:
    """Return an extension as it stays: how long a frame is seen, and how often all are."""
    if label == _CONTROL and [len(block) for block in blocks] == [4]:
        kept = blocks
    elif label == _APPLICATION and blocks[:1] and blocks[0] in _REPEAT:
        kept = [blocks[0], *(b for b in blocks[1:2] if len(b) == 3 and b[0] == 1)]
    else:
        return b""
    body = b"".join(bytes((len(block),)) + block for block in kept)
    return bytes((_EXTENSION, label)) + body + b"\0"


def _palette(packed: int) -> int:
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[list[bytes], int]:
    """Return the sub-blocks that begin somewhere, and where what follows them begins."""
    blocks: list[bytes] = []
    while length := number(data, at, 1):
        blocks.append(taken(data, at + 1, length))
        at += 1 + length
    return blocks, at + 1
