"""Chat numbers: the ids of messages, which say their order and nothing of what others cannot see.

What everybody sees takes the next multiple of `STEP`, what is between two the next even number
after the last one, so nobody can see from the numbers that others whisper. What two people of a
server say to each other whose session another server keeps has an odd number: that server, which
gives the others, never hears of it (CHT8).
"""

from msgspec import Struct

STEP = 65_536


class ChatHead(Struct, frozen=True):
    """The last numbers of a session that are stored."""

    kept: int = 0
    """The last even one: given by the server that keeps the session."""
    own: int = 0
    """The last odd one."""

    def after(self, number: int) -> "ChatHead":
        """Return what it is with another number."""
        if number % 2:
            return ChatHead(self.kept, max(self.own, number))
        return ChatHead(max(self.kept, number), self.own)

    def has(self, number: int) -> bool:
        """Tell whether a number cannot be given any more."""
        return number <= (self.own if number % 2 else self.kept)

    def next(self, *, private: bool) -> int:
        """Return the number of the next entry."""
        return self.kept + 2 if private else (self.kept // STEP + 1) * STEP

    def next_own(self) -> int:
        """Return the number of the next one that another server does not hear of."""
        return self.own + 2 if self.own > self.kept else self.kept + 1
