"""Handlers of proposals: made, accepted, refused and withdrawn (AGT5).

Functions change the session and return the effects, or raise `Refusal` before any change.
"""

from collections.abc import Callable
from typing import assert_never

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from canvas_server.core.effects import Append, Effect, Refusal, Send
from canvas_server.core.presence.session import Participant
from canvas_server.core.records import IdempotencyRecord
from canvas_server.core.scene import commands
from canvas_server.core.scene.proposals import OpenProposal
from canvas_server.core.scene.proposing import (
    Rehearsal,
    needs,
    perform,
    rehearse,
    with_needing,
    with_needs,
)
from canvas_server.protocol import client, server
from canvas_server.protocol.bounds import MAX_PROPOSED
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.roles import Role

_OWN = "Who made a proposal does not accept it, but may withdraw it."
_BY_PEOPLE = "Proposals are decided by people; an agent withdraws its own."
_ONLY_PROPOSES = "This agent may only propose changes of elements: it neither clears nor restores."
_TOO_MANY = f"A proposal has {MAX_PROPOSED} operations at most: make several."

Proposed = client.Propose | client.EditMessage


def only_proposes(peer: Participant) -> bool:
    """Tell whether what a peer changes is to become a proposal."""
    return peer.grant.role is Role.AGENT and peer.grant.bounds.mode == "propose"


def as_proposal(
    peer: Participant, message: Proposed, new_id: Callable[[], str], now_ms: int
) -> list[Effect]:
    """Show everybody what a peer would change, in place of changing it.

    An edit gets the answer of an edit, with a `proposal_id`, and nothing has changed.

    Raises:
        Refusal: `forbidden` where another server keeps the scene; `out_of_bounds` for what is not
            proposed; `rate_limited` where too much is open; see `rehearse`.
    """
    session = peer.session
    if session.canvas.leader is not None:
        text = f"This canvas is kept by {session.canvas.leader}: nothing is proposed from here."
        raise Refusal(ErrorCode.FORBIDDEN, text)
    again = _answered_before(peer, message)
    if again is not None:
        return again
    operations, text = _operations(message)
    if len(operations) > MAX_PROPOSED:
        raise Refusal(ErrorCode.OUT_OF_BOUNDS, _TOO_MANY)
    session.table.proposals.require_room(peer.peer_id)

    def act() -> list[Effect]:
        if session.peers.get(peer.peer_id) is not peer:
            return []  # it has left meanwhile
        if (again := _answered_before(peer, message)) is not None:
            return again  # it was sent again while it waited
        lenient = isinstance(message, client.SyncQueue) and not message.atomic
        rehearsal = rehearse(
            session.canvas, peer.author, operations, new_id, now_ms, peer.guard, lenient=lenient
        )
        try:
            return _show(peer, message, rehearsal, text, new_id, now_ms)
        except Refusal as refused:
            refused.work = rehearsal.work
            raise

    return commands.in_turn_for(session.canvas, peer, message.message_id, act)


def _show(
    peer: Participant,
    message: Proposed,
    rehearsal: Rehearsal,
    text: str,
    new_id: Callable[[], str],
    now_ms: int,
) -> list[Effect]:
    table = peer.session.table
    effects: list[Effect] = []
    proposal_id: str | UnsetType = UNSET
    if rehearsal.operations:
        table.proposals.require_room(peer.peer_id)
        proposal = table.proposals.open(new_id(), peer.author, now_ms, text, rehearsal.operations)
        proposal_id = proposal.id
        effects += table.tell(proposal.view())
    reply = _reply(peer, message, rehearsal, proposal_id, now_ms)
    return [
        *effects,
        *_answer(peer, message, reply),
        *commands.worked(peer.connection, rehearsal.work),
    ]


def _reply(
    peer: Participant,
    message: Proposed,
    rehearsal: Rehearsal,
    proposal_id: str | UnsetType,
    now_ms: int,
) -> server.Ack | server.SyncResult | None:
    if isinstance(message, client.SyncQueue):
        return server.SyncResult(
            0,
            sum(failure.code in commands.CONFLICTS for failure in rehearsal.failed),
            rehearsal.failed,
            now_ms,
            message.message_id,
            proposal_id,
        )
    if message.message_id is None:
        return None
    is_edit = not isinstance(message, client.Propose)
    element_id = rehearsal.first_id if is_edit else UNSET
    result = server.AckResult(
        peer.session.canvas.shown.revision, element_id, proposal_id=proposal_id
    )
    return server.Ack(message.message_id, result)


