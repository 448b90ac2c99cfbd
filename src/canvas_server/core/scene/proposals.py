"""Proposals of a session that are not decided: whose they are, and what is being accepted of them.

What is accepted goes to the log first. Once it is stored it is decided; where it is not, it is open
again (AGT5).
"""

from collections.abc import Collection

import msgspec
from msgspec import Struct

from canvas_server.core.effects import Refusal
from canvas_server.core.scene.document import Canvas
from canvas_server.core.scene.proposing import Operations
from canvas_server.core.scene.transaction import Author
from canvas_server.protocol import server
from canvas_server.protocol.errors import ErrorCode

MAX_OPEN = 16
"""Of one peer."""
MAX_OPEN_BYTES = 1024 * 1024
"""Of all of a session, roughly: who comes is sent them, beside the scene."""
_PROPOSAL_BYTES = 256

_TOO_MANY = f"{MAX_OPEN} of your proposals are open: withdraw some, or wait until they are decided."
_TOO_LARGE = "The proposals that are open here have too many bytes together; wait for decisions."
_ACCEPTING = "Somebody is accepting it."


class OpenProposal(Struct, eq=False):
    """A proposal, as far as it is not decided."""

    id: str
    author: Author
    """Who made it, as the history names who makes its edits."""
    timestamp: int
    text: str
    operations: Operations
    size: int
    """Bytes, roughly."""
    accepting: set[str] = msgspec.field(default_factory=set[str])
    """Elements that are on their way to the log."""
    withdrawn: bool = False
    """What is not accepted is refused."""

    @property
    def peer_id(self) -> str:
        """Of who made it."""
        return self.author[0] or ""

    @property
    def undecided(self) -> tuple[str, ...]:
        """Elements that nobody has decided about, in order."""
        return tuple(one for one in self.operations if one not in self.accepting)

    def chosen(self, ids: Collection[str]) -> tuple[str, ...]:
        """Return the elements that a decision is about: these, or all that is left.

        Raises:
            Refusal: `not_open`.
        """
        for element_id in ids:
            if element_id in self.accepting:
                raise Refusal(ErrorCode.NOT_OPEN, f"{element_id}: {_ACCEPTING}")
            if element_id not in self.operations:
                raise Refusal(ErrorCode.NOT_OPEN, f"{element_id} is not open in this proposal.")
        chosen = tuple(ids) or self.undecided
        if not chosen:
            raise Refusal(ErrorCode.NOT_OPEN, _ACCEPTING)
        return chosen

    def view(self) -> server.Proposal:
        """Return it as it is told."""
        operations = tuple(self.operations.values())
        name = self.author[1]
        return server.Proposal(self.id, self.peer_id, self.timestamp, operations, name, self.text)


class _Acceptance(Struct, frozen=True):
    proposal: OpenProposal
    ids: tuple[str, ...]
    by_peer_id: str


class Proposals:
    """Those of one session."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._open: dict[str, OpenProposal] = {}
        self._acceptances: dict[int, _Acceptance] = {}
        """By the ticket of their edit."""
        self._replaced = canvas.replaced

    def views(self) -> list[server.Proposal]:
        """Return all that are open, for who comes."""
        return [proposal.view() for proposal in self._open.values()]

    def find(self, proposal_id: str) -> OpenProposal:
        """Return a proposal.

        Raises:
            Refusal: `not_open`.
        """
        proposal = self._open.get(proposal_id)
        if proposal is None or proposal.withdrawn:
            raise Refusal(ErrorCode.NOT_OPEN)
        return proposal

    def require_room(self, peer_id: str) -> None:
        """See that a peer may have another one open.

        Raises:
            Refusal: `rate_limited`.
        """
        if sum(proposal.peer_id == peer_id for proposal in self._open.values()) >= MAX_OPEN:
            raise Refusal(ErrorCode.RATE_LIMITED, _TOO_MANY)

    def open(
        self, proposal_id: str, author: Author, timestamp: int, text: str, operations: Operations
    ) -> OpenProposal:
        """Keep a proposal.

        Raises:
            Refusal: `rate_limited`, there is no room for it.
        """
        size = _PROPOSAL_BYTES + len(text.encode())
        size += len(msgspec.json.encode([*operations.values()]))
        if size + sum(each.size for each in self._open.values()) > MAX_OPEN_BYTES:
            raise Refusal(ErrorCode.RATE_LIMITED, _TOO_LARGE)
        proposal = OpenProposal(proposal_id, author, timestamp, text, operations, size)
        self._open[proposal_id] = proposal
        return proposal

    def accept(
        self, proposal: OpenProposal, ids: tuple[str, ...], by_peer_id: str, ticket: int
    ) -> None:
        """Note that an edit with a ticket accepts elements of a proposal."""
        proposal.accepting.update(ids)
        self._acceptances[ticket] = _Acceptance(proposal, ids, by_peer_id)

    def refuse(
        self, proposal: OpenProposal, ids: Collection[str], by_peer_id: str | None
    ) -> server.ProposalDecided:
        """Close elements of a proposal that nobody is accepting."""
        refused = tuple(one for one in proposal.undecided if one in ids)
        return self._close(proposal, by_peer_id, refused=refused)

    def withdraw(self, peer_id: str) -> list[server.ProposalDecided]:
        """Close what a peer has proposed, which has left for good."""
        return self._withdraw([each for each in self._open.values() if each.peer_id == peer_id])

    def settle(self, ticket: int | None) -> list[server.ProposalDecided]:
        """Note what the log has stored, and given up; without a ticket it has stored nothing.

        When the scene became another one, by clearing or restoring it, all proposals end.
        """
        decided: list[server.ProposalDecided] = []
        settled = [one for one in self._acceptances if not self._canvas.waits_for(one)]
        for one in settled:
            accepted = self._acceptances.pop(one)
            accepted.proposal.accepting.difference_update(accepted.ids)
            if one == ticket:
                decided.append(
                    self._close(accepted.proposal, accepted.by_peer_id, accepted=accepted.ids)
                )
            elif accepted.proposal.withdrawn:
                decided += self._withdraw([accepted.proposal])
        if self._replaced != self._canvas.replaced:
            self._replaced = self._canvas.replaced
            decided += self._withdraw([*self._open.values()])
        return decided

    def _withdraw(self, proposals: list[OpenProposal]) -> list[server.ProposalDecided]:
        decided: list[server.ProposalDecided] = []
        for proposal in proposals:
            proposal.withdrawn = True
            if proposal.undecided:
                decided.append(self.refuse(proposal, proposal.undecided, None))
        return decided

    def _close(
        self,
        proposal: OpenProposal,
        by_peer_id: str | None,
        accepted: tuple[str, ...] = (),
        refused: tuple[str, ...] = (),
    ) -> server.ProposalDecided:
        for element_id in (*accepted, *refused):
            del proposal.operations[element_id]
        is_open = bool(proposal.operations)
        if not is_open:
            del self._open[proposal.id]
        return server.ProposalDecided(proposal.id, by_peer_id, accepted, refused, is_open)
