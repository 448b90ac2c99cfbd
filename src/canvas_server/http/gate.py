"""Authorization of requests: the bearer token (RFC 6750) and what it allows (rule TOK5)."""

import time
from collections.abc import Callable

from msgspec import Struct
from starlette.requests import Request

from canvas_server.addresses import is_loopback, parsed_host
from canvas_server.auth.admin import AdminTokens
from canvas_server.auth.invitationfile import Invitation
from canvas_server.auth.join import JoinTokens
from canvas_server.auth.resume import SignedIdentities
from canvas_server.core.effects import Refusal
from canvas_server.core.presence import grants
from canvas_server.core.presence.grants import Grant
from canvas_server.core.records import EntryRules
from canvas_server.http.grammar import bearer, joined
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import MAX_TOKEN
from canvas_server.protocol.roles import Right, Role

ADMIN = "admin"
RESUME_TOKEN = "canvas-resume-token"  # noqa: S105 - the name of a field
"""The field with which a request shows that its sender is in the session."""
_NOT_ENTERED = (
    "this session is locked, or has a waiting room: send the `resume_token` of a peer of yours "
    "that was let in, in the field `Canvas-Resume-Token`"
)
_PASSED_ON = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)
"""Fields of proxies (RFC 7239, RFC 9110 section 7.6.3)."""
_NOBODY_ASKED = (
    "this server asks nobody who they are; set CANVAS_AUTH_SECRET to what "
    "`canvas-server secret` prints, then `canvas-server token --admin` makes a token for this"
)


class Bearer(Struct, frozen=True):
    """Who bears a join token: the token, the session that it names, and what it allows there."""

    token: str
    session_id: str
    grant: Grant


