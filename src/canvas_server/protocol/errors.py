"""Error codes, close codes and the reasons a call or a peer ends."""

from enum import IntEnum, StrEnum
from typing import Literal

MAX_TEXT = 300
"""Characters of the text of an error."""


class ErrorCode(StrEnum):
    """Why a frame was refused. Stable names; the text beside them is for people."""

    INVALID_JSON = "invalid_json"
    INVALID_MESSAGE = "invalid_message"
    UNKNOWN_TYPE = "unknown_type"
    BINARY_FRAME = "binary_frame"
    NOT_SUBSCRIBED = "not_subscribed"
    WRONG_SESSION = "wrong_session"
    SESSION_FULL = "session_full"
    LINK_FULL = "link_full"
    SERVER_FULL = "server_full"
    PEER_ID_TAKEN = "peer_id_taken"
    PEER_NOT_FOUND = "peer_not_found"
    SELF_SIGNAL = "self_signal"
    NOT_IN_CALL = "not_in_call"
    INVALID_SDP = "invalid_sdp"
    INVALID_CANDIDATE = "invalid_candidate"
    ELEMENT_NOT_FOUND = "element_not_found"
    ELEMENT_EXISTS = "element_exists"
    ELEMENT_CHANGED = "element_changed"
    ELEMENT_LOCKED = "element_locked"
    INVALID_CHANGE = "invalid_change"
    CONTENT_REFUSED = "content_refused"
    SCENE_FULL = "scene_full"
    CHAT_NOT_FOUND = "chat_not_found"
    REVISION_NOT_FOUND = "revision_not_found"
    REVISION_CHANGED = "revision_changed"
    RATE_LIMITED = "rate_limited"
    STORAGE_FAILED = "storage_failed"
    UNAUTHORIZED = "unauthorized"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    FORBIDDEN = "forbidden"
    SESSION_LOCKED = "session_locked"
    OUT_OF_BOUNDS = "out_of_bounds"
    AGENT_PAUSED = "agent_paused"
    NOT_OPEN = "not_open"

    @property
    def meaning(self) -> str:
        """One sentence for people, also printed in the protocol tables."""
        return _ERROR_MEANINGS[self]

    @property
    def passing(self) -> bool:
        """Whether the same message may be accepted later, so that it is sent again after a pause.

        Every other refusal is final for its message (IN5).
        """
        return self in _PASSING

    @property
    def unread(self) -> bool:
        """Whether the frame was not read as a message, so that the error may name none (IN4)."""
        return self in _UNREAD


def code_of(name: str) -> ErrorCode:
    """Return the error code of a name; of one that a later release has, the final `invalid_change`.

    An edit has an end also where its refusal is a new one (IN5).
    """
    try:
        return ErrorCode(name)
    except ValueError:
        return ErrorCode.INVALID_CHANGE


