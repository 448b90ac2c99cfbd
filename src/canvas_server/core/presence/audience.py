"""Audience of a session: who is told of whom, each in the way that its client takes.

A client is told of every change of the roster by itself, or of all of a while as one difference;
and of every pointer, or of many at a time. What one message for all costs does not depend on how
many have changed, so nothing grows with the square of a crowd.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, Protocol, TypeVar, assert_never

from canvas_server.core.effects import (
    ConnectionId,
    Effect,
    OfPeople,
    PresenceChanged,
    Send,
    SettlePresence,
)
from canvas_server.core.presence import coalescing, marks
from canvas_server.core.presence.coalescing import PresenceWindow
from canvas_server.core.presence.marks import Marks
from canvas_server.core.presence.pointers import POINTERS, Place, PointerTurns, interval
from canvas_server.core.presence.roster import ROSTER_CHANGES, WINDOW_SECONDS, Roster
from canvas_server.protocol import server
from canvas_server.protocol.server import Media

TAKEN = frozenset({ROSTER_CHANGES, POINTERS})
"""Features that make a difference here; of what a client lists nothing else is kept."""


class Attendee(Protocol):
    """A peer, as far as it matters here."""

    peer_id: str
    connection: ConnectionId
    media: Media
    features: frozenset[str]
    server: str | None


L = TypeVar("L", bound=Attendee)


class Audience(Generic[L]):
    """Tells the peers of a session who is here, how they are, and where they point."""

    __slots__ = (
        "_marks",
        "_peers",
        "_pointers",
        "_pointing",
        "_session_id",
        "_singly",
        "_view",
        "_watched",
        "_window",
        "roster",
    )

    def __init__(
        self,
        session_id: str,
        peers: Mapping[str, L],
        view: Callable[[L], server.Peer],
        *,
        watched: bool,
        pointing: Callable[[], Iterable[L]] | None = None,
    ) -> None:
        """`view` describes a peer; `watched`: somebody beyond this server wants to know of it.

        `pointing` returns who is shown pointers and marks (AGT10).
        """
        self._pointing = pointing or peers.values
        self.roster = Roster(session_id)
        self._session_id = session_id
        self._peers = peers
        self._view = view
        self._watched = watched
        self._singly: dict[str, L] = {}
        """Who is told each change of the roster by itself."""
        self._window = PresenceWindow()
        self._pointers = PointerTurns()
        self._marks = Marks()

    @property
    def waiting(self) -> frozenset[str]:
        """The peers that those who are told singly know as they were before (OUT5)."""
        return self._window.waiting

    def join(self, peer: L) -> list[Effect]:
        """Tell that a peer has joined, and it from now on."""
        joined = server.PeerJoined(self._session_id, self._view(peer))
        told = self._to_singly(peer, joined)
        self.roster.join(peer.peer_id)
        self._seat(peer)
        return [*told, *self._due(), *self._presence_changed(peer)]

    def leave(self, peer: L, reason: server.LeaveReason) -> list[Effect]:
        """Tell that a peer has left."""
        self._singly.pop(peer.peer_id, None)
        self._window.forget(peer.peer_id)
        self._pointers.forget(peer.peer_id)
        self._marks.forget(peer.peer_id)
        self.roster.leave(peer.peer_id, reason)
        told = self._to_singly(peer, server.PeerLeft(self._session_id, peer.peer_id, reason))
        return [*told, *self._due(), *self._presence_changed(peer)]

    def update(self, peer: L, *, media: bool = False) -> list[Effect]:
        """Tell what a peer is like now, before long; `media`: only what its media are doing."""
        self.roster.update(peer.peer_id, media=media)
        effects = [*self._due(), *self._open_window()]
        if self._window.admits(peer.peer_id, media=media):
            effects += self._update_singly(peer, media=media)
        return effects

    def update_soon(self, peer_ids: Iterable[str]) -> list[Effect]:
        """Tell before long what a call has changed of these peers: it may change again."""
        for peer_id in peer_ids:
            self.roster.update(peer_id, media=False)
            self._window.wait(peer_id)
        return [*self._due(), *self._open_window()]

    def take_features(self, peer: L, features: Iterable[str]) -> bool:
        """Note what the client of a peer takes from now on; return whether that is something else.

        If so, a list of peers has to follow.
        """
        taken = TAKEN.intersection(features)
        if peer.features == taken:
            return False
        self._singly.pop(peer.peer_id, None)
        peer.features = taken
        self._seat(peer)
        return True

    def list_for(self, peer: L) -> server.PeerList:
        """Return everybody as a peer has to know them for what it is told next."""
        if ROSTER_CHANGES in peer.features:
            return self.roster.listed(self._view(peer))
        peers = tuple(map(self._view, self._peers.values()))
        return server.PeerList(self._session_id, peers)

    def point(self, peer: L, x: float, y: float) -> list[Effect]:
        """Show where a peer points, before long."""
        if len(self._peers) < 2:  # alone, it shows nobody anything
            return []
        self._pointers.move(peer.peer_id, x, y)
        if self._pointers.is_open:
            return []
        self._pointers.is_open = True
        return [self._settles("pointers", interval(len(self._peers)))]

    def select(self, peer: L, ids: tuple[str, ...]) -> list[Effect]:
        """Show what a peer has selected, before long (TOG1)."""
        return self._mark() if self._marks.select(peer.peer_id, ids) else []

    def type(self, peer: L, element_id: str | None) -> list[Effect]:
        """Show where a peer writes, before long (TOG2)."""
        return self._mark() if self._marks.type(peer.peer_id, element_id) else []

    def think(self, peer: L, text: str) -> list[Effect]:
        """Show what a peer is at, before long (AGT4)."""
        return self._mark() if self._marks.think(peer.peer_id, text) else []

    def hush(self, peer: L) -> list[Effect]:
        """Show nothing of what a peer did: it is away."""
        return [*self.select(peer, ()), *self.type(peer, None)]

    def marks_for(self, peer: L) -> list[Effect]:
        """Show a peer what the others have selected, and where they write."""
        return [Send((peer.connection,), mark) for mark in self._marks.known_to(peer.peer_id)]

    def announce(self) -> list[Effect]:
        """Tell at once what is due of the roster to those who take differences."""
        changes = self.roster.take(lambda peer_id: self._view(self._peers[peer_id]))
        if changes is None:
            return []
        takers = [peer for peer in self._peers.values() if ROSTER_CHANGES in peer.features]
        if not takers:
            self.roster.stop()
        return _send(takers, changes)

    def settle(self, what: OfPeople) -> list[Effect]:
        """Tell what has waited, as it is now."""
        match what:
            case "updates":
                return self._settle_updates()
            case "roster":
                announced = self.announce()
                self.roster.is_open = bool(announced)
                seconds = WINDOW_SECONDS
                return [*announced, self._settles(what, seconds)] if announced else []
            case "pointers":
                places = self._pointers.take()
                self._pointers.is_open = bool(places)
                again = [self._settles(what, interval(len(self._peers)))] if places else []
                return [*self._show(places), *again]
            case "marks":
                return self._settle_marks()
            case _:
                assert_never(what)

    def _seat(self, peer: L) -> None:
        if ROSTER_CHANGES not in peer.features:
            self._singly[peer.peer_id] = peer
        elif not self.roster.is_kept:
            self.roster.begin([self._view(one) for one in self._peers.values()])

    def _due(self) -> list[Effect]:
        if self.roster.is_open or not self.roster.is_due:
            return []
        self.roster.is_open = True
        return [self._settles("roster", 0)]  # what else this turn of the loop brings goes with it

    def _open_window(self) -> list[Effect]:
        if self._window.is_open:
            return []
        self._window.is_open = True
        return [self._settles("updates", coalescing.WINDOW_SECONDS)]

    def _settle_updates(self) -> list[Effect]:
        due = self._window.settle()
        effects = [
            effect
            for peer_id, media in due
            for effect in self._update_singly(self._peers[peer_id], media=media)
        ]
        return [*effects, self._settles("updates", coalescing.WINDOW_SECONDS)] if due else []

    def _update_singly(self, peer: L, *, media: bool) -> list[Effect]:
        state = peer.media
        message = (
            server.PeerMediaState(peer.peer_id, state.audio, state.video, state.screen)
            if media
            else server.PeerUpdated(self._view(peer))
        )
        return [*self._to_singly(peer, message), *self._presence_changed(peer)]

    def _to_singly(self, peer: L, message: server.ServerMessage) -> list[Effect]:
        return _send((one for one in self._singly.values() if one is not peer), message)

    def _show(self, places: list[Place]) -> list[Effect]:
        takers: list[L] = []
        others: list[L] = []
        for peer in self._pointing():
            (takers if POINTERS in peer.features else others).append(peer)
        if len(places) == 1:
            takers = [peer for peer in takers if peer.peer_id != places[0][0]]
        effects = _send(takers, server.Pointers(tuple(places))) if places else []
        for peer_id, x, y in places if others else ():
            seen_by = (peer for peer in others if peer.peer_id != peer_id)
            effects += _send(seen_by, server.PeerCursor(peer_id, x, y))
        return effects

    def _mark(self) -> list[Effect]:
        if self._marks.is_open:
            return []
        self._marks.is_open = True
        return [self._settles("marks", marks.FIRST_SECONDS)]

    def _settle_marks(self) -> list[Effect]:
        effects: list[Effect] = []
        taken = self._marks.take(len(self._peers))
        for mark in taken:
            others = (peer for peer in self._pointing() if peer.peer_id != mark.from_peer_id)
            effects += _send(others, mark)
        self._marks.is_open = bool(taken)
        return [*effects, self._settles("marks", marks.WINDOW_SECONDS)] if taken else []

    def _settles(self, what: OfPeople, seconds: float) -> SettlePresence:
        return SettlePresence(self._session_id, seconds, what)

    def _presence_changed(self, peer: L) -> list[Effect]:
        return [PresenceChanged(self._session_id)] if self._watched and peer.server is None else []


def _send(to: Iterable[Attendee], message: server.ServerMessage) -> list[Effect]:
    connections = tuple(peer.connection for peer in to)
    return [Send(connections, message)] if connections else []
