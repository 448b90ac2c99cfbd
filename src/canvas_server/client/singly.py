"""Messages one by one: what a server tells of many at a time, as if it had told it singly. Pure."""

from collections.abc import Iterator

from canvas_server.protocol.server import (
    MediaOfPeer,
    PeerCursor,
    PeerJoined,
    PeerLeft,
    PeerMediaState,
    PeerUpdated,
    Pointers,
    RosterChanges,
    ServerMessage,
)

FEATURES = ("roster_changes", "pointers")
"""What this client takes of `welcome.features`."""


def singly(message: ServerMessage, own: str) -> Iterator[ServerMessage]:
    """Yield what a message tells of each of the others; `own` is the id of this peer."""
    match message:
        case RosterChanges():
            yield from _changes(message, own)
        case Pointers(pointers):
            yield from (PeerCursor(*pointer) for pointer in pointers if pointer[0] != own)
        case _:
            yield message


def _changes(message: RosterChanges, own: str) -> Iterator[ServerMessage]:
    session_id = message.session_id
    changes: list[tuple[str, ServerMessage]] = [
        *((gone.peer_id, PeerLeft(session_id, gone.peer_id, gone.reason)) for gone in message.left),
        *((peer.peer_id, PeerJoined(session_id, peer)) for peer in message.joined),
        *((peer.peer_id, PeerUpdated(peer)) for peer in message.updated),
        *((one.peer_id, _media(one)) for one in message.media),
    ]
    yield from (change for peer_id, change in changes if peer_id != own)


def _media(one: MediaOfPeer) -> PeerMediaState:
    return PeerMediaState(one.peer_id, one.audio, one.video, one.screen)
