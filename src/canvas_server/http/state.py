"""`/api/nodes`, `/api/communitas`: state of this server and its partners, for who runs it."""

from collections.abc import Callable

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from canvas_server.http.errors import error_responses
from canvas_server.http.gate import Gate


def state_route(gate: Gate, path: str, state: Callable[[], Struct]) -> BaseRoute:
    """Return a route that answers operators with a state."""

    async def answer(request: Request) -> Response:
        gate.require_operator(request)
        return Response(msgspec.json.encode(state()), 200, None, "application/json")

    return Route(path, error_responses(answer))