def shortened(text: str) -> str:
    """Return a reason as it is sent and kept: it may quote what somebody sent, of any length."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


_PASSING = frozenset((ErrorCode.STORAGE_FAILED, ErrorCode.SERVER_FULL, ErrorCode.RATE_LIMITED))
_UNREAD = frozenset(
    (
        ErrorCode.INVALID_JSON,
        ErrorCode.INVALID_MESSAGE,
        ErrorCode.UNKNOWN_TYPE,
        ErrorCode.BINARY_FRAME,
    )
)
_ERROR_MEANINGS = {
    ErrorCode.INVALID_JSON: "The frame is not JSON text in UTF-8.",
    ErrorCode.INVALID_MESSAGE: "A field is missing, of a wrong type or outside its limits.",
    ErrorCode.UNKNOWN_TYPE: "There is no message of this `type`.",
    ErrorCode.BINARY_FRAME: "Messages are text frames; this one was binary.",
    ErrorCode.NOT_SUBSCRIBED: "Send `subscribe` first.",
    ErrorCode.WRONG_SESSION: "The named session is not the one you are in.",
    ErrorCode.SESSION_FULL: "The session has no place for another peer.",
    ErrorCode.LINK_FULL: "All places of this link are taken: ask for another link, or come when "
    "somebody has left.",
    ErrorCode.SERVER_FULL: "The server has no place for another session; come back later.",
    ErrorCode.PEER_ID_TAKEN: "This peer id is not free, and the resume token does not prove it.",
    ErrorCode.PEER_NOT_FOUND: "There is no such peer in your session.",
    ErrorCode.SELF_SIGNAL: "A peer does not signal itself.",
    ErrorCode.NOT_IN_CALL: "There is no such call with that peer.",
    ErrorCode.INVALID_SDP: "The session description lacks what secures its transport.",
    ErrorCode.INVALID_CANDIDATE: "The candidate is no candidate-attribute (RFC 8839 section 5.1).",
    ErrorCode.ELEMENT_NOT_FOUND: "There is no element of this id.",
    ErrorCode.ELEMENT_EXISTS: "There is an element of this id already.",
    ErrorCode.ELEMENT_CHANGED: "Somebody else has changed what the edit expects to find.",
    ErrorCode.ELEMENT_LOCKED: "The element is locked: unlock it first.",
    ErrorCode.INVALID_CHANGE: "The change would make an element that is not allowed.",
    ErrorCode.CONTENT_REFUSED: "The picture or model cannot be read, or could stop browsers; the "
    "text says what to do.",
    ErrorCode.SCENE_FULL: "The scene has reached its limit of elements or bytes.",
    ErrorCode.CHAT_NOT_FOUND: "There is no such message in the chat, or it is not for you.",
    ErrorCode.REVISION_NOT_FOUND: "The history does not reach back to this revision.",
    ErrorCode.REVISION_CHANGED: "The scene has another revision than the edit expects.",
    ErrorCode.RATE_LIMITED: "That is more work at once than one may ask for; nothing was changed. "
    "Try again later, or less at a time.",
    ErrorCode.STORAGE_FAILED: "The server cannot read or store the scene now; nothing was changed.",
    ErrorCode.UNAUTHORIZED: "This session is for those with a link to it; the token is missing, "
    "wrong or was taken back.",
    ErrorCode.TOKEN_EXPIRED: "The token was good, but its time is over: ask for a new link.",
    ErrorCode.FORBIDDEN: "Your role does not allow this.",
    ErrorCode.SESSION_LOCKED: "The session is locked: nobody new comes in.",
    ErrorCode.OUT_OF_BOUNDS: "The token of this agent does not allow that; the text "
    "says which bound.",
    ErrorCode.AGENT_PAUSED: "Somebody has paused this agent: it may change nothing until they "
    "let it go on.",
    ErrorCode.NOT_OPEN: "There is no such proposal or question, or it is decided.",
}


class CloseCode(IntEnum):
    """WebSocket close codes the server sends. 4000-4099: come back; 4100-4199: do not."""

    PROTOCOL_ERROR = 1002
    MESSAGE_TOO_BIG = 1009
    SERVICE_RESTART = 1012
    TOO_SLOW = 4000
    SILENT = 4001
    UNSUBSCRIBED = 4002
    MOVED = 4003
    NO_ROOM = 4004
    TAKEN_OVER = 4100
    TOKEN_EXPIRED = 4101
    REMOVED = 4102
    TOO_MANY_TRIES = 4103
    GAVE_WAY = 4104
    SESSION_LOCKED = 4105
    TURNED_AWAY = 4106
    WAITED_IN_VAIN = 4107

    @property
    def meaning(self) -> str:
        """One sentence for people, also sent as the reason of the close frame."""
        return _CLOSE_MEANINGS[self]


_CLOSE_MEANINGS = {
    CloseCode.PROTOCOL_ERROR: "the frames break RFC 6455",
    CloseCode.MESSAGE_TOO_BIG: "a message is larger than 1 MiB or has too many fragments",
    CloseCode.SERVICE_RESTART: "the server stops or restarts: come back",
    CloseCode.TOO_SLOW: "you read too slowly and too much is waiting: come back",
    CloseCode.SILENT: "nothing was heard from you, not even a pong: come back",
    CloseCode.UNSUBSCRIBED: "you joined no session in time: come back and send `subscribe`",
    CloseCode.MOVED: "your session has moved to another node of this server: come back",
    CloseCode.NO_ROOM: "the server keeps too many long messages that are not complete: come back",
    CloseCode.TAKEN_OVER: "another connection proved to be this peer",
    CloseCode.TOKEN_EXPIRED: "your token has expired: ask for a new link",
    CloseCode.REMOVED: "you were removed from the session, or your link was taken back",
    CloseCode.TOO_MANY_TRIES: "too many tokens of yours were wrong",
    CloseCode.GAVE_WAY: "the session is full, and who looks after it needed your place",
    CloseCode.SESSION_LOCKED: "the session is locked: nobody new comes in",
    CloseCode.TURNED_AWAY: "who looks after the session did not let you in",
    CloseCode.WAITED_IN_VAIN: "nobody let you in: ask again when somebody is there",
}

CallEndReason = Literal["hangup", "declined", "busy", "timeout", "left", "failed"]
