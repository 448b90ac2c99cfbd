"""Stream of the messages that a client receives, for one reader."""

import asyncio
from collections import deque

from canvas_server.client.errors import FellBehind
from canvas_server.protocol.server import ServerMessage

MAX_UNREAD = 10_000


class Messages:
    """An endless `async for` over the messages that come from now on.

    Ends when the client is closed from here.

    Raises:
        FellBehind: more than 10,000 messages were not read in time.
        Closed: the server ended the connection for good.
    """

    def __init__(self) -> None:
        self._unread: deque[ServerMessage] = deque()
        self._something = asyncio.Event()
        self._end: Exception | None = None

    def put(self, message: ServerMessage) -> None:
        """Add what came."""
        if self._end is not None:
            return
        if len(self._unread) >= MAX_UNREAD:
            self._unread.clear()
            self.finish(FellBehind("messages come faster than they are read"))
            return
        self._unread.append(message)
        self._something.set()

    def finish(self, end: Exception | None = None) -> None:
        """End it, after what is unread."""
        self._end = self._end or end or StopAsyncIteration()
        self._something.set()

    def __aiter__(self) -> "Messages":
        return self

    async def __anext__(self) -> ServerMessage:
        while not self._unread:
            if self._end is not None:
                raise self._end
            self._something.clear()
            await self._something.wait()
        return self._unread.popleft()
