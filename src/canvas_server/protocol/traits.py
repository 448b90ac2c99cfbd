"""Message traits: what everything but the handler of a message has to know of its type.

Each struct of `ClientMessage` and `ServerMessage` holds its own, as the class attribute `traits`.
Those for the browser are generated with the types (`web/types/traits.js`).
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from canvas_server.protocol.roles import Right


class RightRule(StrEnum):
    """A right that depends on what the message holds (TOK3)."""

    OF_ELEMENTS = "of_elements"
    OF_MEDIA = "of_media"
    OF_HANDS = "of_hands"

    @property
    def meaning(self) -> str:
        """What it takes, also printed in the protocol tables."""
        return _RULE_MEANINGS[self]


_RULE_MEANINGS = {
    RightRule.OF_ELEMENTS: "`edit`, for tiles of one's own `publish`",
    RightRule.OF_MEDIA: "`publish`, where it sends media",
    RightRule.OF_HANDS: "`moderate`, for the hand of somebody else",
}


class Federated(StrEnum):
    """How a message passes between the people of two servers that share a session (REL1)."""

    NO = "no"
    """It does not: each server tells its own people, or it is about this server alone."""
    SIGNAL = "signal"
    """As a signal of a call, in the form of x0x."""
    PRESENCE = "presence"
    """As part of the description of a person, which is sent whenever it changes."""
    MESSAGE = "message"
    """As it is."""
    EDIT = "edit"
    """As it is, and only to the server that keeps the scene."""
    REPLY = "reply"
    """As the reply to an edit that was forwarded."""
    DROPPABLE = "droppable"
    """As it is, the latest of each sender; it may be lost."""


class Charge(StrEnum):
    """What a message is charged for beyond its place in the rate limit (OUT2)."""

    NOTHING = "nothing"
    ANSWER = "answer"
    """The bytes of its answer, which may be long."""
    JOIN = "join"
    """The same; without it nobody can be there, so it is never refused for its cost."""
    OPERATIONS = "operations"
    """Its operations, each of which is an edit."""


class AfterGap(StrEnum):
    """What a client does with a message once the server has forgotten what it had of it (RES1)."""

    DISCARD = "discard"
    """Its author makes it anew: negotiation, edits and what is said, the connection itself."""
    UNLESS_WRITTEN = "unless_written"
    """Send it if it was never written: twice may do harm."""
    RESEND = "resend"
    """Send it again: it says how things are."""


UnderLoad = Literal["drop", "refuse", "wait"]
"""What becomes of a message while what its session or its invitation may have done is used up, and
waiting has not helped (OUT2): signals, presence and pings wait, edits and questions are refused."""


class ClientTraits(Struct, frozen=True, kw_only=True):
    """Traits of a message that a client sends."""

    right: Right | RightRule | None
    """Which right it takes; None: everybody may send it."""
    federated: Federated
    after_gap: AfterGap
    droppable: bool = False
    """A later one says it better: it is the first to go from a full queue, and is not resent."""
    tokens: int = 1
    """What it costs in the rate limit of its connection."""
    charge: Charge = Charge.NOTHING

    @property
    def under_load(self) -> UnderLoad:
        """What becomes of it under load.

        A ping is for nobody else, and who has no answer takes the connection for dead.
        """
        if self.droppable:
            return "wait" if self.federated is Federated.NO else "drop"
        is_edit = self.right in (Right.EDIT, Right.CHAT, RightRule.OF_ELEMENTS)
        is_dear = self.charge in (Charge.ANSWER, Charge.OPERATIONS)
        return "refuse" if is_edit or is_dear else "wait"


Delivery = Literal["reliable", "coalesced", "droppable"]
"""`coalesced`: it may wait a moment for others, so that a crowd costs fewer writes. `droppable`: it
is coalesced, and a slow reader may miss it (OUT1)."""

Replay = Literal["same", "blank"]
"""What a connection that resumes is sent again in its place: the same message, or one that says
nothing and keeps the count of both ends (RES1)."""


class ServerTraits(Struct, frozen=True, kw_only=True):
    """Traits of a message that the server sends."""

    federated: Federated
    delivery: Delivery = "reliable"
    replay: Replay = "same"
    visible: bool = True
    """It may change what a person sees in the page; those that do not come by the hundred."""
