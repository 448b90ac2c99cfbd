"""Backlog of unacknowledged messages, so that a broken connection can be continued (RES1).

Pure: no socket, no clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import msgspec

from canvas_server.client.errors import TooLarge
from canvas_server.protocol.client import ClientMessage, Subscribe
from canvas_server.protocol.fields import MAX_FRAME_BYTES
from canvas_server.protocol.traits import AfterGap

MAX_ENTRIES = 1_000
MAX_BYTES = 8_000_000
MAX_IN_DOUBT = 64
MAX_BYTES_IN_DOUBT = 500_000
LEAST_CHOKING = 16_000
"""Bytes; nothing on the way to a server takes less than that."""


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
        self._choked = False  # the server closed since something it has not had was too large
        self._arrived = 0  # gone from the front since the `subscribe` that counts

    @property
    def is_much_in_doubt(self) -> bool:
        """So much was written of which nobody said that it arrived that it is time to ask."""
        sizes = [len(entry.text) for entry in self._entries if entry.written]
        return len(sizes) >= MAX_IN_DOUBT or sum(sizes) >= MAX_BYTES_IN_DOUBT

    def push(self, message: ClientMessage, *, again: bool = False) -> bool:
        """Queue a message; return False where too much is waiting and this is lost.

        What is pushed `again`, since the server has forgotten it, was let in before.

        Raises:
            TooLarge: it would never arrive.
        """
        entry = _Entry(message, msgspec.json.encode(message))
        if len(entry.text) > MAX_FRAME_BYTES:
            raise TooLarge(f"{len(entry.text)} bytes, at most {MAX_FRAME_BYTES} are taken")
        if self._is_full(entry):
            self._drop(lambda e: e.message.traits.droppable and not e.written)
        if self._is_full(entry) and not again:
            return message.traits.droppable
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
        self._drop(lambda e: e.message.traits.droppable and not e.written)

    def subscribed(self) -> None:
        """Note that a `subscribe` among the messages was answered: counting starts behind it."""
        for place, entry in enumerate(self._entries):
            if isinstance(entry.message, Subscribe):
                self.arrived(self._arrived + place + 1)
                break
        self._restart()

    def choke(self) -> None:
        """Note that the server closed since a message was too large for it (close code 1009)."""
        self._choked = True

    def recovered(self, count: int) -> ClientMessage | None:
        """Go on where the old connection ended: what had not arrived waits again, in order.

        All but what was too large for the server, which is returned.
        """
        self.arrived(count)
        choked = self._culprit
        if choked is not None:
            self._drop(lambda e: e is choked)
        for entry in self._entries:
            entry.written = False
        self._drop(lambda e: e.message.traits.droppable)
        self._restart()
        return None if choked is None else choked.message

    def lost(self) -> ClientMessage | None:
        """Note that the server has forgotten, and with it how much had arrived.

        What was never written waits on, but for signals and edits, which who made them makes anew;
        of the rest only what does no harm when it comes twice. Returns what was too large for the
        server, as far as that can be known.
        """
        choked = self._culprit
        self._drop(_is_lost)
        for entry in self._entries:
            entry.written = False
        self._restart()
        return None if choked is None else choked.message

    @property
    def _culprit(self) -> _Entry | None:
        """What the server closed for: the largest it has not had, if there is anything large."""
        large = [e for e in self._entries if e.written and len(e.text) >= LEAST_CHOKING]
        return max(large, key=lambda e: len(e.text), default=None) if self._choked else None

    def _restart(self) -> None:
        self._arrived = self.received = 0
        self._choked = False

    def _is_full(self, entry: _Entry) -> bool:
        return len(self._entries) >= MAX_ENTRIES or self._bytes + len(entry.text) > MAX_BYTES

    def _drop(self, which: Callable[[_Entry], bool]) -> None:
        self._entries = [entry for entry in self._entries if not which(entry)]
        self._bytes = sum(len(entry.text) for entry in self._entries)


def _is_lost(entry: _Entry) -> bool:
    """Tell whether a message is not sent again once the server has forgotten what it had."""
    after_gap = entry.message.traits.after_gap
    match after_gap:
        case AfterGap.DISCARD:
            return True
        case AfterGap.UNLESS_WRITTEN:
            return entry.written
        case AfterGap.RESEND:
            return False
        case _:
            assert_never(after_gap)
