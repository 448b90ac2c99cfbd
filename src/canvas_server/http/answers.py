"""Streamed JSON of scenes and histories: the longest one holds up nobody."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from canvas_server.protocol.http import ChatAnswer, HistoryAnswer, SceneAnswer
from canvas_server.protocol.scene import SceneDocument

PIECE = 64
"""Elements, or entries, that are written in one go; other threads may run in between."""


def scene_answer(scene: SceneDocument) -> bytes:
    """Return the JSON of a `SceneAnswer`."""
    empty = SceneAnswer(msgspec.structs.replace(scene, elements=()))
    return _spliced(msgspec.json.encode(empty), "elements", scene.elements)


def history_answer(answer: HistoryAnswer) -> bytes:
    """Return the JSON of a `HistoryAnswer`."""
    empty = msgspec.structs.replace(answer, entries=())
    return _spliced(msgspec.json.encode(empty), "entries", answer.entries)


def chat_answer(answer: ChatAnswer) -> bytes:
    """Return the JSON of a `ChatAnswer`, which is bounded."""
    return msgspec.json.encode(answer)


def _spliced(frame: bytes, name: str, items: Sequence[Struct]) -> bytes:
    """Put items into the empty array that a JSON object has under a name."""
    before, mark, after = frame.partition(f'"{name}":['.encode())
    pieces = [
        msgspec.json.encode(items[start : start + PIECE])[1:-1]
        for start in range(0, len(items), PIECE)
    ]
    return b"".join((before, mark, b",".join(pieces), after))
