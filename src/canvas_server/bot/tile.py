"""The tile of a bot: put on the canvas, and kept in its slot while nobody has arranged it."""

import uuid

from canvas_server.bot.pattern import HEIGHT, WIDTH
from canvas_server.bot.placement import arranged_slot, free_slot, tile_order
from canvas_server.client import Client
from canvas_server.protocol.client import AddElement, UpdateElement
from canvas_server.protocol.kinds import Video
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Transform,
    TransformChanges,
)

ASPECT = WIDTH / HEIGHT


class BotTile:
    """Says what to change, so that there is one tile at the right place (rules SCN3, LAY2)."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._awaited = False
        self._slot: Transform | None = None
        """Where it was to go: a place that was refused is not asked for again."""

    def forget(self) -> None:
        """Wait no more for a tile: the calls are over, or the server has forgotten us."""
        self._awaited = False
        self._slot = None

    def change(self, *, in_call: bool) -> AddElement | UpdateElement | None:
        """Return the change that is due now."""
        view = self._client.view
        own = f"peer-{self._client.peer_id}"
        tile = view.tile_of(own)
        if tile is not None:
            self._awaited = False
            return self._move(own, tile) if in_call else None
        if not in_call or self._awaited or not view.known:
            return None
        self._awaited = True
        self._slot = None
        elements = list(view.elements.values())
        place = free_slot(own, self._streams(own), ASPECT, elements, view.viewport)
        return AddElement(NewElement(Video(own), place), str(uuid.uuid4()))

    def _move(self, own: str, tile: Element) -> UpdateElement | None:
        view = self._client.view
        elements = list(view.elements.values())
        slot = arranged_slot(own, ASPECT, elements, view.viewport)
        if slot is None or slot == self._slot:
            return None
        self._slot = slot
        at = tile.transform
        if (at.x, at.y, at.width, at.height) == (slot.x, slot.y, slot.width, slot.height):
            return None
        place = TransformChanges(x=slot.x, y=slot.y, width=slot.width, height=slot.height)
        return UpdateElement(tile.id, ElementChanges(transform=place), str(uuid.uuid4()))

    def _streams(self, own: str) -> list[str]:
        """Return the streams that have a tile or are about to get one, in their order."""
        return tile_order(self._client.view.peers, lambda one: one == own or self._tiled(one))

    def _tiled(self, stream_id: str) -> bool:
        view = self._client.view
        if view.tile_of(stream_id) is not None:
            return True
        source, _, peer_id = stream_id.partition("-")
        peer = view.peers.get(peer_id)
        if peer is None:
            return False
        return peer.media.screen if source == "screen" else peer.in_call
