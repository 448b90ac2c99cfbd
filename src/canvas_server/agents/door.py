"""`/mcp`: who may come, how much they may send, and then the service, which is loaded then.

Nothing of an agent is imported before the first one comes who may (docs/adr/0050).
"""

import asyncio
import gc
import importlib
import math
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from canvas_server.agents.arrival import Arrival
from canvas_server.core.effects import Refusal
from canvas_server.http.audit import Record
from canvas_server.http.bodies import Bodies, TooMuch
from canvas_server.http.errors import error_responses
from canvas_server.http.gate import Gate
from canvas_server.http.rate_limits import AddressAllowance, Crowded
from canvas_server.protocol.errors import ErrorCode
from canvas_server.protocol.fields import SESSION_PATTERN
from canvas_server.protocol.plain import plain_name
from canvas_server.protocol.roles import Role

if TYPE_CHECKING:
    from canvas_server.agents.service import Service

PATH = "/mcp"
SERVICE = "canvas_server.agents.service"
NAME = "Agent"
"""What an agent is called whose token says nothing."""
MAX_NAME = 64
METHODS = ["GET", "POST", "DELETE"]
BURST, CALLS_A_SECOND = 60, 10
"""Requests of one token; beyond that they wait, then are refused."""
MAX_AT_ONCE = 32
"""Requests of one token that are being answered, streams too."""
_A_PERSON = (
    "this link is a person's: an agent comes by one of its own, with the role `agent`. Make it in "
    "the page, or with `canvas-server token --role agent --session NAME`"
)


class AgentDoor:
    """What is at `/mcp`."""

    def __init__(
        self,
        gate: Gate,
        bodies: Bodies,
        record: Record,
        protocol: Callable[[], asyncio.Protocol],
    ) -> None:
        """`protocol` serves a connection as those from the network are."""
        self._gate = gate
        self._bodies = bodies
        self._record = record
        self._protocol = protocol
        self._rate = AddressAllowance(BURST, CALLS_A_SECOND)
        self._at_once: Counter[str] = Counter()
        self._service: Service | None = None
        self._loading = asyncio.Lock()

    @property
    def route(self) -> Route:
        """Where it is."""
        return Route(PATH, error_responses(self._admit), methods=METHODS)

    async def close(self) -> None:
        """Send all agents away."""
        if self._service is not None:
            await self._service.close()

    async def _admit(self, request: Request) -> Response:
        """Return what answers a request, if who sends it may.

        Raises:
            Refusal: `unauthorized`, `token_expired`; `forbidden`: it is a person's token.
            TooMuch: too many requests come, or too much.
            HTTPException: the body is none of ours.
        """
        arrival = self._arrival(request)
        # Where nobody is asked for a token, an agent is what it says that it is, as its seat is.
        who = arrival.invitation or f"{arrival.address} {arrival.session_id} {arrival.name}"
        body = b""
        if request.method == "POST":
            await self._pay(who)
            body = await self._bodies.decoded(request, arrival.invitation, bytes)
        if self._at_once[who] >= MAX_AT_ONCE:
            text = f"{MAX_AT_ONCE} requests of yours are being answered: wait for one"
            raise TooMuch(429, "too_many", text, 1)
        return _SeatAnswer(self, arrival, who, body)

    def _arrival(self, request: Request) -> Arrival:
        bearer = self._gate.bearer(request)
        address = request.client.host if request.client else ""
        site = str(request.base_url).rstrip("/")
        if bearer is None:
            name = plain_name(request.query_params.get("name", "")[:MAX_NAME]) or NAME
            session_id = request.query_params.get("session", "")
            if not re.search(SESSION_PATTERN, session_id):
                raise HTTPException(400, "nobody is asked for a token here: say ?session=NAME")
            return Arrival(session_id, "", name, None, address, site)
        if bearer.grant.role is not Role.AGENT:
            raise Refusal(ErrorCode.FORBIDDEN, _A_PERSON)
        grant = bearer.grant
        name = grant.name or NAME
        return Arrival(bearer.session_id, bearer.token, name, grant.invitation, address, site)

    async def _pay(self, who: str) -> None:
        try:
            delay = self._rate.spend(who, 1, time.monotonic())
        except Crowded as crowded:
            seconds = math.ceil(crowded.seconds)
            raise TooMuch(429, "too_many", "you ask too often: wait a moment", seconds) from None
        if delay > 0:
            await asyncio.sleep(delay)

    async def serve(
        self, answering: "_SeatAnswer", scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Have an admitted request answered."""
        who = answering.who
        self._at_once[who] += 1
        try:
            service = await self._loaded()
            await service.answer(answering.arrival, scope, _replayed(answering.data, receive), send)
        finally:
            self._at_once[who] -= 1
            if not self._at_once[who]:
                del self._at_once[who]

    async def _loaded(self) -> "Service":
        """Return the service; the first time it is imported, apart from the event loop."""
        async with self._loading:
            service = self._service
            if service is None:
                module = await asyncio.to_thread(importlib.import_module, SERVICE)
                gc.freeze()  # what was loaded stays, so no later collection looks at it
                made: Service = module.Service(self._protocol, self._record)
                service = self._service = made
            return service


class _SeatAnswer(Response):
    """The answer of the service to a request whose body was read."""

    def __init__(self, door: AgentDoor, arrival: Arrival, who: str, data: bytes) -> None:
        super().__init__()
        self._door = door
        self.arrival, self.who, self.data = arrival, who, data

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await self._door.serve(self, scope, receive, send)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
