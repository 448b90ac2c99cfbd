"""Grants: the rights of a peer, and the right that each message needs (rule TOK3)."""

from collections.abc import Iterable
from typing import assert_never

import msgspec
from msgspec import Struct

from canvas_server.core.calls.sdp import sends_media
from canvas_server.core.effects import Refusal
from canvas_server.core.scene.elements import Scene
from canvas_server.core.scene.transaction import owner_of
from canvas_server.protocol import client
from canvas_server.protocol.bounds import Bounds
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.kinds import Kind, stream_of
from canvas_server.protocol.roles import Right, Role
from canvas_server.protocol.traits import RightRule

_NO_MODERATORS = (
    "This server asks nobody for a link, so nobody moderates here; that takes CANVAS_AUTH_SECRET."
)


class Ancestor(Struct, frozen=True, array_like=True):
    """An invitation that another one was made with."""

    id: str
    places: int | None = None
    """How many may be in the session by it, and by all that were made with it; None: any number."""


def lineage_of(ancestors: Iterable[Ancestor], invitation: str) -> frozenset[str]:
    """Return an invitation and all that it was made with."""
    return frozenset((*(ancestor.id for ancestor in ancestors), invitation))


class Grant(Struct, frozen=True):
    """What a join token allows; the one of everybody where no tokens are asked for."""

    role: Role = Role.EDIT
    invitation: str = ""
    """By which it is taken back, with all that were made from it."""
    name: str | None = None
    """What the peer is called; it may say something else where `rename` is set."""
    expires: float | None = None
    """Seconds since 1970 UTC; None: never."""
    renew_at: float | None = None
    """When the peer is to be given another one; None: it ends with this one."""
    life: float = 0
    """How long that other one lives, in seconds."""
    rename: bool = False
    user: str | None = None
    """A stable id of the person, as whoever gave the token out knows them."""
    until: float | None = None
    """When the invitation ends; None: when the token does. Nothing made with it lasts longer."""
    lineage: tuple[Ancestor, ...] = ()
    """The invitations that this one was made with, the first one first (TOK8)."""
    places: int | None = None
    """How many may be in the session by the invitation; None: as many as by any other (SES6)."""
    bounds: Bounds = Bounds()
    """Of an agent (AGT1)."""
    free: frozenset[type[client.ClientMessage]] = frozenset()
    """Messages that pass whatever they hold; follows from the role, at hand since each one asks."""
    invitations: frozenset[str] = frozenset()
    """The invitation and all that it was made with: taking back one of them ends it (TOK8). Follows
    from these, at hand since whoever comes is counted among all who are there."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "free", _FREE[self.role])
        invitations = lineage_of(self.lineage, self.invitation)
        msgspec.structs.force_setattr(self, "invitations", invitations)

    @property
    def key(self) -> str:
        """What is the same in all grants of one invitation and role; no secret (RES1)."""
        return f"{self.role} {self.invitation}"

    @property
    def is_moderator(self) -> bool:
        """Whether it is of somebody who looks after the session."""
        return Right.MODERATE in self.role.rights

    @property
    def horizon(self) -> float | None:
        """What is made with it ends then at the latest; None: never."""
        return self.expires if self.until is None else max(self.until, self.expires or 0)

    def is_over(self, now: float) -> bool:
        """Tell whether it has ended, and is not to be renewed."""
        return self.renew_at is None and self.expires is not None and self.expires <= now

    @property
    def bound_name(self) -> str | None:
        """The name that counts whatever the peer says (TOK6); None: it may choose."""
        return None if self.rename else self.name or None

    @property
    def due(self) -> float | None:
        """When something is to be done about it."""
        return self.expires if self.renew_at is None else self.renew_at


def require(grant: Grant, right: Right) -> None:
    """Let a peer do something, or not.

    Raises:
        Refusal: `forbidden`.
    """
    if right not in grant.role.rights:
        if right is Right.MODERATE and not grant.invitation:
            raise Refusal(ErrorCode.FORBIDDEN, _NO_MODERATORS)
        text = f"As {grant.role!s} you may not do this: it takes the right to {right!s}."
        raise Refusal(ErrorCode.FORBIDDEN, text)


def check(grant: Grant, peer_id: str, message: client.ClientMessage, scene: Scene) -> None:
    """Hold a message against what its sender has been granted, by what it would do.

    Raises:
        Refusal: `forbidden`.
    """
    for right in _needed(peer_id, message, scene):
        require(grant, right)


def _needed(peer_id: str, message: client.ClientMessage, scene: Scene) -> Iterable[Right]:
    rule = message.traits.right
    match rule:
        case None:
            return ()
        case Right():
            return (rule,)
        case RightRule.OF_MEDIA:
            return (Right.PUBLISH,) if _sends_media(message) else ()
        case RightRule.OF_HANDS:
            return (Right.MODERATE,) if _is_of_another(peer_id, message) else ()
        case RightRule.OF_ELEMENTS:
            return _of_elements(peer_id, message, scene)
        case _:
            assert_never(rule)


def _rights_of(rule: Right | RightRule | None) -> frozenset[Right]:
    """Return all rights that a message may take, whatever it holds."""
    match rule:
        case None:
            return frozenset()
        case Right():
            return frozenset((rule,))
        case RightRule.OF_MEDIA:
            return frozenset((Right.PUBLISH,))
        case RightRule.OF_HANDS:
            return frozenset((Right.MODERATE,))
        case RightRule.OF_ELEMENTS:
            return frozenset((Right.EDIT, Right.PUBLISH))
        case _:
            assert_never(rule)


_FREE = {
    role: client.types_with(lambda traits, role=role: _rights_of(traits.right) <= role.rights)
    for role in Role
}


def _sends_media(message: client.ClientMessage) -> bool:
    """Tell whether a message sends media; one that is not known here does."""
    match message:
        case client.MediaState():
            return message.audio or message.video or message.screen
        case client.Offer(sdp=sdp) | client.Answer(sdp=sdp):
            return sends_media(sdp)
        case _:
            return True


def _is_of_another(peer_id: str, message: client.ClientMessage) -> bool:
    """Tell whether a message is about somebody else's hand; one that is not known here is."""
    own = (None, peer_id)
    return not isinstance(message, client.RaiseHand) or message.target_peer_id not in own


