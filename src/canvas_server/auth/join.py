"""Join tokens: who bears one may be in a session, in a role (rules TOK1, TOK2 and TOK8)."""

import secrets
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr

from canvas_server.auth.keys import Keys
from canvas_server.auth.signing import BadToken, Expired, Signer
from canvas_server.core.effects import Refusal
from canvas_server.core.presence.grants import Ancestor, Grant
from canvas_server.protocol.bounds import (
    ALL_SIGHTS,
    Area,
    BoundElements,
    BoundKinds,
    BoundRate,
    Bounds,
    Mode,
    Sight,
)
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import DisplayName, Places, SessionId, UserId
from canvas_server.protocol.http import TokenWish
from canvas_server.protocol.kinds import KIND_TRAITS
from canvas_server.protocol.plain import plain_name
from canvas_server.protocol.roles import Role

RENEWED_SECONDS = 3600
"""The longest life of a token that is given to somebody who is here."""
MAX_LINEAGE = 64
"""Invitations that one was made with, each with the one before; the token names them all."""
_RENEW_AFTER = 2 / 3
_TOO_DEEP = "This link is the last of a long chain of links: have one made with an earlier one."
_NO_AGENT = "`{}` is a bound of agents: leave it out for the role {}."
_AGENTS_INVITE_NOBODY = "An agent invites nobody: ask a person for a link."
_WHO = "Only who runs the server may say who the bearer of a link is (`user`)."


class Claims(Struct, frozen=True, omit_defaults=True):
    """What a join token says, beside when it expires."""

    session: SessionId
    role: Role
    invitation: str
    """Shared by all that are made from the first; by it they are taken back."""
    iat: int
    name: DisplayName | None = None
    """What the bearer is called, whatever they say, unless `rename` is set (TOK6)."""
    renew: bool = False
    """Who is here when it ends is given another one in time."""
    rename: bool = False
    user: UserId | None = None
    """Who the bearer is: a stable id, as whoever gave the token out knows them."""
    until: int | None = None
    """When the invitation ends, in a token that was renewed; None: when this one does."""
    lineage: tuple[Ancestor, ...] = ()
    """The invitations that this one was made with, the first one first (TOK8)."""
    places: Places | None = None
    """How many may be in the session by the invitation at a time (SES6)."""
    kinds: BoundKinds = None
    """Bounds of an agent, from here on (AGT1); see `Bounds`."""
    area: Area | None = None
    edits_per_minute: BoundRate = None
    max_elements: BoundElements = None
    mode: Mode = "edit"
    sees: tuple[Sight, ...] = ALL_SIGHTS

    def __post_init__(self) -> None:
        """Take the name as it may be shown (PAG3), also from tokens that others have signed."""
        if self.name is not None:
            force_setattr(self, "name", plain_name(self.name))

    @property
    def bounds(self) -> Bounds:
        """The bounds that its fields say."""
        return bounds_of(self)


_BOUNDS = Bounds.__struct_fields__


def bounds_of(said: "Claims | TokenWish") -> Bounds:
    """Return the bounds that a token says, or that are wished for."""
    return Bounds(**{name: getattr(said, name) for name in _BOUNDS})


def bounded(claims: Claims, bounds: Bounds) -> Claims:
    """Return claims that say these bounds.

    Raises:
        Refusal: `invalid_message`, they are of no agent or name no kind; the text names the field.
    """
    for kind in bounds.kinds or ():
        if kind not in _KINDS:
            known = ", ".join(sorted(_KINDS))
            raise Refusal(ErrorCode.INVALID_MESSAGE, f"`kinds`: {kind} is none of {known}")
    said = {name: getattr(bounds, name) for name in _BOUNDS}
    if claims.role is not Role.AGENT:
        for name, value in said.items():
            if value != getattr(_UNBOUNDED, name):
                raise Refusal(ErrorCode.INVALID_MESSAGE, _NO_AGENT.format(name, claims.role))
    return msgspec.structs.replace(claims, **said)


_UNBOUNDED = Bounds()
_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in KIND_TRAITS)


