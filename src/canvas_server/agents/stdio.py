"""MCP over standard input and output: one seat at a server on the network."""

import contextlib
import logging
from collections.abc import AsyncGenerator

from mcp.server.stdio import stdio_server

from canvas_server.agents.files import files_over_network
from canvas_server.agents.protocolserver import Context, make_server
from canvas_server.agents.seat import Seat
from canvas_server.client import Client
from canvas_server.client.socket import site_url


async def serve(url: str, session: str, name: str, token: str) -> None:
    """Serve until standard input ends.

    The seat is taken at once, so that people see the agent, and given up at the end.

    Raises:
        CannotConnect: `url` is no address of a server.
    """
    logging.getLogger("mcp").setLevel(logging.ERROR)
    site = site_url(url)
    seat = Seat(Client(site, session, name, token=token), files_over_network(site))

    @contextlib.asynccontextmanager
    async def the_seat(_: Context) -> AsyncGenerator[Seat]:
        yield seat

    server = make_server(the_seat)
    try:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    finally:
        await seat.close()
        await seat.files.close()