def _operations(message: Proposed) -> tuple[tuple[client.Operation, ...], str]:
    match message:
        case client.Propose(operations=operations, text=text):
            return operations, text
        case client.SyncQueue(operations=operations):
            return operations, ""
        case client.AddElement(element=element):
            return (client.AddOperation(element),), ""
        case client.UpdateElement(id=element_id, changes=changes):
            return (client.UpdateOperation(element_id, changes),), ""
        case client.RemoveElement(id=element_id):
            return (client.RemoveOperation(element_id),), ""
        case client.ClearScene():
            raise Refusal(ErrorCode.OUT_OF_BOUNDS, _ONLY_PROPOSES)
        case _:
            assert_never(message)


def decide(peer: Participant, message: client.DecideProposal, now_ms: int) -> list[Effect]:
    """Accept or refuse elements of a proposal, with what goes with them.

    Accepting takes along what they need, refusing what needs them.

    Raises:
        Refusal: `not_open`, `forbidden`; what is accepted cannot be made any more, see `perform`.
    """
    again = _answered_before(peer, message)
    if again is not None:
        return again
    proposal = peer.session.table.proposals.find(message.proposal_id)
    _require_may_decide(peer, proposal, accept=message.accept)
    if not message.accept:
        return _refuse(peer, message, proposal)
    if peer.session.canvas.leader is not None:
        text = f"This canvas is kept by {peer.session.canvas.leader}: nothing is accepted here."
        raise Refusal(ErrorCode.FORBIDDEN, text)

    def act() -> list[Effect]:
        if peer.session.peers.get(peer.peer_id) is not peer:
            return []  # it has left meanwhile
        if (again := _answered_before(peer, message)) is not None:
            return again  # it was sent again while it waited
        return _accept(peer, message, now_ms)

    return commands.in_turn_for(peer.session.canvas, peer, message.message_id, act)


def _require_may_decide(peer: Participant, proposal: OpenProposal, *, accept: bool) -> None:
    is_own = proposal.peer_id == peer.peer_id
    if is_own and accept:
        raise Refusal(ErrorCode.FORBIDDEN, _OWN)
    if peer.grant.role is Role.AGENT and not is_own:
        raise Refusal(ErrorCode.FORBIDDEN, _BY_PEOPLE)


def _refuse(
    peer: Participant, message: client.DecideProposal, proposal: OpenProposal
) -> list[Effect]:
    session = peer.session
    chosen = proposal.chosen(message.ids)
    needed = needs(proposal.operations, session.canvas.scene)
    is_own = proposal.peer_id == peer.peer_id
    decided = session.table.proposals.refuse(
        proposal, with_needing(chosen, needed), None if is_own else peer.peer_id
    )
    reply = _decided(message, session.canvas.shown.revision)
    return [*session.table.tell(decided), *_answer(peer, message, reply)]


def _accept(peer: Participant, message: client.DecideProposal, now_ms: int) -> list[Effect]:
    canvas, proposals = peer.session.canvas, peer.session.table.proposals
    proposal = proposals.find(message.proposal_id)
    chosen = proposal.chosen(message.ids)
    needed = with_needs(chosen, needs(proposal.operations, canvas.scene))
    ids = tuple(one for one in proposal.undecided if one in needed)
    operations = [proposal.operations[one] for one in ids]
    proposer = peer.session.peers.get(proposal.peer_id)
    guard = None if proposer is None else proposer.guard
    scene, edit, work = perform(canvas, proposal.author, operations, peer.peer_id, now_ms, guard)
    reply = _decided(message, edit.revision)
    canvas.scene = scene
    waiting = replace(commands.pending_reply(peer, message), reply=reply)
    effects = canvas.submit(edit, waiting)
    (ticket,) = (effect.ticket for effect in effects if isinstance(effect, Append))
    proposals.accept(proposal, ids, peer.peer_id, ticket)
    return [*effects, *commands.worked(peer.connection, work)]


def _decided(message: client.DecideProposal, revision: int) -> server.Ack | None:
    if message.message_id is None:
        return None
    result = server.AckResult(revision, proposal_id=message.proposal_id)
    return server.Ack(message.message_id, result)


def _answered_before(
    peer: Participant, message: Proposed | client.DecideProposal
) -> list[Effect] | None:
    """Answer what was made before under the same `message_id` (SCN6)."""
    if message.message_id is None:
        return None
    waiting = commands.pending_reply(peer, message)
    reply = peer.session.table.replies.find(waiting)
    if reply is not None:
        return [Send((peer.connection,), reply)]
    return peer.session.canvas.retried(waiting)


def _answer(
    peer: Participant,
    message: Proposed | client.DecideProposal,
    reply: server.Ack | server.SyncResult | None,
) -> list[Effect]:
    if reply is None:
        return []
    if message.message_id is not None:
        digest = commands.pending_reply(peer, message).digest
        receipt = IdempotencyRecord(peer.peer_id, reply, digest)
        peer.session.table.replies.keep(receipt)
    return [Send((peer.connection,), reply)]