def _of_elements(peer_id: str, message: client.ClientMessage, scene: Scene) -> Iterable[Right]:
    """Return the rights that the elements in a message take; of one not known here, all."""
    match message:
        case client.AddElement(element=element):
            yield _of_kind(peer_id, element.kind)
        case client.UpdateElement(id=element_id) | client.RemoveElement(id=element_id):
            yield _of_element(peer_id, element_id, scene)
        case client.SyncQueue(operations=operations):
            yield from (_of_operation(peer_id, operation, scene) for operation in operations)
        case client.Preview(elements=elements):
            yield from (_of_element(peer_id, previewed.id, scene) for previewed in elements)
        case _:
            yield from Right


def _of_operation(peer_id: str, operation: client.Operation, scene: Scene) -> Right:
    if isinstance(operation, client.AddOperation):
        return _of_kind(peer_id, operation.element.kind)
    return _of_element(peer_id, operation.id, scene)


def _of_kind(peer_id: str, kind: Kind) -> Right:
    """Return the right that an element takes: one's own tiles come with one's media."""
    stream_id = stream_of(kind)
    own = stream_id is not None and owner_of(stream_id) == peer_id
    return Right.PUBLISH if own else Right.EDIT


def _of_element(peer_id: str, element_id: str, scene: Scene) -> Right:
    element = scene.get(element_id)
    return Right.EDIT if element is None else _of_kind(peer_id, element.kind)
