"""Placement of a server that is one node: every session lives here."""

from collections.abc import Callable

from canvas_server.node.ports import Elsewhere, LogFailure
from canvas_server.node.sockets import Owner, Payload, Socket
from canvas_server.protocol.http import SceneEdit
from canvas_server.protocol.scene import SceneDocument, SceneVersion


class LocalPlacement:
    """Placement of a server that is one node."""

    def find(
        self,
        session_id: str,  # noqa: ARG002
        done: Callable[[Elsewhere | LogFailure | None], None],
    ) -> None:
        """Say that it lives here."""
        done(None)

    def lost(self, session_id: str) -> None:
        """Nobody else writes."""

    async def edit(
        self, elsewhere: Elsewhere, edit: SceneEdit, expected: SceneVersion | None
    ) -> SceneDocument:
        """Nothing is elsewhere."""
        raise NotImplementedError

    def forward(self, socket: Socket, address: str, payloads: list[Payload]) -> Owner:
        """Nothing is elsewhere."""
        raise NotImplementedError
