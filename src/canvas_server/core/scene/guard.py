"""Guard of an edit: what holds back its maker beyond what holds for everybody (AGT3)."""

from typing import Protocol

from canvas_server.protocol.scene import Element


class EditGuard(Protocol):
    """Bounds of one maker of edits; each method raises `Refusal` before anything is changed."""

    @property
    def key(self) -> str:
        """Under which what it changes is kept in the journal."""
        ...

    @property
    def counts_elements(self) -> bool:
        """Whether the number of its elements matters, which takes a look at all of the scene."""
        ...

    def begin(self, now_ms: int) -> None:
        """Let it make one more operation now, or not."""
        ...

    def check(self, before: Element | None, after: Element | None) -> None:
        """Let it make one element of another; None: it is not there."""
        ...

    def check_number(self, owned: int) -> None:
        """Let it add an element where so many on the canvas are its own."""
        ...

    def made(self, now_ms: int) -> None:
        """Count an operation that was made."""
        ...


class Accepted:
    """Guard of what an agent has proposed and somebody accepts: it was counted when proposed."""

    def __init__(self, proposer: EditGuard) -> None:
        self._proposer = proposer

    @property
    def key(self) -> str:
        """As that of who proposed it."""
        return self._proposer.key

    @property
    def counts_elements(self) -> bool:
        """As that of who proposed it."""
        return self._proposer.counts_elements

    def begin(self, now_ms: int) -> None:
        """Let it be made whenever it is accepted."""

    def check(self, before: Element | None, after: Element | None) -> None:
        """Hold it to the bounds that hold now."""
        self._proposer.check(before, after)

    def check_number(self, owned: int) -> None:
        """Hold it to the bounds that hold now."""
        self._proposer.check_number(owned)

    def made(self, now_ms: int) -> None:
        """Count nothing."""
