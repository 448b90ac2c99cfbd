"""Audit events of HTTP requests: what was refused, and what operators and moderators do."""

import datetime
from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request

from canvas_server.auth.invitationfile import Invitation
from canvas_server.http.basepath import SHORT_LINKS
from canvas_server.protocol.audit import AuditEntry, AuditEvent

Record = Callable[[AuditEntry], None]
_LIMITS = frozenset((408, 413, 429, 431, 503))
_UNREMARKABLE = frozenset((404, 405, 412, 426))
"""Statuses of what may happen to anybody who does nothing wrong."""
_REMARKABLE = frozenset(("unknown_code",))
"""Codes with such a status that somebody may be guessing with."""
MAX_BODY_BYTES = 4096
"""Of an error; nothing longer is one of ours."""


class _Error(Struct):
    code: str = ""


def refusal_entry(
    method: str, path: str, address: str | None, status: int, body: bytes
) -> AuditEntry | None:
    """Return that a request was refused; None: it is nothing to write down."""
    if status < 400:
        return None
    try:
        code = msgspec.json.decode(body[:MAX_BODY_BYTES], type=_Error).code
    except msgspec.MsgspecError:
        code = ""
    if status in _UNREMARKABLE and code not in _REMARKABLE:
        return None
    if path.startswith(SHORT_LINKS):
        path = f"{SHORT_LINKS}…"
    event = AuditEvent.LIMITED if status in _LIMITS else AuditEvent.REFUSED
    return AuditEntry(
        event, address=address or None, where=f"{method} {path}".rstrip(), code=code or str(status)
    )


class RequestAudit:
    """Writes down what requests do, with where they come from."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def note(self, request: Request, entry: AuditEntry) -> None:
        """Write an event down that a request has caused."""
        address = request.client.host if request.client else None
        self._record(replace(entry, address=address))

    def token(
        self, event: AuditEvent, request: Request, invitation: Invitation, by: str | None
    ) -> None:
        """Write down that a token was made or taken back."""
        entry = AuditEntry(
            event,
            session=invitation.session_id or None,
            name=invitation.name,
            role=invitation.role.value,
            invitation=invitation.id,
            by=by or "anybody",
            expires=_moment(invitation.expires),
        )
        self.note(request, entry)


def _moment(seconds: float) -> str | None:
    try:
        moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):  # an end that nobody here knows
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
