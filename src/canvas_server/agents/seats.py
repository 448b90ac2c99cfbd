"""Seats of agents at a server, by token: kept for a while after the last request, and bounded."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator

from msgspec import Struct

from canvas_server.agents.errors import ToolError
from canvas_server.agents.seat import Seat

MAX_SEATS = 256
"""Of one server process. Each keeps a copy of its canvas."""
IDLE_SECONDS = 300.0
"""For so long a seat is kept that nobody asks anything of: requests are all there is of an agent
that comes without a session (MCP 2026-07-28)."""
SWEEP_SECONDS = 5.0


class _Kept(Struct):
    seat: Seat
    users: int
    last: float


class AgentSeats:
    """The seats by key. One key is one agent, however many requests it makes at a time."""

    def __init__(
        self,
        left: Callable[[Seat], None],
        clock: Callable[[], float] = time.monotonic,
        most: int = MAX_SEATS,
    ) -> None:
        """`left` is told of each seat that is given up."""
        self._kept: dict[str, _Kept] = {}
        self._left = left
        self._clock = clock
        self._most = most
        self._requests: Counter[str] = Counter()
        """That are being answered, by key, whether or not there is a seat."""
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._kept)

    @contextlib.asynccontextmanager
    async def use(self, key: str, make: Callable[[], Seat]) -> AsyncGenerator[Seat]:
        """Have the seat of a key for the length of a block; where there is none, one is made.

        Raises:
            ToolError: there are too many, and all are in use.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.seat.is_closed:
            self._give_up(key)
            kept = None
        if kept is None:
            self._make_room()
            kept = self._kept[key] = _Kept(make(), 0, self._clock())
        with self._used(kept):
            yield kept.seat

    @contextlib.contextmanager
    def keep(self, key: str) -> Generator[None]:
        """Let the seat of a key not be given up for the length of a block, if it comes later too.

        A stream of MCP 2025-11-25 is open before anything is asked.
        """
        self._requests[key] += 1
        try:
            yield
        finally:
            self._requests[key] -= 1
            if not self._requests[key]:
                del self._requests[key]
            if (kept := self._kept.get(key)) is not None:
                kept.last = self._clock()

    async def run(self) -> None:
        """Give up seats that nobody asks anything of, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Give up what is idle or closed now."""
        now = self._clock()
        for key, kept in [*self._kept.items()]:
            used = kept.users or self._requests[key]
            idle = not used and now - kept.last > IDLE_SECONDS
            if idle or (kept.seat.is_closed and not kept.users):
                self._give_up(key)

    async def close(self) -> None:
        """Give up all."""
        for key in [*self._kept]:
            self._give_up(key)
        await asyncio.gather(*self._closing, return_exceptions=True)

    @contextlib.contextmanager
    def _used(self, kept: _Kept) -> Generator[None]:
        kept.users += 1
        try:
            yield
        finally:
            kept.users -= 1
            kept.last = self._clock()

    def _make_room(self) -> None:
        if len(self._kept) < self._most:
            return
        idle = [key for key, kept in self._kept.items() if not kept.users]
        if not idle:
            raise ToolError(f"{self._most} agents are here already: try again later")
        self._give_up(min(idle, key=lambda key: self._kept[key].last))

    def _give_up(self, key: str) -> None:
        kept = self._kept.pop(key)
        self._left(kept.seat)
        task = asyncio.create_task(kept.seat.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
