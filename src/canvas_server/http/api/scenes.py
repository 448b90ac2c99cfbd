"""`/api/scene`: the scene of a session, its history and its chat, read and edited over HTTP.

The entity tag of a scene names its revision, so `If-Match` makes an edit depend on nobody having
edited in between, and `If-None-Match` makes asking again cheap (RFC 9110 section 13.1).
"""

import asyncio
from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.core.chat.entries import message_size
from canvas_server.core.presence.bounding.sight import require_sight
from canvas_server.core.presence.grants import Grant
from canvas_server.http.answers import chat_answer, history_answer, scene_answer
from canvas_server.http.audit import RequestAudit
from canvas_server.http.bodies import Bodies
from canvas_server.http.errors import error_responses, refusal
from canvas_server.http.gate import Gate
from canvas_server.http.params import number_of, session_of
from canvas_server.http.validators import expected_version, history_tag, is_known, scene_tag
from canvas_server.node.scenes import InUse, Scenes
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.bounds import Sight
from canvas_server.protocol.codec import scene_edit_steps
from canvas_server.protocol.http import ChatAnswer, ErasedAnswer, HistoryAnswer
from canvas_server.protocol.roles import Right
from canvas_server.protocol.scene import SceneDocument

JSON = "application/json"
MAX_ENTRIES = 1000
USUAL_ENTRIES = 200
USUAL_BYTES = 1024
"""Of an element or an entry, to tell long answers from short ones."""


def scene_routes(
    scenes: Scenes,
    gate: Gate,
    bodies: Bodies,
    audit: RequestAudit,
    erased: Callable[[str], None],
) -> list[BaseRoute]:
    """Return the routes that read and edit scenes; `erased` may wait for the disk."""

    async def read(request: Request) -> Response:
        session_id = session_of(request)
        await require_entered(scenes, gate, request, session_id)
        scene = await scene_at(scenes, session_id, number_of(request, "revision"))
        if is_known(request.headers, scene_tag(scene)):
            return Response(status_code=304, headers=_headers(scene))
        return await _answer(scene, scenes, bodies)

    async def history(request: Request) -> Response:
        session_id = session_of(request)
        await require_entered(scenes, gate, request, session_id)
        limit = number_of(request, "limit", 1, MAX_ENTRIES) or USUAL_ENTRIES
        past = await scenes.history(session_id, number_of(request, "before"), limit)
        tag = history_tag(past)
        headers = {"etag": f'"{tag}"'}
        if is_known(request.headers, tag):
            return Response(status_code=304, headers=headers)
        answer = HistoryAnswer(past.revision, past.first_revision, past.entries)
        body = await bodies.apart(len(past.entries) * USUAL_BYTES, history_answer, answer)
        scenes.answered(session_id, len(body))
        return Response(body, 200, headers, JSON)

    async def chat(request: Request) -> Response:
        session_id = session_of(request)
        await require_entered(scenes, gate, request, session_id, sight=Sight.CHAT)
        page = await scenes.chat(session_id, number_of(request, "before"))
        answer = ChatAnswer(page.messages, page.more)
        body = await bodies.apart(sum(map(message_size, page.messages)), chat_answer, answer)
        scenes.answered(session_id, len(body))
        return Response(body, 200, None, JSON)

    async def erase(request: Request) -> Response:
        gate.require_operator(request)
        session_id = session_of(request)
        try:
            was_there = await scenes.erase(session_id)
        except InUse:
            text = "somebody is in this session, or may still come back: ask again later"
            return refusal(409, "session_in_use", text)
        await asyncio.to_thread(erased, session_id)
        by = gate.who(request) or "anybody"
        audit.note(request, AuditEntry(AuditEvent.SESSION_ERASED, session=session_id, by=by))
        return Response(msgspec.json.encode(ErasedAnswer(erased=was_there)), 200, None, JSON)

    async def edit(request: Request) -> Response:
        bearer = gate.recognise(request, Right.EDIT)
        wanted = await bodies.decoded_in_steps(request, bearer, scene_edit_steps)
        grant = await require_entered(scenes, gate, request, wanted.session_id, Right.EDIT)
        expected = expected_version(request.headers)
        edited = await scenes.edit(
            wanted,
            expected,
            allowed=lambda: gate.require(request, wanted.session_id, Right.EDIT),
            grant=grant,
        )
        if wanted.clear:
            by = bearer or "anybody"
            event = AuditEntry(AuditEvent.SCENE_CLEARED, session=wanted.session_id, by=by)
            audit.note(request, event)
        return await _answer(edited, scenes, bodies)

    return [
        Route("/api/scene", error_responses(read)),
        Route("/api/scene", error_responses(edit), methods=["POST"]),
        Route("/api/scene/{session}", error_responses(read)),
        Route("/api/scene/{session}", error_responses(erase), methods=["DELETE"]),
        Route("/api/scene/{session}/history", error_responses(history)),
        Route("/api/scene/{session}/chat", error_responses(chat)),
    ]


async def require_entered(
    scenes: Scenes,
    gate: Gate,
    request: Request,
    session_id: str,
    right: Right | None = None,
    sight: Sight = Sight.SCENE,
) -> Grant | None:
    """Let those through who may be in a session, have a right, and have come in (ROM6).

    An agent has to be shown what is asked for too (AGT10). Returns what they were granted, as
    `Gate.require`.

    Raises:
        Refusal: see `Gate.require` and `Gate.require_entered`.
        LogFailure: nobody can say who may come in.
    """
    grant = gate.require(request, session_id, right)
    if grant is not None:
        require_sight(grant, sight)
        gate.require_entered(request, session_id, grant, await scenes.rules(session_id))
    return grant


async def scene_at(scenes: Scenes, session_id: str, revision: int | None) -> SceneDocument:
    """Return a scene as it is, or as it was after a revision.

    Raises:
        Refused: the history does not reach there.
        LogFailure: it cannot be read.
    """
    if revision is None:
        return await scenes.read(session_id)
    return await scenes.past(session_id, revision)


def _headers(scene: SceneDocument) -> dict[str, str]:
    return {"etag": f'"{scene_tag(scene)}"'}


async def _answer(scene: SceneDocument, scenes: Scenes, bodies: Bodies) -> Response:
    body = await bodies.apart(len(scene.elements) * USUAL_BYTES, scene_answer, scene)
    scenes.answered(scene.session_id, len(body))
    return Response(body, 200, _headers(scene), JSON)
