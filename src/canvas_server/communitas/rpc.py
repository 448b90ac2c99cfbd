"""An MCP server that is spoken to as communitas-mcp is: JSON-RPC 2.0, one POST for each request.

It is no Streamable HTTP of the MCP specification: there are no sessions and no event streams, older
ones write their fields in snake_case, and what a tool says is text that often is JSON.
"""

import asyncio
import itertools
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
from msgspec import Struct

PROTOCOL_VERSION = "2024-11-05"
ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
TIMEOUT_SECONDS = 10.0
MAX_ANSWER_BYTES = 8 * 1024 * 1024
INVALID_REQUEST = -32600
INVALID_PARAMS = -32602


class NodeUnreachable(Exception):
    """The other side does not answer, or not as JSON-RPC."""

    def __init__(self, text: str, *, again: bool = False) -> None:
        super().__init__(text)
        self.again = again
        """It has not done anything, and may another time."""


class RpcError(Exception):
    """The other side has answered with an error of JSON-RPC 2.0, section 5.1."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text} ({code})")
        self.code = code


class ToolFailed(Exception):
    """A tool was called and says that it failed, and why."""


class _RpcError(Struct):
    code: int
    message: str


class _Response(Struct):
    result: Any = None
    error: _RpcError | None = None


class _Content(Struct):
    type: str
    text: str = ""


class _ToolResult(Struct, rename={"is_error": "isError"}):
    content: tuple[_Content, ...] = ()
    is_error: bool = False
    also_error: bool = msgspec.field(default=False, name="is_error")


class _Tool(Struct):
    name: str


class ServerInfo(Struct, frozen=True):
    """Who the other side says it is."""

    name: str = "unknown"
    version: str = "unknown"


_decode = msgspec.json.Decoder(_Response).decode
_encode = msgspec.json.Encoder().encode


def endpoint(url: str) -> str:
    """Return where requests go: `/mcp`, unless the address has a path."""
    parts = httpx.URL(url)
    return str(parts.copy_with(path="/mcp") if parts.path in ("", "/") else parts)


class McpClient:
    """Asks one MCP server. Use it as a context manager."""

    def __init__(self, url: str, client_version: str, pause: float = FIRST_PAUSE_SECONDS) -> None:
        """Speak to an address; `pause` is how long to wait before the second attempt, in seconds.

        Raises:
            ValueError: it is no address.
        """
        try:
            self.url = endpoint(url)
            self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from None
        self._version = client_version
        self._pause = pause
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> "McpClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def initialize(self) -> ServerInfo:
        """Begin, in whichever way of writing the other side understands.

        Raises:
            NodeUnreachable, RpcError: it does not want to.
        """
        about = {"name": "canvas-server", "version": self._version}
        try:
            answer = await self.request(
                "initialize",
                {"protocolVersion": PROTOCOL_VERSION, "capabilities": {}, "clientInfo": about},
            )
        except RpcError as error:
            if error.code != INVALID_PARAMS:
                raise
            answer = await self.request(
                "initialize",
                {"protocol_version": PROTOCOL_VERSION, "capabilities": {}, "client_info": about},
            )
        found = _mapping(answer)
        try:
            return msgspec.convert(
                found.get("serverInfo", found.get("server_info", {})), ServerInfo
            )
        except msgspec.ValidationError:
            return ServerInfo()

    async def tools(self) -> frozenset[str]:
        """Return the names of the tools there are.

        Raises:
            NodeUnreachable, RpcError: nobody says.
        """
        listed = _mapping(await self.request("tools/list", {})).get("tools", ())
        try:
            tools = msgspec.convert(listed, tuple[_Tool, ...])
        except msgspec.ValidationError:
            raise NodeUnreachable(f"{self.url} does not list its tools") from None
        return frozenset(tool.name for tool in tools)

    async def call(self, tool: str, **arguments: object) -> Mapping[str, Any]:
        """Call a tool; return what it says, as JSON, or as `{"text": ...}` where it is prose.

        Raises:
            NodeUnreachable, RpcError, ToolFailed: it did not do it, or nobody knows.
        """
        answer = await self.request("tools/call", {"name": tool, "arguments": arguments})
        try:
            result = msgspec.convert(answer, _ToolResult)
        except msgspec.ValidationError:
            return _mapping(answer)
        text = "\n".join(content.text for content in result.content if content.type == "text")
        if result.is_error or result.also_error:
            raise ToolFailed(text or "it does not say why")
        try:
            return msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.DecodeError:
            return {"text": text}

    async def request(self, method: str, params: Mapping[str, object]) -> object:
        """Ask again where HTTP fails before anything was done, up to five times; return the result.

        Raises:
            NodeUnreachable, RpcError: there is none.
        """
        body = _encode(
            {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": params}
        )
        pause = self._pause
        for attempt in itertools.count(1):
            try:
                return await self._post(body)
            except NodeUnreachable as failure:
                if attempt == ATTEMPTS or not failure.again:
                    raise
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        raise AssertionError

    async def _post(self, body: bytes) -> object:
        try:
            answer = await self._http.post(
                self.url, content=body, headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as error:
            again = isinstance(error, httpx.NetworkError | httpx.ConnectTimeout)
            why = str(error) or type(error).__name__
            raise NodeUnreachable(f"{self.url}: {why}", again=again) from None
        if not answer.is_success:
            text = f"{self.url} answers with status {answer.status_code}"
            raise NodeUnreachable(text, again=answer.is_server_error)
        if len(answer.content) > MAX_ANSWER_BYTES:
            raise NodeUnreachable(f"{self.url} answers with more than {MAX_ANSWER_BYTES} bytes")
        try:
            response = _decode(answer.content)
        except msgspec.DecodeError:
            raise NodeUnreachable(f"{self.url} is no MCP server") from None
        if response.error is not None:
            raise RpcError(response.error.code, response.error.message)
        return response.result


def _mapping(value: object) -> Mapping[str, Any]:
    try:
        return msgspec.convert(value, dict[str, Any])
    except msgspec.ValidationError:
        return {}
