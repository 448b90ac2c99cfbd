"""A peer's view of its session: who is here, what is on the canvas and on the table. Pure."""

from msgspec.structs import replace

from canvas_server.client.tableview import TableView
from canvas_server.protocol.kinds import stream_of
from canvas_server.protocol.plain import plain_name
from canvas_server.protocol.scene import Element, Viewport
from canvas_server.protocol.server import (
    ElementAdded,
    ElementRemoved,
    ElementUpdated,
    Media,
    MediaOfPeer,
    Peer,
    PeerAssigned,
    PeerJoined,
    PeerLeft,
    PeerList,
    PeerMediaState,
    PeerUpdated,
    PeerWaiting,
    PeerWaitingLeft,
    RosterChanges,
    SceneUpdate,
    ServerMessage,
    SessionSettings,
    WaitingPeer,
)


class View(TableView):
    """A copy of the list of peers and of the scene that follows the messages."""

    def __init__(self) -> None:
        super().__init__()
        self.peers: dict[str, Peer] = {}
        """By peer id, in order of joining; this peer included."""
        self.elements: dict[str, Element] = {}
        """By element id."""
        self.viewport = Viewport()
        self.revision = 0
        self.settings = SessionSettings(locked=False, lobby=False)
        """Who may come in (ROM3)."""
        self.waiting: dict[str, WaitingPeer] = {}
        """Who waits to be let in, by peer id, as moderators are told (ROM5)."""
        self.known = False
        """A list of peers and a scene have come."""
        self._listed = False

    def apply(self, message: ServerMessage) -> None:
        """Follow one message."""
        self.apply_table(message)
        match message:
            case PeerList(peers=peers):
                self.peers = {peer.peer_id: peer for peer in peers}
                self._listed = True
            case PeerJoined(peer=peer) | PeerUpdated(peer=peer):
                self.peers[peer.peer_id] = peer
            case PeerLeft(peer_id=peer_id):
                self.peers.pop(peer_id, None)
            case RosterChanges():
                self._change(message)
            case PeerMediaState():
                self._media(message.from_peer_id, message)
            case SceneUpdate(scene=scene):
                self.elements = {element.id: element for element in scene.elements}
                self.viewport, self.revision = scene.viewport, scene.revision
                self.known = self._listed
            case ElementAdded(element=element) | ElementUpdated(element=element):
                self.elements[element.id] = element
                self.revision = message.revision
            case ElementRemoved(id=element_id):
                self.elements.pop(element_id, None)
                self.revision = message.revision
            case _:
                self._enter(message)

    def _enter(self, message: ServerMessage) -> None:
        """Follow who may come in, and who waits."""
        match message:
            case SessionSettings():
                self.settings = message
            case PeerWaiting(peer=visitor):
                self.waiting[visitor.peer_id] = visitor
            case PeerWaitingLeft(peer_id=peer_id):
                self.waiting.pop(peer_id, None)
            case PeerAssigned(recovered=False):
                self.settings = SessionSettings(locked=False, lobby=False)
                self.waiting.clear()
            case _:
                pass

    def _change(self, changes: RosterChanges) -> None:
        for one in (*changes.left, *changes.joined):
            self.peers.pop(one.peer_id, None)
        self.peers |= {peer.peer_id: peer for peer in (*changes.joined, *changes.updated)}
        for media in changes.media:
            self._media(media.peer_id, media)

    def _media(self, peer_id: str, state: MediaOfPeer | PeerMediaState) -> None:
        media = Media(state.audio, state.video, state.screen)
        if (peer := self.peers.get(peer_id)) is not None:
            self.peers[peer_id] = replace(peer, media=media)

    def tile_of(self, stream_id: str) -> Element | None:
        """Return the tile of a stream, if it is on the canvas."""
        for element in self.elements.values():
            if stream_of(element.kind) == stream_id:
                return element
        return None

    def name_of(self, peer_id: str) -> str:
        """Return what people call a peer: its name, else the beginning of its id."""
        peer = self.peers.get(peer_id)
        return (peer and plain_name(peer.display_name)) or peer_id[:8]
