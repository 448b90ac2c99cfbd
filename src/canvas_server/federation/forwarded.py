"""Forwarded edits of our people that the leader has not answered yet."""

import itertools
from collections.abc import Sequence

from msgspec import Struct

from canvas_server.core.effects import Forward
from canvas_server.core.scene.attribution import results_from
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.transaction import Author
from canvas_server.protocol import client
from canvas_server.protocol.history import Entry
from canvas_server.protocol.http import SceneEdit

MAX_FORWARDED_EDITS = 10_000
"""Beyond that the oldest is forgotten, and counts as the leader's own when it comes."""
MAX_COMPARED = 64
"""So many of the oldest edits are compared with what comes back: the leader makes them in order."""


class _PendingEdit(Struct, frozen=True):
    forward: Forward
    message: client.Edit | SceneEdit
    author: Author


class ForwardedEdits:
    """In the order in which they were sent, which is the order in which the leader makes them."""

    def __init__(self) -> None:
        self._edits: dict[int, _PendingEdit] = {}
        self._numbers = itertools.count()

    def note(self, forward: Forward, message: client.Edit | SceneEdit, author: Author) -> None:
        """Remember an edit, and by whom it is."""
        self._edits[next(self._numbers)] = _PendingEdit(forward, message, author)
        if len(self._edits) > MAX_FORWARDED_EDITS:
            del self._edits[next(iter(self._edits))]

    def answered(self, peer_id: str, message_id: str | None) -> None:
        """Forget an edit that its leader has answered: it was made before, or not at all."""
        for number, edit in self._edits.items():
            named = getattr(edit.forward.message, "message_id", None)
            if edit.forward.peer_id == peer_id and named is not None and named == message_id:
                del self._edits[number]
                return

    def author_of(self, entries: Sequence[Entry], scene: Scene) -> Author | None:
        """Return who here had asked for what the leader tells of a scene; None: nobody.

        What was sent before by the same peer will not come any more.
        """
        peer_id = entries[0].peer_id
        theirs = (each for each in self._edits.items() if each[1].forward.peer_id == peer_id)
        earlier: list[int] = []
        for number, edit in itertools.islice(theirs, MAX_COMPARED):
            earlier.append(number)
            if results_from(entries, edit.message, scene):
                for each in earlier:
                    del self._edits[each]
                return edit.author
        return None

    def clear(self) -> None:
        """Forget all: the channel has ended."""
        self._edits.clear()
