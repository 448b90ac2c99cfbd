"""What is sent to and answered by `/api/scene`."""

from typing import Annotated

from msgspec import Meta, Struct

from canvas_server.protocol.fields import ElementId, Revision, SessionId
from canvas_server.protocol.history import Entry
from canvas_server.protocol.scene import ElementChanges, NewElement, SceneDocument

MAX_EDITED = 20_000


class ChangedElement(Struct, frozen=True):
    """The parts of an element that change."""

    id: ElementId
    changes: ElementChanges


class SceneEdit(Struct, frozen=True):
    """The body of `POST /api/scene`: first `clear`, then `add`, `update`, `remove`, all or nothing.

    Without a `session_id` it is about the session `default`.
    """

    session_id: SessionId = "default"
    add: Annotated[tuple[NewElement, ...], Meta(max_length=MAX_EDITED)] = ()
    update: Annotated[tuple[ChangedElement, ...], Meta(max_length=MAX_EDITED)] = ()
    remove: Annotated[tuple[ElementId, ...], Meta(max_length=MAX_EDITED)] = ()
    clear: bool = False


class SceneAnswer(Struct, frozen=True):
    """The answer to `GET` and `POST`: the scene as everybody has been told it is."""

    scene: SceneDocument
    success: bool = True


class HistoryAnswer(Struct, frozen=True):
    """A part of the history, the latest change first; go on with `before`, the last revision of it.

    It ends where `first_revision` is: the scene at that revision can be had, none before it.
    """

    revision: Revision
    first_revision: Revision
    entries: tuple[Entry, ...]
    success: bool = True
