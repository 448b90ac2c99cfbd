"""The history of a scene: every accepted change, who made it and when."""

from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.protocol.fields import (
    DisplayName,
    ElementId,
    PeerId,
    Revision,
    ServerName,
    TimestampMs,
)
from canvas_server.protocol.scene import Element, ElementChanges


class Added(Struct, frozen=True, tag_field="op", tag="add"):
    """An element came."""

    element: Element


class Updated(Struct, frozen=True, tag_field="op", tag="update"):
    """The named parts of an element became these."""

    id: ElementId
    changes: ElementChanges


class Removed(Struct, frozen=True, tag_field="op", tag="remove"):
    """An element went."""

    id: ElementId


class Replaced(Struct, frozen=True, omit_defaults=True, tag_field="op", tag="replace"):
    """The scene became these elements: it was cleared, restored or imported."""

    elements: tuple[Element, ...]
    restored: Annotated[
        Revision | None, Meta(description="The earlier revision that was restored.")
    ] = None


Change = Added | Updated | Removed | Replaced


class Entry(Struct, frozen=True, omit_defaults=True):
    """One accepted change. Revisions of a session's entries grow; a few may be missing.

    Without a `peer_id` the change came over HTTP or from the server itself, or from `server`.
    """

    revision: Revision
    timestamp: TimestampMs
    change: Change
    peer_id: PeerId | None = None
    display_name: DisplayName | None = None
    server: Annotated[
        ServerName | None,
        Meta(
            description="The other server that the change comes from, by somebody there or itself."
        ),
    ] = None
    accepted_by: Annotated[
        PeerId | None, Meta(description="Who accepted it, where it was a proposal (AGT5).")
    ] = None
