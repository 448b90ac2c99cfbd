"""The x0x daemon of this machine as a carrier: one WebSocket to its API.

It gives no answer to what it could not deliver, and may lose what is under way when it, or the
other daemon, is started anew. What it says of a sender it has verified.
"""

import asyncio
import base64
import contextlib
import socket
from pathlib import Path
from typing import Any, get_args

import msgspec
import structlog
from msgspec import Struct
from picows import (
    WSError,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,  # pyright: ignore[reportUnknownVariableType] - passes on what asyncio takes
)

from canvas_server.node.ports import CarrierListener
from canvas_server.protocol.codec import type_of

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0
PING_SECONDS = 10
MAX_UNSENT_BYTES = 16 * 1024 * 1024
"""What waits for the daemon beyond that is dropped: it may get lost anyway."""

_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # of Linux

logger = structlog.get_logger()


class NoDaemon(Exception):
    """It cannot be reached; the text says why."""


class _Connected(Struct, tag_field="type", tag="connected"):
    agent_id: str


class _Direct(Struct, tag_field="type", tag="direct_message"):
    sender: str
    payload: str
    verified: bool = False


class _Topic(Struct, tag_field="type", tag="message"):
    topic: str
    payload: str
    origin: str | None = None


class _DaemonError(Struct, tag_field="type", tag="error"):
    message: str = ""


_Told = _Connected | _Direct | _Topic | _DaemonError
_decode = msgspec.json.Decoder(_Told).decode
_KNOWN = frozenset(kind.__struct_config__.tag for kind in get_args(_Told))
_encode = msgspec.json.Encoder().encode


class Daemon(Struct, frozen=True):
    """Where a daemon is, and what it asks of those who use it."""

    where: str
    """The URL of its API, or its data folder, where it writes its port and its token."""
    token: str | None = None

    def locate(self) -> tuple[str, str]:
        """Return its host and port, and the token.

        Raises:
            NoDaemon: it is not running, as far as its folder says, or there is no token.
        """
        if "://" in self.where:
            if self.token is None:
                raise NoDaemon("give X0X_API_TOKEN, or x0xd's data folder as CANVAS_X0X_URL")
            return self.where.split("://", 1)[1].rstrip("/"), self.token
        folder = Path(self.where).expanduser()
        try:
            port = (folder / "api.port").read_text().strip()
            token = self.token or (folder / "api-token").read_text().strip()
        except OSError as error:
            raise NoDaemon(f"is x0xd running? {error}") from None
        return (port if ":" in port else f"127.0.0.1:{port}"), token


class X0xCarrier:
    """Implements `Carrier`."""

    def __init__(self, daemon: Daemon) -> None:
        """Prepare; `run` connects."""
        self._daemon = daemon
        self._transport: WSTransport | None = None
        self._topics: set[str] = set()
        self._said_away = False

    async def run(self, carried: CarrierListener) -> None:
        """See `Carrier.run`."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            listener = _Socket(self, carried)
            try:
                transport = await self._connect(listener)
            except NoDaemon as why:
                if not self._said_away:
                    logger.warning("x0xd is away; trying on", why=str(why))
                self._said_away = True
            else:
                self._said_away = False
                pause = FIRST_PAUSE_SECONDS
                try:
                    await transport.wait_disconnected()
                finally:
                    self._transport = None
                    transport.disconnect(graceful=False)
                    carried.disconnected()
                logger.warning("x0xd is gone; connecting anew")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def send(self, agent_id: str, payload: bytes) -> None:
        """See `Carrier.send`."""
        data = base64.b64encode(payload).decode()
        self._send({"type": "send_direct", "agent_id": agent_id, "payload": data})

    def publish(self, topic: str, payload: bytes) -> None:
        """See `Carrier.publish`."""
        data = base64.b64encode(payload).decode()
        self._send({"type": "publish", "topic": topic, "payload": data})

    def follow(self, topic: str) -> None:
        """See `Carrier.follow`."""
        self._topics.add(topic)
        self._send({"type": "subscribe", "topics": [topic]})

    def leave(self, topic: str) -> None:
        """See `Carrier.leave`."""
        self._topics.discard(topic)
        self._send({"type": "unsubscribe", "topics": [topic]})

    def began(self, transport: WSTransport) -> None:
        """Note that the daemon has greeted us."""
        self._transport = transport
        if self._topics:
            self._send({"type": "subscribe", "topics": sorted(self._topics)})

    async def _connect(self, listener: "_Socket") -> WSTransport:
        where, token = self._daemon.locate()
        try:
            transport, _ = await ws_connect(
                lambda: listener,
                f"ws://{where}/ws/direct",
                extra_headers={"Authorization": f"Bearer {token}"},
                enable_auto_ping=True,
                auto_ping_idle_timeout=PING_SECONDS,
                auto_ping_reply_timeout=PING_SECONDS,
                max_redirects=0,
            )
        except (OSError, WSError, TimeoutError, ValueError) as error:
            raise NoDaemon(f"{where}: {error or type(error).__name__}") from None
        return transport

    def _send(self, message: dict[str, object]) -> None:
        transport = self._transport
        if transport is None:
            return
        waiting = transport.underlying_transport.get_write_buffer_size()
        if waiting < MAX_UNSENT_BYTES:
            with contextlib.suppress(OSError, RuntimeError):  # it is going
                transport.send(WSMsgType.TEXT, _encode(message))


class _Socket(WSListener):  # type: ignore[misc] - a class of C
    """The WebSocket: puts fragments together and reads what the daemon says."""

    def __init__(self, carrier: X0xCarrier, carried: CarrierListener) -> None:
        self._carrier = carrier
        self._carried = carried
        self._parts: list[bytes] = []

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame."""
        if frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()
            return
        if frame.msg_type not in (WSMsgType.TEXT, WSMsgType.CONTINUATION):
            return
        # The daemon holds a second message back until the first is confirmed (Nagle's algorithm),
        # which the kernel puts off for 40 ms where it expects something to send.
        if _QUICK_ACK is not None:
            wire: Any = transport.underlying_transport.get_extra_info("socket")
            wire.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        self._parts.append(frame.get_payload_as_bytes())
        if frame.fin:
            text, self._parts = b"".join(self._parts), []
            self._take(transport, text)

    def _take(self, transport: WSTransport, text: bytes) -> None:
        try:
            if type_of(text) not in _KNOWN:
                return
            message = _decode(text)
            match message:
                case _Connected():
                    self._carrier.began(transport)
                    self._carried.connected(message.agent_id)
                case _Direct() if message.verified:
                    self._carried.take(message.sender, base64.b64decode(message.payload))
                case _Topic() if message.origin is not None:
                    self._carried.hear(
                        message.topic, message.origin, base64.b64decode(message.payload)
                    )
                case _DaemonError():
                    logger.debug("x0xd has refused something", why=message.message)
                case _:
                    pass  # nobody knows who has said it
        except ValueError as error:
            logger.debug("x0xd says what is not understood", why=str(error))
