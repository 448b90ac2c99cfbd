"""Queries of the common log: earlier scenes, the history, the list of sessions."""

import msgspec
import nats.errors
import nats.js.errors

from canvas_server.core.records import Snapshot
from canvas_server.core.scene.replay import replay
from canvas_server.nats import messages
from canvas_server.nats.broker import Broker, Missing
from canvas_server.nats.chat import mark_in
from canvas_server.nats.messages import REVISION, STREAM, TIME, Place
from canvas_server.node.ports import MAX_HISTORY_BYTES, BackboneFailure, History, SessionSummary
from canvas_server.protocol.history import Entry

BEGINNING = Place(0, 0, 0, 0)


class Past:
    """Looks back. All of it raises `BackboneFailure` where nobody can say."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    async def recall(self, session_id: str, revision: int) -> Snapshot | None:
        """See `Log.recall`."""
        end = await messages.last(self._broker, messages.log_of(session_id))
        if end is None:
            return Snapshot(0, 0) if revision == 0 else None
        if revision > end.number(REVISION):
            return None
        known = await self._places(session_id)
        fitting = [place for place in known if place.revision <= revision]
        if not fitting:
            return None
        base, start = Snapshot(0, 0), fitting[-1]
        if start.sequence:
            base = await self._scene(session_id, start)
        entries = await self._entries(session_id, start, end.sequence, revision)
        return replay(base, entries)

    async def history(self, session_id: str, before: int | None, limit: int) -> History:
        """See `Log.history`."""
        end = await messages.last(self._broker, messages.log_of(session_id))
        if end is None:
            return History(0, 0, ())
        known = await self._places(session_id)
        latest, first = end.number(REVISION), known[0].revision
        top = latest if before is None else before - 1
        found: list[Entry] = []
        size = 0
        until = end.sequence
        for start in reversed(known):
            if start.revision < top and len(found) < limit:
                for entry in reversed(await self._entries(session_id, start, until, top)):
                    size += len(msgspec.json.encode(entry))
                    if len(found) == limit or (found and size > MAX_HISTORY_BYTES):
                        return History(latest, first, tuple(found))
                    found.append(entry)
                top = start.revision
            # The message after it may have changes from before the snapshot, too.
            until = await self._after(session_id, start)
        return History(latest, first, tuple(found))

    async def sessions(self) -> tuple[SessionSummary, ...]:
        """See `Log.sessions`."""
        try:
            info = await self._broker.streams.stream_info(
                STREAM, subjects_filter=messages.log_of("*")
            )
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            raise BackboneFailure(f"the cluster does not answer ({error})") from error
        found: list[SessionSummary] = []
        for subject in sorted(info.state.subjects or {}):
            session_id = subject.rpartition(".")[2]
            end = await messages.last(self._broker, subject)
            if end is not None and (end.number(REVISION) or mark_in(end).count):
                first = (await self._places(session_id))[0].revision
                found.append(
                    SessionSummary(session_id, end.number(REVISION), first, end.number(TIME), 0)
                )
        return tuple(found)

    async def cut(self, session_id: str, place: Place) -> None:
        """Remove what was before a snapshot."""
        for subject, last in (
            (messages.log_of(session_id), place.log),
            (messages.snapshots_of(session_id), place.sequence - 1),
            (messages.parts_of(session_id), place.log),
        ):
            await self._broker.purge(STREAM, subject, last)

    async def _places(self, session_id: str) -> list[Place]:
        """Return where one may begin to read, the earliest first; never none."""
        known = await messages.places(self._broker, session_id)
        if not known:
            return [BEGINNING]
        first = await self._first(session_id)
        whole = first is not None and first <= known[0].log
        if whole or known[0].log == 0:
            return [BEGINNING, *known]
        return known

    async def _first(self, session_id: str) -> int | None:
        try:
            found = await self._broker.next(STREAM, messages.log_of(session_id), 1)
        except Missing:
            return None
        return found.sequence

    async def _after(self, session_id: str, start: Place) -> int:
        """Return the sequence of the message that a snapshot was made of."""
        if not start.sequence:
            return 0
        try:
            found = await self._broker.next(STREAM, messages.log_of(session_id), start.log + 1)
        except Missing:
            return start.log
        return found.sequence

    async def _scene(self, session_id: str, place: Place) -> Snapshot:
        found = await self._broker.next(STREAM, messages.snapshots_of(session_id), place.sequence)
        return (await messages.whole_in(self._broker, session_id, found)).snapshot

    async def _entries(
        self, session_id: str, start: Place, until: int, revision: int
    ) -> list[Entry]:
        """Return the changes after a place, up to a sequence and a revision."""
        found: list[Entry] = []
        subject = messages.log_of(session_id)
        async for message in messages.read(self._broker, subject, start.log, until):
            for edits in await messages.edits_in(self._broker, session_id, message):
                found += [e for e in edits.entries if start.revision < e.revision <= revision]
            if message.number(REVISION) >= revision:
                break
        return found
