"""Marks: what each peer has selected, where it writes, what it is at (TOG1, TOG2, AGT4). Pure.

They say how things are, so the latest of each peer is kept for who comes later; in a crowd it is
sent in turn, as pointers are.
"""

from canvas_server.protocol import server

MAX_KNOWN = 48
"""Peers whose marks a newcomer is sent, those of the latest. No page draws more."""
WINDOW_SECONDS = 0.1
"""From one `take` to the next."""
FIRST_SECONDS = 0.02
"""To the first one: what else changes by then goes with it."""
MAX_FRAMES = 2_560
"""A second, to all of a session together."""
IDS_A_FRAME = 16
"""A longer selection counts as several frames."""

Mark = server.PeerSelection | server.PeerTyping | server.PeerThinking


class Marks:
    """The latest marks of the peers of one session, and those that are yet to be sent."""

    __slots__ = ("_selected", "_thinking", "_typing", "_waiting", "is_open")

    def __init__(self) -> None:
        self.is_open = False
        """Somebody will call `take`."""
        self._selected: dict[str, server.PeerSelection] = {}
        """By peer id, who changed it last at the end; nobody with an empty one."""
        self._typing: dict[str, server.PeerTyping] = {}
        self._thinking: dict[str, server.PeerThinking] = {}
        self._waiting: dict[tuple[str, type[Mark]], Mark] = {}

    def select(self, peer_id: str, ids: tuple[str, ...]) -> bool:
        """Note what a peer has selected; return whether that is something else."""
        before = self._selected.pop(peer_id, None)
        mark = server.PeerSelection(peer_id, ids)
        if ids:
            self._selected[peer_id] = mark
        if ids == (before.ids if before else ()):
            return False
        self._waiting[peer_id, server.PeerSelection] = mark
        return True

    def type(self, peer_id: str, element_id: str | None) -> bool:
        """Note where a peer writes; return whether others have to hear of it.

        Of who goes on writing they do as well: a sign that is not repeated ends by itself.
        """
        before = self._typing.pop(peer_id, None)
        mark = server.PeerTyping(peer_id, element_id)
        if element_id is not None:
            self._typing[peer_id] = mark
        elif before is None:
            return False
        self._waiting[peer_id, server.PeerTyping] = mark
        return True

    def think(self, peer_id: str, text: str) -> bool:
        """Note what a peer is at; return whether that is something else."""
        before = self._thinking.pop(peer_id, None)
        mark = server.PeerThinking(peer_id, text)
        if text:
            self._thinking[peer_id] = mark
        if text == (before.text if before else ""):
            return False
        self._waiting[peer_id, server.PeerThinking] = mark
        return True

    def forget(self, peer_id: str) -> None:
        """Drop what is kept of a peer that has left: the others do so by themselves."""
        self._selected.pop(peer_id, None)
        self._typing.pop(peer_id, None)
        self._waiting.pop((peer_id, server.PeerSelection), None)
        self._waiting.pop((peer_id, server.PeerTyping), None)
        self._thinking.pop(peer_id, None)
        self._waiting.pop((peer_id, server.PeerThinking), None)

    def known_to(self, peer_id: str) -> list[Mark]:
        """Return the marks of the others, for one that knows none."""
        selected = [mark for other, mark in self._selected.items() if other != peer_id]
        typing = [mark for other, mark in self._typing.items() if other != peer_id]
        thinking = [mark for other, mark in self._thinking.items() if other != peer_id]
        return [*selected[-MAX_KNOWN:], *typing[-MAX_KNOWN:], *thinking[-MAX_KNOWN:]]

    def take(self, people: int) -> list[Mark]:
        """Return the marks whose turn it is in a session of so many."""
        room = max(1, int(MAX_FRAMES * WINDOW_SECONDS) // people)
        taken: list[Mark] = []
        while self._waiting and room > 0:
            mark = self._waiting.pop(next(iter(self._waiting)))
            room -= 1 + (
                len(mark.ids) // IDS_A_FRAME if isinstance(mark, server.PeerSelection) else 0
            )
            taken.append(mark)
        return taken
