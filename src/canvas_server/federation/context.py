"""Contexts: what shared sessions need of this server and of the partner."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from msgspec import Struct

from canvas_server.federation import messages
from canvas_server.federation.ownership import OwnershipRecords
from canvas_server.node.node import Node


class OutgoingChannel(Protocol):
    """The channel to the other server."""

    @property
    def backlog(self) -> int:
        """See `Channel.backlog`."""
        ...

    def put(self, item: messages.Item) -> bool:
        """See `Channel.put`."""
        ...

    def drop_in(self, item: messages.Item) -> None:
        """See `Channel.drop_in`."""


class FederationContext(Struct, frozen=True):
    """One server, and how it shares."""

    node: Node
    ownership: OwnershipRecords
    name: str
    """What this server calls itself."""
    resume_seconds: float
    clock: Callable[[], float]
    """Seconds; never goes back."""
    wall: Callable[[], float]
    """Seconds since 1970 UTC."""
    run: Callable[[Coroutine[Any, Any, None]], None]
    """Runs something that takes time."""
    later: Callable[[float, Callable[[], None]], object]
    """Runs something after some seconds."""


class PartnerContext(Struct, frozen=True):
    """One server and another one."""

    common: FederationContext
    channel: OutgoingChannel
    here: str
    """Our agent id."""
    there: str
    hold: Callable[[str, bool], None]
    """Called with a name when nothing more may come on its account, and when it may again."""
    may_seat: Callable[[], bool]
    """Tells whether the other server may have one more person here."""

    @property
    def their_name(self) -> str:
        """What people are told the other server is called."""
        return self.common.ownership.name_of(self.there)
