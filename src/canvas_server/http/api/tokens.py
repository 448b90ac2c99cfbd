"""`/api/tokens`: join tokens and links are issued, listed and revoked."""

import asyncio
import time
from collections.abc import Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.auth.invitations import Invitation, Invitations
from canvas_server.auth.join import Claims, JoinTokens, fresh_invitation
from canvas_server.http.bodies import Bodies
from canvas_server.http.errors import error_responses
from canvas_server.http.gate import Gate
from canvas_server.http.params import session_of
from canvas_server.protocol.codec import decode_token_wish
from canvas_server.protocol.http import GivenOut, TokenAnswer, TokensAnswer

_NEVER_KEPT = {"cache-control": "no-store"}


def link_of(base_url: str, session_id: str, token: str) -> str:
    """Return the link that lets its bearer in; browsers send no fragment anywhere (TOK1)."""
    return f"{base_url.rstrip('/')}/s/{session_id}#token={token}"


def token_routes(
    gate: Gate,
    join: JoinTokens | None,
    invitations: Invitations,
    revoke: Callable[[str], None],
    bodies: Bodies,
    clock: Callable[[], float] = time.time,
) -> list[BaseRoute]:
    """Return the routes; `revoke` removes those who came by an invitation."""

    async def make(request: Request) -> Response:
        bearer = gate.recognise_moderator(request)
        wanted = await bodies.decoded(request, bearer, decode_token_wish)
        gate.require_moderator(request, wanted.session_id)
        assert join is not None  # noqa: S101 - the gate has seen to it
        now = clock()
        expires = now + wanted.expires_in
        invitation = Invitation(
            fresh_invitation(), wanted.session_id, wanted.role, wanted.name, now, expires
        )
        claims = Claims(
            wanted.session_id,
            wanted.role,
            invitation.id,
            int(now),
            wanted.name,
            wanted.renewable,
            wanted.rename,
            wanted.user,
        )
        token = join.sign(claims, expires)
        await asyncio.to_thread(invitations.note, invitation)
        link = link_of(str(request.base_url), wanted.session_id, token)
        answer = TokenAnswer(token, invitation.id, int(expires * 1000), link)
        return _answer(answer, 201)

    async def list_all(request: Request) -> Response:
        session_id = session_of(request)
        gate.require_moderator(request, session_id)
        return _answer(TokensAnswer(tuple(map(_given_out, invitations.of(session_id)))))

    async def take_back(request: Request) -> Response:
        token_id = request.path_params["token_id"]
        invitation = invitations.get(token_id)
        if invitation is None or not invitation.session_id:
            gate.require_admin(request)  # made elsewhere: nobody here knows whose it is
        else:
            gate.require_moderator(request, invitation.session_id)
        if not 1 <= len(token_id) <= 64:
            raise HTTPException(404, "there is no such token")
        await asyncio.to_thread(invitations.revoke, token_id, clock())
        revoke(token_id)
        return _answer(TokensAnswer(()))

    return [
        Route("/api/tokens", error_responses(make), methods=["POST"]),
        Route("/api/tokens/{session}", error_responses(list_all)),
        Route("/api/tokens/{token_id}", error_responses(take_back), methods=["DELETE"]),
    ]


def _given_out(one: Invitation) -> GivenOut:
    return GivenOut(
        one.id,
        one.role,
        int(one.made * 1000),
        int(one.expires * 1000),
        one.name,
        one.revoked is not None,
    )


def _answer(answer: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, _NEVER_KEPT, "application/json")
