"""`/api/tokens`: join tokens and links are issued, listed and revoked."""

import asyncio
import time
from collections.abc import Callable, Sequence

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.auth.invitationfile import Invitation
from canvas_server.auth.invitations import Invitations
from canvas_server.auth.join import JoinTokens, made_with
from canvas_server.auth.shortlinks import ShortLinks
from canvas_server.core.effects import Refusal
from canvas_server.http.audit import RequestAudit
from canvas_server.http.bodies import Bodies
from canvas_server.http.errors import error_responses
from canvas_server.http.gate import Gate
from canvas_server.http.params import session_of
from canvas_server.http.shortlinks import short_link_of
from canvas_server.protocol.audit import AuditEvent
from canvas_server.protocol.codec import decode_token_wish
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.http import GivenOut, TokenAnswer, TokensAnswer

_ABOVE = (
    "This link comes before yours in the chain of links from who runs the server; they can take it "
    "back, or who has a link as early as this one."
)
MAX_AGENTS = 8
"""Agents that a link which does not moderate may have invited at a time."""
_TOO_MANY_AGENTS = (
    f"With this link {MAX_AGENTS} agents are invited already: take one back, or wait until it ends."
)
_NEVER_KEPT = {"cache-control": "no-store"}


def link_of(base_url: str, session_id: str, token: str) -> str:
    """Return the link that lets its bearer in; browsers send no fragment anywhere (TOK1)."""
    return f"{base_url.rstrip('/')}/s/{session_id}#token={token}"


def require_few(invitations: Invitations, maker: str, session_id: str, now: float) -> None:
    """See that somebody who does not moderate has few agents (AGT2).

    Raises:
        Refusal: `rate_limited`.
    """
    alive = (
        one
        for one in invitations.of(session_id)
        if one.lineage
        and one.lineage[-1] == maker
        and one.expires > now
        and not invitations.is_revoked(one.id)
    )
    if sum(1 for _ in alive) >= MAX_AGENTS:
        raise Refusal(ErrorCode.RATE_LIMITED, _TOO_MANY_AGENTS)


def token_routes(
    gate: Gate,
    join: JoinTokens | None,
    invitations: Invitations,
    revoke: Callable[[str], None],
    bodies: Bodies,
    audit: RequestAudit,
    short_links: ShortLinks | None = None,
    clock: Callable[[], float] = time.time,
) -> list[BaseRoute]:
    """Return the routes; `revoke` removes those who came by an invitation."""
    adding = asyncio.Lock()

    async def make(request: Request) -> Response:
        bearer = gate.recognise_inviter(request)
        wanted = await bodies.decoded(request, bearer, decode_token_wish)
        parent = gate.require_inviter(request, wanted.session_id, wanted.role)
        assert join is not None  # noqa: S101 - the gate has seen to it
        now = clock()
        claims, expires = made_with(parent, wanted, now)
        lineage = tuple(ancestor.id for ancestor in claims.lineage)
        code, short = None, None
        if wanted.short and short_links is not None:
            code, short = short_links.make(claims, expires)
        invitation = Invitation(
            claims.invitation,
            claims.session,
            claims.role,
            claims.name,
            now,
            expires,
            lineage=lineage,
            short=short,
        )
        token = join.sign(claims, expires)
        async with adding:  # else many at once would each be the last that there is room for
            if parent is not None and not parent.is_moderator:
                require_few(invitations, parent.invitation, wanted.session_id, now)
            await asyncio.to_thread(invitations.add, invitation, now)
        audit.token(AuditEvent.TOKEN_MADE, request, invitation, bearer)
        base = str(request.base_url)
        link = link_of(base, wanted.session_id, token)
        short_link = None if code is None else short_link_of(base, code)
        answer = TokenAnswer(token, invitation.id, int(expires * 1000), link, short_link)
        return _answer(answer, 201)

    async def list_all(request: Request) -> Response:
        session_id = session_of(request)
        gate.require_moderator(request, session_id)
        body = await asyncio.to_thread(
            _listed, invitations.of(session_id), invitations.is_revoked, clock()
        )
        return Response(body, 200, _NEVER_KEPT, "application/json")

    async def take_back(request: Request) -> Response:
        token_id = request.path_params["token_id"]
        invitation = invitations.get(token_id)
        if invitation is None or not invitation.session_id:
            gate.require_admin(request)  # made elsewhere: nobody here knows whose it is
        else:
            bearer = gate.require_taker_back(request, invitation)
            if bearer is not None and len(invitation.lineage) < len(bearer.lineage):
                raise Refusal(ErrorCode.FORBIDDEN, _ABOVE)
        if not 1 <= len(token_id) <= 64:
            raise HTTPException(404, "there is no such token")
        await asyncio.to_thread(invitations.revoke, token_id, clock())
        revoke(token_id)
        revoked = invitations.get(token_id)
        if revoked is not None:
            audit.token(AuditEvent.TOKEN_REVOKED, request, revoked, gate.who(request))
        return _answer(TokensAnswer(()))

    return [
        Route("/api/tokens", error_responses(make), methods=["POST"]),
        Route("/api/tokens/{session}", error_responses(list_all)),
        Route("/api/tokens/{token_id}", error_responses(take_back), methods=["DELETE"]),
    ]


def _listed(there: Sequence[Invitation], is_revoked: Callable[[str], bool], now: float) -> bytes:
    """Return the JSON of a list, which may be long; each id is looked at once."""
    seen = {one for invitation in there for one in (*invitation.lineage, invitation.id)}
    revoked = frozenset(filter(is_revoked, seen))
    listed = (
        _given_out(one, now, revoked=not revoked.isdisjoint((*one.lineage, one.id)))
        for one in there
    )
    return msgspec.json.encode(TokensAnswer(tuple(listed)))


def _given_out(one: Invitation, now: float, *, revoked: bool) -> GivenOut:
    return GivenOut(
        one.id,
        one.role,
        int(one.made * 1000),
        int(one.expires * 1000),
        one.name,
        revoked,
        one.lineage[-1] if one.lineage else None,
        expired=one.expires <= now,
    )


def _answer(answer: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, _NEVER_KEPT, "application/json")
