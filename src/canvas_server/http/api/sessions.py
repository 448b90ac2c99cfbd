"""`/api/sessions`: overview of sessions, people and calls for who runs the server."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.http.audit import RequestAudit
from canvas_server.http.errors import error_responses
from canvas_server.http.gate import Gate
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.http import SessionOverview, SessionsAnswer

Overview = Callable[[], Awaitable[tuple[SessionOverview, ...]]]


def session_routes(gate: Gate, overview: Overview, audit: RequestAudit) -> list[BaseRoute]:
    """Return the route."""

    async def sessions(request: Request) -> Response:
        gate.require_admin(request)
        audit.note(request, AuditEntry(AuditEvent.SESSIONS_LISTED, by=gate.who(request)))
        body = msgspec.json.encode(SessionsAnswer(await overview()))
        return Response(body, 200, None, "application/json")

    return [Route("/api/sessions", error_responses(sessions))]