class JoinTokens:
    """Makes join tokens and says what they allow."""

    def __init__(self, keys: Keys, is_revoked: Callable[[str], bool]) -> None:
        """`is_revoked` tells of an invitation whether it was taken back."""
        self._signer = Signer(keys, "join")
        self._is_revoked = is_revoked

    def sign(self, claims: Claims, expires: float) -> str:
        """Return a token that opens a session until then."""
        return self._signer.sign(msgspec.to_builtins(claims), expires)

    def given(self, claims: Claims, expires: float, now: float) -> tuple[str, float]:
        """Return the token of who comes by a short link, and when it ends.

        One that is renewed lives an hour, as those do that are given to somebody who is here.
        """
        until = expires
        if claims.renew:
            expires = min(expires, now + RENEWED_SECONDS)
            claims = msgspec.structs.replace(claims, until=int(until))
        return self.sign(claims, expires), int(expires)

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        """Return what a token allows in a session.

        Raises:
            Refusal: `unauthorized`, for whatever reason; `token_expired`.
        """
        claims, expires = self._claims(token, now)
        if claims.session != session_id:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        return _grant(claims, expires)

    def recognise(self, token: str | None, now: float) -> Grant:
        """Return what a token allows in the session that it names, whichever that is.

        Raises:
            Refusal: as `admit`.
        """
        return _grant(*self._claims(token, now))

    def opened(self, token: str | None, now: float) -> tuple[str, Grant]:
        """Return the session that a token names, and what it allows there.

        Raises:
            Refusal: as `admit`.
        """
        claims, expires = self._claims(token, now)
        return claims.session, _grant(claims, expires)

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        """Return another token like the one that was granted, and what it allows.

        What was made with another invitation ends when it says; what the server itself gave out
        goes on for as long as its bearer stays.

        Raises:
            Refusal: `unauthorized`, what it came from was taken back; `token_expired`.
        """
        self._require_alive(grant.invitations)
        expires = int(now + grant.life)
        if grant.lineage and grant.until is not None:
            expires = min(expires, int(grant.until))
        if expires <= now:
            raise Refusal(ErrorCode.TOKEN_EXPIRED)
        claims = Claims(
            session_id,
            grant.role,
            grant.invitation,
            int(now),
            grant.name,
            renew=True,
            rename=grant.rename,
            user=grant.user,
            until=None if grant.until is None else int(grant.until),
            lineage=grant.lineage,
            places=grant.places,
            **{name: getattr(grant.bounds, name) for name in _BOUNDS},
        )
        return self.sign(claims, expires), _grant(claims, expires)

    def _require_alive(self, invitations: Iterable[str]) -> None:
        if any(map(self._is_revoked, invitations)):
            raise Refusal(ErrorCode.UNAUTHORIZED)

    def _claims(self, token: str | None, now: float) -> tuple[Claims, int]:
        if token is None:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        try:
            claims, expires = self._read(token, now)
        except Expired:
            raise Refusal(ErrorCode.TOKEN_EXPIRED) from None
        except BadToken:
            raise Refusal(ErrorCode.UNAUTHORIZED) from None
        self._require_alive((*(one.id for one in claims.lineage), claims.invitation))
        return claims, expires

    def _read(self, token: str, now: float) -> tuple[Claims, int]:
        raw: dict[str, Any] = self._signer.read(token, now)
        try:
            return msgspec.convert(raw, Claims), raw["exp"]
        except msgspec.ValidationError as error:
            raise BadToken from error


def made_with(parent: Grant | None, wanted: TokenWish, now: float) -> tuple[Claims, float]:
    """Return what a token is to say that is made with another one, and when it ends (TOK8).

    It ends with what it is made with, and gives no right that this has not. `parent` is None for
    who runs the server.

    Raises:
        Refusal: `forbidden`; `invalid_message` for bounds of who is no agent.
    """
    claims = Claims(
        wanted.session_id,
        wanted.role,
        fresh_invitation(),
        int(now),
        wanted.name,
        wanted.renewable,
        wanted.rename,
        wanted.user,
        places=wanted.places,
    )
    claims = bounded(claims, bounds_of(wanted))
    expires = now + wanted.expires_in
    if parent is None:
        return claims, expires
    if parent.role is Role.AGENT:
        raise Refusal(ErrorCode.FORBIDDEN, _AGENTS_INVITE_NOBODY)
    if not wanted.role.rights <= parent.role.rights:
        raise Refusal(ErrorCode.FORBIDDEN, f"As {parent.role!s} you may not make such a link.")
    if len(parent.lineage) >= MAX_LINEAGE:
        raise Refusal(ErrorCode.FORBIDDEN, _TOO_DEEP)
    if wanted.user not in (None, parent.user):
        raise Refusal(ErrorCode.FORBIDDEN, _WHO)
    lineage = (*parent.lineage, Ancestor(parent.invitation, parent.places))
    expires = min(expires, expires if parent.horizon is None else parent.horizon)
    return msgspec.structs.replace(claims, lineage=lineage), expires


def _grant(claims: Claims, expires: int) -> Grant:
    until = expires if claims.until is None else claims.until
    grant = Grant(
        claims.role,
        claims.invitation,
        claims.name,
        expires,
        rename=claims.rename,
        user=claims.user,
        until=until,
        lineage=claims.lineage,
        places=claims.places,
        bounds=claims.bounds,
    )
    is_last = claims.lineage and claims.until is not None and expires >= claims.until
    if not claims.renew or is_last:
        return grant
    # A link may open for weeks; what who came by it is given instead soon ends, and is renewed.
    life = max(min(expires - claims.iat, RENEWED_SECONDS), 1)
    renew_at = claims.iat + life * _RENEW_AFTER
    return msgspec.structs.replace(grant, renew_at=renew_at, life=life)


def fresh_invitation() -> str:
    """Make an id for something that is given out."""
    return secrets.token_urlsafe(9)
