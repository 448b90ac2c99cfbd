"""`/api/communitas`: how this server is joined to the Communitas network and to other servers."""

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.http.errors import told
from canvas_server.http.gate import Gate
from canvas_server.protocol.http import CommunitasAnswer


def communitas_routes(gate: Gate, state: Callable[[], CommunitasAnswer]) -> list[BaseRoute]:
    """Return the route; where tokens are asked for it is for who runs the server."""

    async def answer(request: Request) -> Response:
        if not gate.is_open:
            gate.require_admin(request)
        body = msgspec.json.encode(state())
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    return [Route("/api/communitas", told(answer))]
