"""Numbers of the strokes that are being drawn in a session (INK5). Pure.

What is sent of a stroke many times a second is short: a number that the server gives says whose it
is, so that nobody draws on somebody else's.
"""


class StrokeNumbers:
    """The stroke that each peer of one session is drawing; a number is given once."""

    __slots__ = ("_drawn", "_latest")

    def __init__(self) -> None:
        self._latest = 0
        self._drawn: dict[str, tuple[str, int]] = {}
        """By peer: the id that it gave its stroke, and the number of it."""

    def begin(self, peer_id: str, element_id: str) -> int:
        """Return the number of a stroke that begins, or of the same one that is begun again."""
        known, number = self._drawn.get(peer_id, ("", 0))
        if known != element_id:
            self._latest = number = self._latest + 1
            self._drawn[peer_id] = (element_id, number)
        return number

    def get(self, peer_id: str) -> int | None:
        """Return the number of the stroke that a peer is drawing."""
        drawn = self._drawn.get(peer_id)
        return None if drawn is None else drawn[1]

    def end(self, peer_id: str) -> None:
        """Note that a peer draws no more."""
        self._drawn.pop(peer_id, None)
