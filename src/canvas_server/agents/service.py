"""`/mcp` at work: the official SDK's transport, and the seats of those who come.

Loaded when it is needed, apart from `agents.door`, which costs nothing as long as no agent comes.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncGenerator, Callable

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from canvas_server.agents.arrival import ARRIVAL, Arrival
from canvas_server.agents.errors import ToolError
from canvas_server.agents.files import files_in_process
from canvas_server.agents.inside import SITE, opener
from canvas_server.agents.protocolserver import Context, make_server
from canvas_server.agents.seat import Seat
from canvas_server.agents.seats import AgentSeats
from canvas_server.client import Client
from canvas_server.http.audit import Record
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.fields import MAX_FRAME_BYTES

MAX_SESSIONS = 512
"""Sessions of MCP 2025-11-25."""
SESSION_SECONDS = 900.0
"""For so long one is kept that asks nothing."""

# What a client does wrong is answered, and fills no log.
logging.getLogger("mcp").setLevel(logging.ERROR)


class Service:
    """What answers agents, once one has come."""

    def __init__(self, protocol: Callable[[], asyncio.Protocol], record: Record) -> None:
        """`protocol` serves a connection as those from the network are; `record` is the audit."""
        self._opener = opener(protocol)
        self._record = record
        self.seats = AgentSeats(self._left)
        self._arrivals: dict[int, Arrival] = {}
        self._manager = StreamableHTTPSessionManager(
            make_server(self._seat_of),
            max_request_body_size=MAX_FRAME_BYTES,
            session_idle_timeout=SESSION_SECONDS,
            max_sessions=MAX_SESSIONS,
        )
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._running = asyncio.create_task(self._run(), name="agents")

    async def answer(self, arrival: Arrival, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of somebody who may come; its body was read."""
        await asyncio.shield(self._started)
        token = AccessToken(token="", client_id=_key(arrival), scopes=[])
        scope = {**scope, ARRIVAL: arrival, "user": AuthenticatedUser(token)}
        with self.seats.keep(_key(arrival)):
            await self._manager.handle_request(scope, receive, send)

    async def close(self) -> None:
        """Send all away."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self.seats.close()

    async def _run(self) -> None:
        async with self._manager.run():
            self._started.set_result(None)
            await self.seats.run()

    @contextlib.asynccontextmanager
    async def _seat_of(self, context: Context) -> AsyncGenerator[Seat]:
        request = context.request
        if not isinstance(request, Request):
            raise ToolError("nobody knows who asks")
        arrival: Arrival = request.scope[ARRIVAL]
        app = request.scope["app"]

        def make() -> Seat:
            client = Client(
                SITE, arrival.session_id, arrival.name, token=arrival.token, opener=self._opener
            )
            seat = Seat(client, files_in_process(app, arrival.address, arrival.site))
            self._arrivals[id(seat)] = arrival
            self._note(AuditEvent.AGENT_CAME, arrival)
            return seat

        async with self.seats.use(_key(arrival), make) as seat:
            yield seat

    def _left(self, seat: Seat) -> None:
        arrival = self._arrivals.pop(id(seat))
        counts = ", ".join(f"{name} {count}" for name, count in sorted(seat.calls.items()))
        self._note(AuditEvent.AGENT_WENT, arrival, counts, sum(seat.calls.values()))

    def _note(
        self, event: AuditEvent, arrival: Arrival, reason: str = "", count: int | None = None
    ) -> None:
        self._record(
            AuditEntry(
                event,
                session=arrival.session_id,
                name=arrival.name or None,
                invitation=arrival.invitation,
                address=arrival.address or None,
                reason=reason or None,
                count=count,
            )
        )


def _key(arrival: Arrival) -> str:
    """Return what tells agents apart: the token, or what they say where nobody is asked for one."""
    said = arrival.token or f"{arrival.address} {arrival.session_id} {arrival.name}"
    return hashlib.sha256(said.encode()).hexdigest()
