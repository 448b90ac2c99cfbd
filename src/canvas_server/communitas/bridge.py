"""Control bridge: keeps this server joined to a Communitas node, which makes calls for it.

Calls of browsers do not depend on it: while it is away, only requests to Communitas fail.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from canvas_server.communitas.rpc import (
    INVALID_REQUEST,
    McpClient,
    NodeUnreachable,
    RpcError,
    ServerInfo,
    ToolFailed,
)
from canvas_server.communitas.scenes import TOOLS, NetworkScenes
from canvas_server.core.effects import NetworkCallRequest

CALL_TOOLS = {"start": "start_voice_call", "join": "join_call", "end": "end_call"}
KNOWN_TOOLS = (
    *CALL_TOOLS.values(),
    "network_start",
    "canvas_get_scene",
    "canvas_update_scene",
    "toggle_mute",
    "toggle_video",
    "share_screen",
    "get_call_status",
    "get_call_participants",
)
"""What a Communitas node may have that we could use; what it lacks is switched off."""
NETWORK_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
FIRST_REST_SECONDS, LONGEST_REST_SECONDS, REST_GROWS = 30.0, 300.0, 1.5
LOOK_SECONDS = 30.0
"""After so long without a request the node is asked whether it is still there."""
MAX_WAITING = 64

Failure = NodeUnreachable | RpcError | ToolFailed
FAILURES = (NodeUnreachable, RpcError, ToolFailed)
Answer = Callable[[NetworkCallRequest, str, str], None]
"""Called with a request, the id of the call and the error, one of which is empty."""

logger = structlog.get_logger()


class _CallSession(Struct, frozen=True):
    id: str = ""


class _Started(Struct):
    call_session: _CallSession = _CallSession()
    call_id: str = ""


class JoinedNode:
    """A Communitas node that was joined, and what it can do."""

    def __init__(self, server: ServerInfo, tools: frozenset[str]) -> None:
        self.server = server
        self.tools = tools
        self.network = "none"
        """What it says of its network."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """Tools it does not have that we could use."""
        return tuple(tool for tool in KNOWN_TOOLS if tool not in self.tools)


async def join(
    mcp: McpClient,
    token: str | None,
    port: int | None,
    pauses: tuple[float, ...] = NETWORK_PAUSES_SECONDS,
) -> JoinedNode:
    """Do what comes before anything else: say hello, prove who we are, start the network.

    Raises:
        NodeUnreachable, RpcError, ToolFailed: it is not joined.
    """
    joined = await greet(mcp, token)
    if "network_start" in joined.tools:
        joined.network = await _start_network(mcp, port, pauses)
    return joined


async def greet(mcp: McpClient, token: str | None) -> JoinedNode:
    """Say hello and prove who we are, without starting anything.

    Raises:
        NodeUnreachable, RpcError, ToolFailed: we are not wanted.
    """
    server = await mcp.initialize()
    if token:
        await mcp.call("authenticate_token", token=token)
    return JoinedNode(server, await mcp.tools())


async def _start_network(mcp: McpClient, port: int | None, pauses: tuple[float, ...]) -> str:
    arguments = {} if port is None else {"preferred_port": port}
    for pause in (*pauses, None):
        try:
            reply = await mcp.call("network_start", **arguments)
        except ToolFailed as failure:
            if "already active" in str(failure):
                return "already active"
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return str(reply.get("listen_address") or reply.get("message") or "started")
    raise AssertionError


async def call(mcp: McpClient, request: NetworkCallRequest) -> str:
    """Start, join or end a call; return its id.

    Raises:
        NodeUnreachable, RpcError, ToolFailed: it is not done, or nobody knows.
    """
    tool = CALL_TOOLS[request.operation]
    if request.operation != "start":
        await mcp.call(tool, call_id=request.call_id)
        return request.call_id or ""
    reply = await mcp.call(tool, entity_id=request.session_id, video_enabled=request.video)
    call_id = _call_id_of(reply)
    if not call_id:
        raise ToolFailed("it names no call")
    return call_id


def _call_id_of(reply: Mapping[str, Any]) -> str:
    try:
        answer = msgspec.convert(reply, _Started)
    except msgspec.ValidationError:
        return ""
    return answer.call_session.id or answer.call_id


class Bridge:
    """Keeps joined to one Communitas node, and asks it for calls in order."""

    def __init__(
        self,
        url: str,
        token: str | None,
        port: int | None,
        version: str,
        answer: Answer,
        scenes: NetworkScenes | None = None,
    ) -> None:
        """Prepare; `run` does the work. `answer` is called with the answer to each request.

        Raises:
            ValueError: the address is none.
        """
        self.joined: JoinedNode | None = None
        """None while it is away."""
        self._mcp = McpClient(url, version)
        self._token = token
        self._port = port
        self._answer = answer
        self._waiting: deque[NetworkCallRequest] = deque()
        self._scenes = scenes
        self._wake = asyncio.Event()
        if scenes is not None:
            scenes.wake = self._wake.set
        self._said_away = False

    def request(self, request: NetworkCallRequest) -> None:
        """Have the node do something soon, or answer at once that it is not to be."""
        if self.joined is None:
            self._refuse(request, "Communitas cannot be reached now; this server keeps trying.")
        elif CALL_TOOLS[request.operation] not in self.joined.tools:
            self._refuse(request, f"Communitas has no {CALL_TOOLS[request.operation]} here.")
        elif len(self._waiting) >= MAX_WAITING:
            self._refuse(request, "Too much is asked of Communitas at once; try again.")
        else:
            self._waiting.append(request)
            self._wake.set()

    async def run(self) -> None:
        """Join, make the requests, and join again whenever the node was away. Until cancelled."""
        rest = FIRST_REST_SECONDS
        async with self._mcp:
            while True:
                try:
                    self.joined = await join(self._mcp, self._token, self._port)
                    self._say_joined(self.joined)
                    rest = FIRST_REST_SECONDS
                    if self._scenes is not None:
                        self._scenes.begin()
                    await self._work()
                except FAILURES as failure:
                    self.joined = None
                    self._say_away(failure)
                    self._give_up_waiting()
                await asyncio.sleep(rest)
                rest = min(rest * REST_GROWS, LONGEST_REST_SECONDS)

    async def _work(self) -> None:
        """Make the requests until the node is away.

        Raises:
            NodeUnreachable, RpcError: it is.
        """
        while True:
            can_keep = self.joined is not None and self.joined.tools >= TOOLS
            scenes = self._scenes if can_keep else None
            if self._waiting:
                await self._serve(self._waiting.popleft())
            elif scenes is not None and (session_id := scenes.take()) is not None:
                await scenes.sync(self._mcp, session_id)
            else:
                self._wake.clear()
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    await self._mcp.tools()

    async def _serve(self, request: NetworkCallRequest) -> None:
        try:
            call_id = await self._do(request)
        except FAILURES as failure:
            self._refuse(request, f"Communitas: {failure}")
            if not isinstance(failure, ToolFailed):
                raise
        else:
            self._tell(request, call_id)

    async def _do(self, request: NetworkCallRequest) -> str:
        try:
            return await call(self._mcp, request)
        except RpcError as error:
            if error.code != INVALID_REQUEST:
                raise
        # It was started anew and knows us no more.
        self.joined = await join(self._mcp, self._token, self._port)
        return await call(self._mcp, request)

    def _tell(self, request: NetworkCallRequest, call_id: str = "", why: str = "") -> None:
        if request.operation != "end":
            self._answer(request, call_id, why)

    def _refuse(self, request: NetworkCallRequest, why: str) -> None:
        self._tell(request, why=why)

    def _give_up_waiting(self) -> None:
        while self._waiting:
            self._refuse(self._waiting.popleft(), "Communitas went away; try again later.")

    def _say_joined(self, joined: JoinedNode) -> None:
        self._said_away = False
        logger.info(
            "joined Communitas; what it lacks is switched off",
            node=f"{joined.server.name} {joined.server.version}",
            network=joined.network,
            lacks=", ".join(joined.lacks) or "nothing",
        )

    def _say_away(self, failure: Failure) -> None:
        if not self._said_away:
            self._said_away = True
            logger.warning("Communitas is away; calls between browsers go on", why=str(failure))
