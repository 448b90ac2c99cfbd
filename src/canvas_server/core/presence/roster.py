"""Roster as differences: joins, leaves and updates of a while in one message (CRW1, CRW2).

Everybody who takes differences has the same copy, that of a *revision*: a newcomer is given it as
the others have it, then the same differences. So the server has to remember one copy.
"""

from collections.abc import Callable

from canvas_server.protocol import client, server
from canvas_server.protocol.server import LeaveReason

ROSTER_CHANGES = "roster_changes"
"""The feature of a client that takes differences."""
WINDOW_SECONDS = 0.1
"""From one difference to the next: at 256 people 2,560 frames a second at most."""
QUIET = frozenset(
    {
        client.Cursor,
        client.GetScene,
        client.GroupCall,
        client.ListPeers,
        client.MediaState,
        client.Ping,
        client.Preview,
        client.RaiseHand,
        client.Select,
        client.Subscribe,
        client.Typing,
    }
)
"""What a newcomer may say before the others know of it: nobody has to know of whom it is (CRW3)."""


class Roster:
    """The copy that clients have of who is in a session, and what is due to be told of it."""

    __slots__ = (
        "_left",
        "_session_id",
        "_updated",
        "announced",
        "is_kept",
        "is_open",
        "newcomers",
        "revision",
    )

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self.revision = 0
        self.announced: dict[str, server.Peer] = {}
        """The copy: by peer id, in order of joining."""
        self.newcomers: dict[str, None] = {}
        """Who has joined since, in order of joining."""
        self.is_kept = False
        """Somebody has a copy; until then nothing is noted."""
        self.is_open = False
        """Somebody will call `take`."""
        self._updated: dict[str, bool] = {}
        """By peer in the copy: whether only what its media are doing has changed."""
        self._left: dict[str, LeaveReason] = {}

    def begin(self, peers: list[server.Peer]) -> None:
        """Take these for the copy: nobody has had one until now."""
        self.is_kept = True
        self.revision += 1
        self.announced = {peer.peer_id: peer for peer in peers}
        self._clear()

    def stop(self) -> None:
        """Note nothing more: nobody has a copy any more."""
        self.is_kept = False
        self.announced.clear()
        self._clear()

    @property
    def is_due(self) -> bool:
        """Whether there is a difference."""
        return bool(self.newcomers or self._updated or self._left)

    def join(self, peer_id: str) -> None:
        """Note that a peer has joined, perhaps again."""
        if self.is_kept:
            self.newcomers[peer_id] = None

    def update(self, peer_id: str, *, media: bool) -> None:
        """Note that something about a peer has changed; `media`: only what its media are doing."""
        if self.is_kept and peer_id not in self.newcomers:
            self._updated[peer_id] = media and self._updated.get(peer_id, True)

    def leave(self, peer_id: str, reason: LeaveReason) -> None:
        """Note that a peer has left; who came and went unseen is not mentioned."""
        self.newcomers.pop(peer_id, None)
        self._updated.pop(peer_id, None)
        if peer_id in self.announced:
            self._left[peer_id] = reason

    def take(self, view: Callable[[str], server.Peer]) -> server.RosterChanges | None:
        """Return the next difference, as things are now; None: there is none.

        `view` describes a peer of the session.
        """
        if not self.is_due:
            return None
        joined = tuple(map(view, self.newcomers))
        updates = [(view(peer_id), media) for peer_id, media in self._updated.items()]
        changes = server.RosterChanges(
            self._session_id,
            self.revision + 1,
            tuple(server.Departure(*left) for left in self._left.items()),
            joined,
            tuple(peer for peer, media in updates if not media),
            tuple(_media_of(peer) for peer, media in updates if media),
        )
        for peer_id in self._left:
            del self.announced[peer_id]
        self.announced |= {peer.peer_id: peer for peer, _ in updates}
        self.announced |= {peer.peer_id: peer for peer in joined}
        self.revision += 1
        self._clear()
        return changes

    def listed(self, own: server.Peer) -> server.PeerList:
        """Return the copy for a peer, itself included."""
        peers = {**self.announced, own.peer_id: own}
        return server.PeerList(self._session_id, tuple(peers.values()), self.revision)

    def _clear(self) -> None:
        self.newcomers.clear()
        self._updated.clear()
        self._left.clear()


def _media_of(peer: server.Peer) -> server.MediaOfPeer:
    media = peer.media
    return server.MediaOfPeer(peer.peer_id, media.audio, media.video, media.screen)
