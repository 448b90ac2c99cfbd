"""`connect`: a client for the length of a block."""

import contextlib
from collections.abc import AsyncGenerator, Callable

from canvas_server.client.connection import Client, State


@contextlib.asynccontextmanager
async def connect(
    url: str,
    session: str,
    name: str = "",
    on_state: Callable[[State], None] | None = None,
    token: str = "",
) -> AsyncGenerator[Client]:
    """Be a peer of a session for the length of a block, through broken connections.

    Inside of the block it is known who is here and what is on the canvas (`Client.view`); at its
    end the place is given up at once (close code 1000). A `token` lets in where the server asks
    for one (TOK1); it is renewed as long as the client is here.

    Raises:
        CannotConnect: the server cannot be reached at first, or would not have us.
    """
    client = Client(url, session, name, on_state, token)
    try:
        await client.open()
        yield client
    finally:
        await client.close()
