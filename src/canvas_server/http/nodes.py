"""`/api/nodes`: the nodes of this server and how they are."""

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.http.errors import told
from canvas_server.http.gate import Gate
from canvas_server.protocol.http import NodesAnswer


def node_routes(gate: Gate, nodes: Callable[[], NodesAnswer]) -> list[BaseRoute]:
    """Return the route; where tokens are asked for it is for who runs the server."""

    async def answer(request: Request) -> Response:
        if not gate.is_open:
            gate.require_admin(request)
        body = msgspec.json.encode(nodes())
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    return [Route("/api/nodes", told(answer))]