class Gate:
    """Lets requests through. Where no tokens are asked for, everybody is `edit`."""

    def __init__(
        self,
        join: JoinTokens | None,
        admins: AdminTokens | None,
        identities: SignedIdentities,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Both `join` and `admins` are there, or neither; `identities` read resume tokens."""
        self._identities = identities
        self._join = join
        self._admins = admins
        self._clock = clock

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return self._join is None

    def require(
        self, request: Request, session_id: str, right: Right | None = None
    ) -> Grant | None:
        """Let those through who may be in a session, and have a right where one is needed.

        Returns what they were granted; None for who runs the server, and where nobody is asked.

        Raises:
            Refusal: `unauthorized`, `token_expired`, `forbidden`.
        """
        if self._join is None or self.is_admin(request):
            return None
        grant = self._join.admit(_bearer(request), session_id, self._clock())
        if right is not None:
            grants.require(grant, right)
        return grant

    def require_entered(
        self, request: Request, session_id: str, grant: Grant, rules: EntryRules
    ) -> None:
        """Let those through who have come in, where a session is locked or has a waiting room.

        A link alone is not enough there, or it would show whoever waits outside what is inside: its
        bearer shows with a resume token in `Canvas-Resume-Token` that they were let in (ROM6).

        Raises:
            Refusal: `session_locked`.
        """
        if not rules.hold or grant.is_moderator:
            return
        token = request.headers.get(RESUME_TOKEN, "")
        claims = self._identities.read(token, self._clock()) if len(token) <= MAX_TOKEN else None
        if (
            claims is None
            or not claims.incarnation
            or (claims.session_id, claims.grant) != (session_id, grant.key)
            or claims.peer_id in rules.removed
        ):
            raise Refusal(ErrorCode.SESSION_LOCKED, _NOT_ENTERED)

    def bearer(self, request: Request) -> Bearer | None:
        """Return who bears the join token of a request, in the session that it names.

        None: nobody is asked.

        Raises:
            Refusal: `unauthorized`, `token_expired`.
        """
        if self._join is None:
            return None
        token = _bearer(request) or ""
        return Bearer(token, *self._join.opened(token, self._clock()))

    def who(self, request: Request) -> str | None:
        """Return by which invitation a request comes, or `admin`; None: by none."""
        if self.is_admin(request):
            return ADMIN
        if self._join is None:
            return None
        try:
            return self._join.recognise(_bearer(request), self._clock()).invitation
        except Refusal:
            return None

    def recognise(self, request: Request, right: Right) -> str | None:
        """Let those through who have a right in some session, before it is known in which one.

        Returns the invitation by which they come, so that what they send can be counted; None where
        nobody is asked. `require` is to follow, when the session is known.

        Raises:
            Refusal: `unauthorized`, `token_expired`, `forbidden`.
        """
        if self._join is None:
            return None
        if self.is_admin(request):
            return ADMIN
        grant = self._join.recognise(_bearer(request), self._clock())
        grants.require(grant, right)
        return grant.invitation

    def recognise_inviter(self, request: Request) -> str | None:
        """Let those through who may invite anybody into some session; see `recognise`.

        Raises:
            Refusal: as `recognise`; `forbidden` where no tokens are asked for.
        """
        if self._join is None:
            raise Refusal(ErrorCode.FORBIDDEN, _NOBODY_ASKED)
        return self.recognise(request, Right.EDIT)

    def require_inviter(self, request: Request, session_id: str, role: Role) -> Grant | None:
        """Let those through who may invite somebody of a role: who edits invites agents (AGT2).

        Raises:
            Refusal: as `require`.
        """
        return self.require(
            request, session_id, Right.EDIT if role is Role.AGENT else Right.MODERATE
        )

    def require_taker_back(self, request: Request, invitation: Invitation) -> Grant | None:
        """Let those through who may take an invitation back; see `require_moderator`.

        Who has invited an agent may, with the same link.

        Raises:
            Refusal: as `require_moderator`.
        """
        if invitation.role is Role.AGENT and invitation.lineage:
            grant = self.require(request, invitation.session_id)
            if grant is not None and grant.invitation == invitation.lineage[-1]:
                return grant
        return self.require_moderator(request, invitation.session_id)

    def recognise_moderator(self, request: Request) -> str | None:
        """Let those through who look after some session; see `recognise`.

        Raises:
            Refusal: as `recognise`; `forbidden` where no tokens are asked for.
        """
        if self._join is None:
            raise Refusal(ErrorCode.FORBIDDEN, _NOBODY_ASKED)
        return self.recognise(request, Right.MODERATE)

    def require_moderator(self, request: Request, session_id: str) -> Grant | None:
        """Let those through who look after a session, or run the server; see `require`.

        Raises:
            Refusal: as `require`; `forbidden` where no tokens are asked for.
        """
        if self._join is None:
            raise Refusal(ErrorCode.FORBIDDEN, _NOBODY_ASKED)
        return self.require(request, session_id, Right.MODERATE)

    def require_admin(self, request: Request) -> None:
        """Let those through who run the server.

        Raises:
            Refusal: `unauthorized`; `forbidden` where no tokens are asked for.
        """
        if self._admins is None:
            raise Refusal(ErrorCode.FORBIDDEN, _NOBODY_ASKED)
        if not self.is_admin(request):
            text = "this takes an admin token; `canvas-server token --admin` makes one"
            raise Refusal(ErrorCode.UNAUTHORIZED, text)

    def require_operator(self, request: Request) -> None:
        """Let those through who run the server, to what it says of all sessions and of itself.

        That takes an admin token; where nobody is asked for one, a request of this machine.

        Raises:
            Refusal: `unauthorized`, `forbidden`.
        """
        if self._admins is not None:
            self.require_admin(request)
        elif not is_of_this_machine(request):
            raise Refusal(
                ErrorCode.FORBIDDEN, f"only this machine itself is answered: {_NOBODY_ASKED}"
            )

    def is_operator(self, request: Request) -> bool:
        """Tell whether a request comes from who runs the server, or from this machine."""
        return self.is_admin(request) or is_of_this_machine(request)

    def is_admin(self, request: Request) -> bool:
        """Tell whether a request bears an admin token."""
        token = _bearer(request)
        return self._admins is not None and self._admins.proves(token or "", self._clock())


def is_of_this_machine(request: Request) -> bool:
    """Tell whether a request was sent here, to a name of loopback, and passed on by nobody.

    A proxy on this machine that adds no field cannot be told apart, but it asks for its own name.
    """
    host = parsed_host(request.headers.get("host", ""))
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and host is not None
        and is_loopback(host.name)
        and not any(field in request.headers for field in _PASSED_ON)
    )


def _bearer(request: Request) -> str | None:
    token = bearer(joined(request.headers.raw, b"authorization"))
    return token if token and len(token) <= MAX_TOKEN else None  # a longer one is none of ours
