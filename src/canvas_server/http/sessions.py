"""`/api/sessions`: who runs the server sees who is there, and how good their calls are."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.core.hub import Hub
from canvas_server.http.errors import told
from canvas_server.http.gate import Gate
from canvas_server.protocol.http import SessionsAnswer


def session_routes(gate: Gate, hub: Hub) -> list[BaseRoute]:
    """Return the route."""

    async def sessions(request: Request) -> Response:
        gate.require_admin(request)
        body = msgspec.json.encode(SessionsAnswer(hub.overview()))
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    return [Route("/api/sessions", told(sessions))]
