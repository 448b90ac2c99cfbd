"""Changes of resources, told to who listens, in either revision of MCP.

2026-07-28 has a stream that one asks for (`subscriptions/listen`), 2025-11-25 has sessions that
subscribe.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator
from weakref import WeakKeyDictionary

import anyio

from canvas_server.agents.resources import RESOURCES
from canvas_server.agents.seat import Seat

PAUSE_SECONDS = 1.0
"""A resource that changes again and again is told of this often."""
MAX_SESSIONS = 8
"""Of one seat that subscribe; the one that came first makes room."""
Tell = Callable[[str], Awaitable[None]]
"""Tells somebody that a resource has changed."""


@contextlib.contextmanager
def changes_of(seat: Seat, tell: Tell) -> Generator["asyncio.Task[None]"]:
    """Tell which resources of a seat have changed, for the length of a block.

    What is given ends when nobody can be told any more, or the seat is closed.
    """
    changed: set[str] = set()
    something = asyncio.Event()

    def take(kind: str) -> None:
        found = {one.uri for one in RESOURCES.values() if kind in one.kinds}
        if found:
            changed.update(found)
            something.set()

    async def publish() -> None:
        while True:
            await something.wait()
            something.clear()
            told = sorted(changed)
            changed.clear()
            for uri in told:
                await tell(uri)
            await asyncio.sleep(PAUSE_SECONDS)

    leave = seat.subscribe(take)
    task = asyncio.create_task(publish(), name="changes of resources")
    closed = asyncio.create_task(seat.until_closed(), name="end of a seat")
    closed.add_done_callback(lambda _: task.cancel())
    try:
        yield task
    finally:
        leave()
        task.cancel()
        closed.cancel()


class Subscriptions:
    """Sessions of MCP 2025-11-25 that have subscribed to resources, by seat."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[Seat, OrderedDict[str, _Subscription]] = WeakKeyDictionary()

    def add(self, seat: Seat, session: str, uri: str, tell: Tell) -> None:
        """Tell a session of a resource from now on."""
        sessions = self._of.setdefault(seat, OrderedDict())
        if session not in sessions:
            if len(sessions) >= MAX_SESSIONS:
                sessions.popitem(last=False)[1].end()
            sessions[session] = _Subscription(seat, tell, lambda: sessions.pop(session, None))
        sessions[session].uris.add(uri)

    def remove(self, seat: Seat, session: str, uri: str) -> None:
        """Tell a session of a resource no more; of none: it is forgotten."""
        sessions = self._of.get(seat)
        subscription = None if sessions is None else sessions.get(session)
        if subscription is not None:
            subscription.uris.discard(uri)
            if not subscription.uris:
                subscription.end()


class _Subscription:
    """What one session is told of."""

    def __init__(self, seat: Seat, tell: Tell, over: Callable[[], object]) -> None:
        self.uris: set[str] = set()
        self._tell = tell
        self._task = asyncio.create_task(self._run(seat), name="subscription")
        self._task.add_done_callback(lambda _: over())

    def end(self) -> None:
        """Tell nothing more."""
        self._task.cancel()

    async def _run(self, seat: Seat) -> None:
        with (
            contextlib.suppress(anyio.ClosedResourceError, anyio.BrokenResourceError),
            changes_of(seat, self._one) as telling,
        ):
            await telling

    async def _one(self, uri: str) -> None:
        if uri in self.uris:
            await self._tell(uri)
