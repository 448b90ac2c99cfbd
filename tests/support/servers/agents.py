"""Agents for tests: the official SDK's client at a real server."""

import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.session import MessageHandlerFnT
from mcp.client.streamable_http import streamable_http_client

from support.servers.invitations import token
from support.servers.server import Server

REVISIONS = {"2026-07-28": "auto", "2025-11-25": "legacy"}


def agent_token(session: str, name: str = "Agent", *options: str) -> str:
    return token("--role", "agent", "--session", session, "--name", name, *options)


@contextlib.asynccontextmanager
async def agent(
    server: Server,
    bearer: str,
    mode: str = "auto",
    hear: MessageHandlerFnT | None = None,
    query: str = "",
) -> AsyncGenerator[Client]:
    """The official client at `/mcp`; `hear` gets what is said to it without being asked."""
    url = f"{server.url}/mcp?{query}".rstrip("?")
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=70) as http,
        Client(
            streamable_http_client(url, http_client=http), mode=mode, message_handler=hear
        ) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool answers in words; it has to succeed."""
    result = await client.call_tool(tool, arguments)
    text = words(result)
    assert not result.is_error, text
    return text


async def refused(client: Client, tool: str, **arguments: Any) -> str:
    """Why a tool does not do what it is asked."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, words(result)
    return words(result)


def words(result: Any) -> str:
    return "\n".join(part.text for part in result.content if part.type == "text")


def people(text: str) -> list[dict[str, Any]]:
    """The objects of what people wrote."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
