"""Audit events: what happened that who runs the server may have to look up later.

One line of the audit log is an `AuditEntry` with the time before it, as JSON. There are no tokens,
descriptions or candidates in it, and texts of people are on one line, without control characters.
"""

from enum import StrEnum

from msgspec import Struct


class AuditEvent(StrEnum):
    """What happened. Stable names."""

    STARTED = "started"
    STOPPED = "stopped"
    JOINED = "joined"
    LEFT = "left"
    FORWARDED = "forwarded"
    KICKED = "kicked"
    REFUSED = "refused"
    LIMITED = "limited"
    TOKEN_MADE = "token_made"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    SCENE_CLEARED = "scene_cleared"
    SCENE_RESTORED = "scene_restored"
    CHAT_REMOVED = "chat_removed"
    CHAT_CLEARED = "chat_cleared"
    SESSION_ERASED = "session_erased"
    SESSIONS_LISTED = "sessions_listed"
    SERVER_PAIRED = "server_paired"
    SERVER_UNPAIRED = "server_unpaired"
    SETTINGS_CHANGED = "settings_changed"
    ADMITTED = "admitted"
    TURNED_AWAY = "turned_away"
    MUTED = "muted"
    AGENT_PAUSED = "agent_paused"
    AGENT_UNDONE = "agent_undone"
    AGENT_CAME = "agent_came"
    AGENT_WENT = "agent_went"
    LEFT_OUT = "left_out"

    @property
    def meaning(self) -> str:
        """One sentence for people, also printed in the table of events."""
        return _MEANINGS[self]


_MEANINGS = {
    AuditEvent.STARTED: "The server serves; `settings` names those that weaken it.",
    AuditEvent.STOPPED: "It is about to end; where this is missing, it broke.",
    AuditEvent.JOINED: "A peer is in a session. `server`: it is a guest of that other server.",
    AuditEvent.LEFT: "It is not any more; `reason` as in `peer_left`.",
    AuditEvent.FORWARDED: "A connection was passed on to the node of a cluster that owns the "
    "session; that writes `joined`, without the address.",
    AuditEvent.KICKED: "`by`, a peer, removed `peer`.",
    AuditEvent.REFUSED: "A message or a request was refused with `code`; `where` says which way "
    "it came, for HTTP with method and path. `unauthorized` at the paths of operators: somebody "
    "without a good admin token.",
    AuditEvent.LIMITED: "A limit held somebody up: `code` of the refusal, or `limit`.",
    AuditEvent.TOKEN_MADE: "A link was given out `by` an invitation, or `admin`; until `expires`.",
    AuditEvent.TOKEN_REVOKED: "It was taken back.",
    AuditEvent.SCENE_CLEARED: "All was removed from a canvas.",
    AuditEvent.SCENE_RESTORED: "An earlier state of a canvas was asked back.",
    AuditEvent.CHAT_REMOVED: "`by`, a peer, removed a message of `peer` from the chat.",
    AuditEvent.CHAT_CLEARED: "All messages of a chat were removed.",
    AuditEvent.SESSION_ERASED: "A canvas was removed with its whole history.",
    AuditEvent.SESSIONS_LISTED: "All sessions were shown to who runs the server.",
    AuditEvent.SERVER_PAIRED: "Sessions may be shared with another `server`; also at each start.",
    AuditEvent.SERVER_UNPAIRED: "Not any more.",
    AuditEvent.SETTINGS_CHANGED: "A moderator locked or unlocked a session, or changed its waiting "
    "room; `reason` is what holds now.",
    AuditEvent.ADMITTED: "`by`, a moderator, let `peer` in, who had waited.",
    AuditEvent.TURNED_AWAY: "`by`, a moderator, did not.",
    AuditEvent.MUTED: "`by`, a moderator, had `peer` stop a medium; `reason` is which.",
    AuditEvent.AGENT_PAUSED: "`by`, a peer, paused the agent `peer`, or let it go on; `reason` "
    "says which.",
    AuditEvent.AGENT_UNDONE: "`by`, a peer, took back what the agent `peer` had done.",
    AuditEvent.AGENT_CAME: "An agent came by `/mcp`; `joined` follows when it is in the session.",
    AuditEvent.AGENT_WENT: "It is not there any more, having called `count` tools; `reason` says "
    "which and how often, never with what.",
    AuditEvent.LEFT_OUT: "`count` events `of` a kind, of one address, session or invitation, came "
    "faster than they are written; of `*`: the disk was too slow, or full.",
}


class AuditEntry(Struct, frozen=True, omit_defaults=True):
    """One event. What is not known, or does not concern it, is absent."""

    event: AuditEvent
    session: str | None = None
    peer: str | None = None
    name: str | None = None
    """What the peer is called."""
    user: str | None = None
    """Who its token says that it is."""
    role: str | None = None
    invitation: str | None = None
    """By which it came, or that is concerned: the id by which it is taken back."""
    by: str | None = None
    """Who did it: a peer, an invitation, `admin`, or `anybody` where nobody is asked."""
    address: str | None = None
    """From where, as trusted proxies say."""
    server: str | None = None
    """Another server."""
    where: str | None = None
    code: str | None = None
    reason: str | None = None
    limit: str | None = None
    expires: str | None = None
    of: str | None = None
    count: int | None = None
    settings: tuple[str, ...] = ()
