"""What a session that is shared needs of what is around it."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from msgspec import Struct

from canvas_server.communitas.relay import wire
from canvas_server.communitas.relay.agreements import Agreements
from canvas_server.node import Node


class Way(Protocol):
    """The line to the other server."""

    @property
    def up(self) -> bool:
        """The other server can be reached now."""
        ...

    @property
    def backlog(self) -> int:
        """See `Line.backlog`."""
        ...

    def put(self, item: wire.Item) -> bool:
        """See `Line.put`."""
        ...

    def drop_in(self, item: wire.Item) -> None:
        """See `Line.drop_in`."""


class Around(Struct, frozen=True):
    """One server and another one."""

    node: Node
    way: Way
    agreements: Agreements
    here: str
    """Our agent id."""
    there: str
    resume_seconds: float
    clock: Callable[[], float]
    """Seconds; never goes back."""
    wall: Callable[[], float]
    """Seconds since 1970 UTC."""
    hold: Callable[[str, bool], None]
    """Called with a name when nothing more may come on its account, and when it may again."""
    may_seat: Callable[[], bool]
    """Tells whether the other server may have one more person here."""
    later: Callable[[float, Callable[[], None]], object]
    """Runs something after some seconds."""
    run: Callable[[Coroutine[Any, Any, None]], None]
    """Runs something that takes time."""

    @property
    def their_name(self) -> str:
        """What people are told the other server is called."""
        return self.agreements.name_of(self.there)
