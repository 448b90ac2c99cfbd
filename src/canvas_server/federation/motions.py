"""Motions of our people in a shared session, sent to the other server.

A few times a second: of each the latest place, and all that was drawn meanwhile.
"""

from collections.abc import Container

from canvas_server.federation import messages
from canvas_server.federation.context import PartnerContext
from canvas_server.federation.translation import said
from canvas_server.protocol import client, server

SECONDS = 0.05
MOST = 512
"""Messages at a time; what is beyond is lost."""
MOST_STROKES = 256
"""That are known by their number."""

Fleeting = (
    server.PeerCursor
    | server.PeerPreview
    | server.PeerReaction
    | server.PeerSelection
    | server.PeerTyping
    | server.PeerStroke
)
"""What may be lost on the way."""


class Motions:
    """Collects it for one session."""

    def __init__(self, session_id: str, context: PartnerContext) -> None:
        self._session_id = session_id
        self._context = context
        self._waiting: dict[tuple[str, type | server.PeerStroke], messages.PeerMessage] = {}
        self._drawing: dict[int, str] = {}
        """Who draws a stroke, by its number."""

    def show(self, message: Fleeting, guests: Container[str]) -> None:
        """Show soon what somebody does, unless it is one of the other server's people.

        Each of those is sent the same message here: it is shown once.
        """
        match message:
            case server.PeerCursor(from_peer_id=peer_id, x=x, y=y):
                self._put(peer_id, type(message), client.Cursor(x, y), guests)
            case server.PeerPreview(from_peer_id=peer_id, elements=elements):
                self._put(peer_id, type(message), client.Preview(elements), guests)
            case server.PeerReaction(from_peer_id=peer_id, emoji=emoji):
                self._put(peer_id, type(message), client.React(emoji), guests)
            case server.PeerSelection(from_peer_id=peer_id, ids=ids):
                self._put(peer_id, type(message), client.Select(ids), guests)
            case server.PeerTyping(from_peer_id=peer_id, id=element_id):
                self._put(peer_id, type(message), client.Typing(element_id), guests)
            case server.PeerStroke(d=d, begin=begin):
                self._put(self._drawer(message), message, client.Stroke(d, begin), guests)

    def _drawer(self, stroke: server.PeerStroke) -> str:
        if stroke.from_peer_id is not None:
            self._drawing[stroke.n] = stroke.from_peer_id
            if len(self._drawing) > MOST_STROKES:
                del self._drawing[next(iter(self._drawing))]
        return self._drawing.get(stroke.n, "")

    def _put(
        self,
        peer_id: str,
        which: type | server.PeerStroke,
        shown: client.ClientMessage,
        guests: Container[str],
    ) -> None:
        if not peer_id or peer_id in guests or len(self._waiting) >= MOST:
            return
        if not self._waiting:
            self._context.common.later(SECONDS, self._send)
        self._waiting[peer_id, which] = said(self._session_id, peer_id, shown)

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for shown in waiting.values():
            self._context.channel.drop_in(shown)
