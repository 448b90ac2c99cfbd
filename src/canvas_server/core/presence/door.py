"""Door of a session: who may come in, as its moderators have set it (ROM3, ROM4; docs/adr/0039).

The rules are stored with the session before they hold. Beside them the door remembers, while the
session is in memory, whom it has let in, and whom it has not to let in again.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from canvas_server.core.effects import Append, ConnectionId, Effect, RecordAudit, Refusal, Send
from canvas_server.core.presence.grants import Grant
from canvas_server.core.records import EntryRules, Record
from canvas_server.protocol import client, server
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.errors import ErrorCode

MAX_ADMITTED = 1024
"""Peers that are remembered as let in, the latest ones."""
MAX_REMOVED = 64
"""Peers that are remembered as removed, the latest ones: they are stored with each change."""
MAX_ASKED = 64
"""Changes that wait until the one before is stored."""
RULE_BYTES = 128
"""Of a stored change, roughly, beside the peers in it."""
_ID_BYTES = 40
_AGAIN = "Too much is being changed: try again in a moment."


class Claim(Struct, frozen=True):
    """What somebody who wants to come in shows, beside the grant."""

    peer_id: str
    proved: bool = False
    """It has this id beyond doubt."""
    been_here: bool = False
    """It was a peer of this session, as its resume token says."""
    waits: bool = False
    """It has a place in the queue."""


class Visitor(Struct, eq=False):
    """Somebody who waits to be let in."""

    peer_id: str
    session_id: str
    connection: ConnectionId
    since: float
    grant: Grant
    display_name: str | None = None
    features: frozenset[str] = frozenset()
    """What its client takes of what none need know (`subscribe.features`)."""
    proved: bool = False
    """The id is its own beyond doubt: what is kept under it is its own."""
    token: str = ""
    """The latest resume token of it."""
    away_until: float | None = None
    """Its connection is gone; so long it keeps its place. None: it is there."""

    @property
    def since_ms(self) -> int:
        """Since when it waits, as messages have it."""
        return int(self.since * 1000)

    def view(self) -> server.WaitingPeer:
        """Return it as moderators see it."""
        grant = self.grant
        return server.WaitingPeer(
            self.peer_id, self.since_ms, self.display_name, grant.role, grant.user
        )

    def audited(self, event: AuditEvent, by: str) -> AuditEntry:
        """Return what a moderator did about it."""
        return AuditEntry(
            event,
            session=self.session_id,
            peer=self.peer_id,
            name=self.display_name,
            user=self.grant.user,
            role=self.grant.role.value,
            invitation=self.grant.invitation or None,
            by=by,
        )


class Moderator(Protocol):
    """A peer that may change the rules, as far as that needs it."""

    peer_id: str
    connection: ConnectionId

    def audited(
        self, event: AuditEvent, *, reason: str | None = None, by: str | None = None
    ) -> AuditEntry:
        """Return an event of this peer."""
        ...


class _Asked(Struct, frozen=True):
    """A change that a moderator has asked for; without one, who was removed is to be stored."""

    peer: Moderator | None = None
    message: client.SetSession = client.SetSession()


class _Storing(Struct, frozen=True):
    """A change on its way to the log."""

    ticket: int
    rules: EntryRules
    asked: _Asked


class Door:
    """Decides who may come into one session, and changes its rules one after another."""

    def __init__(
        self,
        session_id: str,
        rules: EntryRules,
        tickets: Iterator[int],
        peers: Mapping[str, Moderator],
        revision: Callable[[], int],
    ) -> None:
        """Begin with the stored rules; `tickets` are numbers that nothing else has had.

        `peers` are those of the session, `revision` is that of its scene.
        """
        self.rules = rules
        self._peers = peers
        self._revision = revision
        self.visitors: dict[str, Visitor] = {}
        """Who waits to be let in, by peer id, in no order."""
        self._session_id = session_id
        self._tickets = tickets
        self._admitted: dict[str, None] = {}
        self._removed: dict[str, None] = dict.fromkeys(rules.removed)
        self._asked: deque[_Asked] = deque()
        self._storing: _Storing | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits, and all that was asked for is stored."""
        return not self.visitors and self.at_rest

    @property
    def at_rest(self) -> bool:
        """Whether all that was asked for is stored."""
        return self._storing is None

    @property
    def holds(self) -> bool:
        """Whether somebody new may not come in at once."""
        return self.rules.locked or self.rules.lobby

    @property
    def settings(self) -> server.SessionSettings:
        """What everybody is told."""
        return server.SessionSettings(self.rules.locked, self.rules.lobby)

    # --- who comes in ----------------------------------------------------------------------------

    def passes(self, grant: Grant, claim: Claim, *, is_guest: bool = False) -> bool:
        """Return whether somebody may come in; False: they have to wait.

        Where nobody is asked for a token there are no moderators who could let anybody in, and
        everybody may.

        Raises:
            Refusal: `session_locked`.
        """
        asked_for_nothing = not grant.invitation and not is_guest
        if not self.rules.hold or grant.is_moderator or asked_for_nothing:
            return True
        is_known = claim.been_here or (claim.proved and claim.peer_id in self._admitted)
        if is_known and claim.peer_id not in self._removed:
            return True
        if self.rules.locked and not claim.waits:
            raise Refusal(ErrorCode.SESSION_LOCKED)
        return False

    def admit(self, peer_id: str) -> None:
        """Remember somebody as let in, for as long as the session is in memory."""
        self._removed.pop(peer_id, None)
        _remember(self._admitted, peer_id, MAX_ADMITTED)

    def remove(self, peer_id: str) -> list[Effect]:
        """Remember somebody as removed, for longer than the process lives."""
        self._admitted.pop(peer_id, None)
        _remember(self._removed, peer_id, MAX_REMOVED)
        if not any(asked.peer is None for asked in self._asked):
            self._asked.append(_Asked())
        return self._store_next()

    # --- what changes it -------------------------------------------------------------------------

    def ask(self, peer: Moderator, message: client.SetSession) -> list[Effect]:
        """Change the rules once the change is stored.

        Raises:
            Refusal: `rate_limited`.
        """
        if len(self._asked) >= MAX_ASKED:
            raise Refusal(ErrorCode.RATE_LIMITED, _AGAIN)
        self._asked.append(_Asked(peer, message))
        return self._store_next()

    def stored(self, ticket: int) -> list[Effect]:
        """Let what is stored hold, and tell everybody; a ticket that is of nothing is ignored."""
        done = self._storing
        if done is None or done.ticket != ticket:
            return []
        before, self.rules, self._storing = self.settings, done.rules, None
        effects: list[Effect] = []
        peer = done.asked.peer
        if peer is not None and self.settings != before:
            reason, by = self._names(), peer.peer_id
            entry = peer.audited(AuditEvent.SETTINGS_CHANGED, reason=reason, by=by)
            everybody = tuple(one.connection for one in self._peers.values())
            effects.append(RecordAudit(entry, peer.connection))
            effects += [Send(everybody, self.settings)] if everybody else []
        return effects + self._acked(done.asked) + self._store_next()

    def failed(self, ticket: int) -> list[Effect]:
        """Tell who asked that the log has failed; the rules stay as they are."""
        done = self._storing
        if done is None or done.ticket != ticket:
            return []
        self._storing = None
        code = ErrorCode.STORAGE_FAILED
        error = server.Error(code, code.meaning, done.asked.message.message_id)
        return self._answered(done.asked, error) + self._store_next()

    def _store_next(self) -> list[Effect]:
        effects: list[Effect] = []
        while self._asked and self._storing is None:
            asked = self._asked.popleft()
            wanted = EntryRules(
                _or(asked.message.locked, self.rules.locked),
                _or(asked.message.lobby, self.rules.lobby),
                tuple(self._removed),
            )
            if wanted == self.rules:
                effects += self._acked(asked)
                continue
            ticket = next(self._tickets)
            self._storing = _Storing(ticket, wanted, asked)
            size = RULE_BYTES + _ID_BYTES * len(wanted.removed)
            record = Record(self._session_id, (), rules=wanted, size=size)
            editor = None if asked.peer is None else asked.peer.connection
            effects.append(Append(ticket, record, editor))
        return effects

    def _acked(self, asked: _Asked) -> list[Effect]:
        """Return the `ack` of a change, where one is asked for."""
        if asked.message.message_id is None:
            return []
        ack = server.Ack(asked.message.message_id, server.AckResult(self._revision()))
        return self._answered(asked, ack)

    def _answered(self, asked: _Asked, answer: server.Ack | server.Error) -> list[Effect]:
        """Answer who asked, as long as they are here."""
        peer = asked.peer
        if peer is None or self._peers.get(peer.peer_id) is not peer:
            return []
        return [Send((peer.connection,), answer)]

    def _names(self) -> str:
        """Return what holds, for the audit log."""
        named = {"locked": self.rules.locked, "lobby": self.rules.lobby}
        return ", ".join(name for name, holds in named.items() if holds) or "open"


def _or(wanted: bool | None, present: bool) -> bool:
    return present if wanted is None else wanted


def _remember(ids: dict[str, None], peer_id: str, most: int) -> None:
    """Add an id as the latest; the oldest goes where there are too many."""
    ids.pop(peer_id, None)
    ids[peer_id] = None
    if len(ids) > most:
        del ids[next(iter(ids))]
