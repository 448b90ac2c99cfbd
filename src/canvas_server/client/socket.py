"""Opening of a WebSocket to a canvas-server."""

import re
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from canvas_server.client.errors import CannotConnect

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 15.0
PONG_SECONDS = 8.0
LEAVE = 1000
"""Close code of who leaves at once (RES1)."""
FLUSH_SECONDS = 2.0
MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_BELOW = re.compile(r"(/s/[A-Za-z0-9_-]{1,64}|/i/[A-Za-z0-9-]+|/ws(/sync)?)?/*$")
"""What an address has below that of the site: a link into a session, or the WebSocket itself."""


def site_url(url: str) -> str:
    """Return where a site is, such as `https://example.org/canvas`, from any link into it.

    Raises:
        CannotConnect: it is no address of a server.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    scheme = {"http": "http", "https": "https", "ws": "http", "wss": "https"}.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise CannotConnect(f"{url!r} is no address such as http://127.0.0.1:9473")
    return f"{scheme}://{parts.netloc}{_BELOW.sub('', parts.path)}"


def socket_url(url: str) -> str:
    """Return the address of the WebSocket of the server at `url`.

    Raises:
        CannotConnect: it is no address of a server.
    """
    return f"{site_url(url).replace('http', 'ws', 1)}/ws"


async def open_socket(url: str) -> ClientConnection:
    """Return an open WebSocket.

    Raises:
        CannotConnect: there is none; the text says why, for people.
    """
    local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    try:
        return await connect(
            url,
            compression=None,
            max_size=MAX_MESSAGE_BYTES,
            open_timeout=CONNECT_SECONDS,
            close_timeout=FLUSH_SECONDS,
            ping_interval=IDLE_SECONDS,
            ping_timeout=PONG_SECONDS,
            proxy=None if local else True,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        raise CannotConnect(f"the server answered {status}: is it a canvas-server?") from error
    except TimeoutError as error:
        raise CannotConnect("no answer") from error
    except (OSError, EOFError, WebSocketException) as error:
        raise CannotConnect(str(error) or type(error).__name__) from error
