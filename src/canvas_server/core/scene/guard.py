"""Guard of an edit: what holds back its maker beyond what holds for everybody (AGT3)."""

from typing import Protocol

from canvas_server.protocol.scene import Element


class Guard(Protocol):
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
