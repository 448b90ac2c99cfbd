"""Table of a session: what is proposed and asked there, and who is told of it (AGT5, AGT9)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from canvas_server.core.effects import ConnectionId, Effect, Send, SettlePresence
from canvas_server.core.presence.questions import WINDOW_SECONDS, OpenQuestion, Questions
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.proposals import Proposals
from canvas_server.core.scene.replies import ReplyCache
from canvas_server.protocol import server


class Seated(Protocol):
    """A peer, as far as it is told."""

    peer_id: str
    connection: ConnectionId


class Table:
    """What lies on the table until it is decided, answered, or its author has left."""

    def __init__(
        self,
        canvas: Canvas,
        here: Mapping[str, Seated],
        viewers: Callable[[], Iterable[Seated]] | None = None,
    ) -> None:
        """Begin with nothing; `here` is looked at whenever something is told.

        `viewers` are those who are shown the scene, and what is proposed of it (AGT10); None: all.
        """
        self._here = here
        self._viewers = viewers or here.values
        self._session_id = canvas.session_id
        self.proposals = Proposals(canvas)
        self.questions = Questions()
        self.replies = ReplyCache(())
        """For retries of what is stored nowhere."""

    def tell(self, message: server.ServerMessage) -> list[Effect]:
        """Tell everybody who is shown the scene."""
        connections = tuple(peer.connection for peer in self._viewers())
        return [Send(connections, message)] if connections else []

    def show(self, question: OpenQuestion) -> list[Effect]:
        """Tell those whom a question concerns how it is, each with their own answer."""
        groups: dict[int | None, list[ConnectionId]] = {}
        for peer in self._here.values():
            if question.concerns(peer.peer_id):
                answer = question.answers.get(peer.peer_id)
                groups.setdefault(answer, []).append(peer.connection)
        return [Send(tuple(to), question.view(answer)) for answer, to in groups.items()]

    def answered(self) -> list[Effect]:
        """Have answers told before long."""
        if self.questions.is_due:
            return []
        self.questions.is_due = True
        return [SettlePresence(self._session_id, WINDOW_SECONDS, "questions")]

    def settle_questions(self) -> list[Effect]:
        """Tell the answers that have waited."""
        self.questions.is_due = False
        return [effect for each in self.questions.take() for effect in self.show(each)]

    def introduce(self, peer: Seated) -> list[Effect]:
        """Tell a newcomer what is open."""
        proposed = self.proposals.views() if peer in self._viewers() else ()
        known = (*proposed, *self.questions.known_to(peer.peer_id))
        return [Send((peer.connection,), message) for message in known]

    def leave(self, peer_id: str) -> list[Effect]:
        """End what is of a peer that has left for good."""
        self.replies.forget(peer_id)
        told = [effect for each in self.proposals.withdraw(peer_id) for effect in self.tell(each)]
        ended = self.questions.leave(peer_id)
        return [*told, *(effect for each in ended for effect in self.show(each))]

    def settle(self, ticket: int | None = None) -> list[Effect]:
        """Tell what was decided by what the log has stored, if anything, or given up."""
        return [effect for each in self.proposals.settle(ticket) for effect in self.tell(each)]
