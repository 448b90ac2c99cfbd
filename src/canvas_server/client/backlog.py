"""Counts what came and keeps what went, so that a broken connection can be continued (RES1).

Pure: no socket, no clock.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from canvas_server.protocol.client import (
    AddElement,
    Answer,
    ClearScene,
    ClientMessage,
    Cursor,
    EndCall,
    GroupCall,
    IceCandidate,
    MediaState,
    Offer,
    Ping,
    Preview,
    RemoveElement,
    RestoreScene,
    StartCall,
    Subscribe,
    SyncQueue,
    UpdateElement,
)

MAX_ENTRIES = 1_000
MAX_BYTES = 8_000_000
MAX_IN_DOUBT = 64
MAX_BYTES_IN_DOUBT = 500_000

Edit = AddElement | UpdateElement | RemoveElement | ClearScene | RestoreScene | SyncQueue
"""What changes the scene."""

_Signal = StartCall | Offer | Answer | IceCandidate
_Droppable = Cursor | Preview | Ping  # a later one says it better
_Repeatable = EndCall | MediaState | GroupCall  # says how things are: twice does no harm


@dataclass
class _Entry:
    message: ClientMessage
    text: bytes
    written: bool = False


class Backlog:
    """What this client has said and the server may not have."""

    def __init__(self) -> None:
        self.received = 0
        """Messages received since the latest `peer_assigned`."""
        self._entries: list[_Entry] = []  # written and perhaps not arrived, then waiting
        self._bytes = 0
        self._arrived = 0  # gone from the front since the `subscribe` that counts

    @property
    def is_much_in_doubt(self) -> bool:
        """So much was written of which nobody said that it arrived that it is time to ask."""
        sizes = [len(entry.text) for entry in self._entries if entry.written]
        return len(sizes) >= MAX_IN_DOUBT or sum(sizes) >= MAX_BYTES_IN_DOUBT

    def push(self, message: ClientMessage) -> bool:
        """Queue a message; return False where too much is waiting and this is lost."""
        entry = _Entry(message, msgspec.json.encode(message))
        if self._is_full(entry):
            self._drop(lambda e: isinstance(e.message, _Droppable) and not e.written)
        if self._is_full(entry):
            return isinstance(message, _Droppable)
        self._entries.append(entry)
        self._bytes += len(entry.text)
        return True

    def take(self) -> list[bytes]:
        """Return what waits to be written; it counts as written from now on."""
        waiting = [entry for entry in self._entries if not entry.written]
        for entry in waiting:
            entry.written = True
        return [entry.text for entry in waiting]

    def arrived(self, count: int) -> None:
        """So many messages has the server had since the `subscribe` that counts."""
        gone = max(0, min(count - self._arrived, len(self._entries)))
        self._arrived += gone
        self._bytes -= sum(len(entry.text) for entry in self._entries[:gone])
        del self._entries[:gone]

    def cut(self) -> None:
        """Say that the connection is gone: what may be missed is not worth waiting."""
        self._drop(lambda e: isinstance(e.message, _Droppable) and not e.written)

    def subscribed(self) -> None:
        """Note that a `subscribe` among the messages was answered: counting starts behind it."""
        for place, entry in enumerate(self._entries):
            if isinstance(entry.message, Subscribe):
                self.arrived(self._arrived + place + 1)
                break
        self._restart()

    def recovered(self, count: int) -> None:
        """Go on where the old connection ended: what had not arrived waits again, in order."""
        self.arrived(count)
        for entry in self._entries:
            entry.written = False
        self._drop(lambda e: isinstance(e.message, _Droppable))
        self._restart()

    def lost(self) -> None:
        """Note that the server has forgotten, and with it how much had arrived.

        What was never written waits on, but for signals and edits, which who made them makes anew;
        of the rest only what does no harm when it comes twice.
        """
        anew = Subscribe | Ping | _Signal | Edit
        self._drop(
            lambda e: (
                isinstance(e.message, anew)
                or (e.written and not isinstance(e.message, _Repeatable))
            )
        )
        for entry in self._entries:
            entry.written = False
        self._restart()

    def _restart(self) -> None:
        self._arrived = self.received = 0

    def _is_full(self, entry: _Entry) -> bool:
        return len(self._entries) >= MAX_ENTRIES or self._bytes + len(entry.text) > MAX_BYTES

    def _drop(self, which: Callable[[_Entry], bool]) -> None:
        self._entries = [entry for entry in self._entries if not which(entry)]
        self._bytes = sum(len(entry.text) for entry in self._entries)
