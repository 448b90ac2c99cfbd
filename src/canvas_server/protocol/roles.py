"""Roles in a session, and the rights that each one has."""

from enum import StrEnum


class Right(StrEnum):
    """Something that not everybody may do.

    To see, to point, to be in calls and to read the chat is not among it.
    """

    EDIT = "edit"
    PUBLISH = "publish"
    CHAT = "chat"
    MODERATE = "moderate"

    @property
    def meaning(self) -> str:
        """What it allows, also printed in the protocol tables."""
        return _RIGHT_MEANINGS[self]


_RIGHT_MEANINGS = {
    Right.EDIT: "Change the canvas.",
    Right.PUBLISH: "Send camera, microphone and screen, and have tiles of them.",
    Right.CHAT: "Write in the chat.",
    Right.MODERATE: "Lock the session, let people in, mute and remove them, and give out and take "
    "back links.",
}


class Role(StrEnum):
    """What somebody is in a session, as their join token says."""

    VIEW = "view"
    EDIT = "edit"
    PRESENT = "present"
    MODERATE = "moderate"
    AGENT = "agent"

    @property
    def rights(self) -> frozenset[Right]:
        """What this role may do."""
        return _RIGHTS[self]

    @property
    def meaning(self) -> str:
        """Whom it is for, also printed in the protocol tables."""
        return _ROLE_MEANINGS[self]


_RIGHTS = {
    Role.VIEW: frozenset[Right](),
    Role.EDIT: frozenset({Right.EDIT, Right.PUBLISH, Right.CHAT}),
    Role.PRESENT: frozenset({Right.PUBLISH, Right.CHAT}),
    Role.MODERATE: frozenset(Right),
    Role.AGENT: frozenset({Right.EDIT, Right.CHAT}),
}

_ROLE_MEANINGS = {
    Role.VIEW: "Sees and hears everything, and sends nothing but a pointer, what it has "
    "selected, a raised hand and reactions.",
    Role.EDIT: "Takes part: edits, and is seen and heard. Where no tokens are asked for, everybody "
    "is this.",
    Role.PRESENT: "Is seen and heard, and shows a screen, but leaves the canvas as it is.",
    Role.MODERATE: "As `edit`, and looks after who is here.",
    Role.AGENT: "A program that draws, and is neither seen nor heard.",
}
