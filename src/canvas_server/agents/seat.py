"""Seat at the table: one agent as a peer, with what has happened since it last looked."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from canvas_server.agents.errors import ToolError
from canvas_server.agents.events import Event, EventLog
from canvas_server.agents.files import Fetched, Files
from canvas_server.agents.newelements import fresh_id
from canvas_server.agents.telling import Told, told
from canvas_server.client import Client, Closed, FellBehind
from canvas_server.protocol.client import AddOperation, Operation, SyncQueue
from canvas_server.protocol.roles import Role
from canvas_server.protocol.server import ServerMessage

COMING_SECONDS = 10.0
"""How long a tool waits for the seat; who waits to be let in is told so and may ask again."""
BACK_SECONDS = 5.0
"""How long a tool waits for a connection that broke to come back."""
MAX_UNPLACED = 2000
"""Edits of its own that the log still has to tell apart from those of others."""


class Edited(Struct, frozen=True):
    """What came of operations."""

    ids: tuple[str, ...]
    """Of the elements that were added, in order."""
    proposal: str | None = None
    """The proposal that they became, where the agent may only propose."""


class Seat:
    """A peer that a model moves by tools."""

    def __init__(self, client: Client, files: Files) -> None:
        """Begin to take a seat with a client that is not open yet."""
        self.client = client
        self.files = files
        self.log = EventLog()
        self.calls: dict[str, int] = {}
        """How often each tool was called; written down when the seat is given up."""
        self.seen: dict[str, int] = {}
        """Of each kind, the number of the latest event that the agent was told of."""
        self._takers: set[Callable[[str], None]] = set()
        self._end: Exception | None = None
        self._something = asyncio.Event()
        self._own: dict[str, None] = {}
        self._messages = client.messages()
        self._opening = asyncio.create_task(client.open(), name="seat opens")
        self._opening.add_done_callback(_seen)
        self._following = asyncio.create_task(self._follow(), name="seat follows")

    @property
    def is_closed(self) -> bool:
        """Whether it cannot be used any more."""
        return self.client.state == "closed"

    async def ready(self) -> None:
        """Wait until the agent is at the table, or back.

        Raises:
            CannotConnect: it may not come in.
            Closed: it was sent away.
            ToolError: it waits to be let in, or the connection is away.
        """
        try:
            async with asyncio.timeout(COMING_SECONDS):
                await asyncio.shield(self._opening)
        except TimeoutError:
            if self.client.state == "waiting":
                text = "you wait to be let in: somebody who looks after the session has to do it"
                raise ToolError(text) from None
            raise ToolError("the table cannot be reached now: try again") from None
        if self.is_closed:
            raise self.ended()
        own = self.client.view.peers.get(self.client.peer_id)
        if own is not None and own.role is Role.VIEW:
            raise ToolError("this link lets you look only: ask for one with the role agent")

    def ended(self) -> Exception:
        """Return why it is closed."""
        return self._end or Closed(1000, "")

    async def edit(self, operations: Sequence[Operation]) -> Edited:
        """Make changes, all or none.

        Raises:
            Refused: none was made; the text names the place of the one that cannot be.
            Lost: nobody can tell whether they were made.
        """
        with_ids = tuple(_with_id(one) for one in operations)
        ids = tuple(one.element.id for one in with_ids if isinstance(one, AddOperation))
        self._note_own(with_ids)
        answer = await self.client.edit(SyncQueue(with_ids, atomic=True))
        result: object = getattr(answer, "result", None)
        proposal: object = getattr(result, "proposal_id", None)
        return Edited(ids, proposal if isinstance(proposal, str) else None)

    async def get(self, path: str, **query: object) -> Fetched:
        """Return what the API has below this session's place.

        Raises:
            ToolError: it is refused or cannot be reached.
        """
        client = self.client
        place = f"/api/scene/{client.session_id}{path}"
        return await self.files.get(place, query, client.token, client.resume_token)

    async def wait(self, after: Mapping[str, int], seconds: float) -> list[Event]:
        """Return the events of each kind after its number, as soon as there are any.

        Raises:
            Closed: the seat was closed meanwhile.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (found := self.log.after(after)):
                    if self.is_closed:
                        raise self.ended()
                    self._something.clear()
                    await self._something.wait()
                return found
        return []

    def subscribe(self, take: Callable[[str], None]) -> Callable[[], None]:
        """Tell somebody the kind of each event, until what is returned is called."""
        self._takers.add(take)
        return lambda: self._takers.discard(take)

    async def until_closed(self) -> None:
        """Wait until the seat cannot be used any more."""
        await asyncio.wait((self._following,))

    async def close(self) -> None:
        """Leave the table."""
        self._opening.cancel()
        await self.client.close()
        self._following.cancel()
        await asyncio.gather(self._opening, self._following, return_exceptions=True)

    # --- what comes ----------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Keep what happens, until the client is closed."""
        while True:
            try:
                async for message in self._messages:
                    self._take(message)
                return
            except FellBehind:
                self.log.put("edit", {"op": "replace", "missed": True})
                self._messages = self.client.messages()
            except Closed as closed:
                self._end = closed
                return
            finally:
                self._something.set()

    def _take(self, message: ServerMessage) -> None:
        event = told(message, self.client.view, self.client.peer_id)
        if event is None or self._is_own(event):
            return
        self.log.put(event.kind, event.data, event.replaces)
        self._something.set()
        for take in tuple(self._takers):
            take(event.kind)

    def _note_own(self, operations: Sequence[Operation]) -> None:
        for one in operations:
            self._own[one.element.id if isinstance(one, AddOperation) else one.id] = None
        while len(self._own) > MAX_UNPLACED:
            del self._own[next(iter(self._own))]

    def _is_own(self, event: Told) -> bool:
        """Tell whether an event is an edit that this agent has made itself."""
        if event.kind != "edit" or event.data.get("id") not in self._own:
            return False
        del self._own[event.data["id"]]
        return True


def _with_id(operation: Operation) -> Operation:
    if not isinstance(operation, AddOperation) or operation.element.id:
        return operation
    return AddOperation(replace(operation.element, id=fresh_id()))


def _seen(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
