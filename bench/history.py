"""Makes long sessions: through the core and the log of the server, as edits would, without sockets.

``python bench/history.py DATA SESSION ELEMENTS CHANGES`` prints how long it took, as JSON.
"""

import asyncio
import functools
import itertools
import json
import random
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import uvloop

from canvas_server.core.effects import Append, Effect
from canvas_server.core.records import Snapshot, Stored
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.replies import PendingReply
from canvas_server.node.ports import LogFailure
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import ElementChanges, NewElement, Transform, TransformChanges
from canvas_server.store.sqlite import SqliteLog

MAX_WAITING = 4_000


class Editor:
    """Edits one session, as fast as its log stores it."""

    def __init__(self, log: SqliteLog, session_id: str) -> None:
        self.log = log
        self.canvas = Canvas(session_id, Stored(Snapshot(0, 0)), {}, itertools.count(1))
        self.waiting = 0
        self.room = asyncio.Event()

    def submit(self, effects: list[Effect]) -> None:
        """Give what an edit causes to the log."""
        for effect in effects:
            if isinstance(effect, Append):
                self.waiting += 1
                self.log.append(effect.record, functools.partial(self.stored, effect.ticket))

    def stored(self, ticket: int, failure: LogFailure | None) -> None:
        """Go on."""
        if failure is not None:
            raise SystemExit(failure)
        self.waiting -= 1
        self.canvas.stored(ticket)
        self.room.set()

    async def wait(self, most: int) -> None:
        """Wait until no more than this is on its way to the disk."""
        while self.waiting > most:
            self.room.clear()
            await self.room.wait()

    async def fill(self, elements: int, changes: int) -> None:
        """Add elements, then move them, so that there are so many changes in all."""
        chance = random.Random(1)
        for number in range(changes):
            author = str(uuid.UUID(int=number % 50))
            edit = self.canvas.edit(int(time.time() * 1000), (author, None, None))
            if number < elements:
                place = Transform(x=float(number % 100 * 120), y=float(number // 100 * 120))
                edit.add(NewElement(Text(f"note {number}"), place), f"note-{number}")
            else:
                moved = TransformChanges(x=chance.uniform(0, 12_000), y=chance.uniform(0, 12_000))
                edit.update(f"note-{chance.randrange(elements)}", ElementChanges(moved))
            self.submit(self.canvas.submit(edit, PendingReply()))
            if number % 64 == 0:
                await self.wait(MAX_WAITING)
        await self.wait(0)


async def main(data: str, session_id: str, elements: int, changes: int) -> dict[str, Any]:
    """Fill a session."""
    log = SqliteLog(Path(data))
    editor = Editor(log, session_id)
    started = time.perf_counter()
    await editor.fill(elements, changes)
    seconds = time.perf_counter() - started
    await log.close()
    return {"seconds": seconds, "changes_per_s": changes / seconds}


if __name__ == "__main__":
    folder, name, *numbers = sys.argv[1:]
    Path(folder).mkdir(exist_ok=True)
    print(json.dumps(uvloop.run(main(folder, name, *map(int, numbers)))))
