"""Connection to the NATS servers: kept, mended, and honest about being away."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar, cast
from urllib.parse import urlsplit

import nats.errors
import nats.js.errors
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import PubAck, RawStreamMsg, StorageType, StreamConfig

from canvas_server.node.ports import BackboneFailure

FIRST_CONNECT_SECONDS = 10.0
REQUEST_SECONDS = 2.0
PING_SECONDS = 2
"""A broker that answers three of these pings not is taken for away."""
EXPECTED = "Nats-Expected-Last-Subject-Sequence"
WRONG_LAST_SEQUENCE = 10071
_NO_SUCH_STREAM = 10059

T = TypeVar("T")

logger = structlog.get_logger()


class Conflict(Exception):
    """A subject has another last message than was expected."""


class Missing(Exception):
    """There is no such message."""


def without_credentials(url: str) -> str:
    """Return an address that may be shown."""
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return f"{parts.scheme}://{where}"


class Message(Struct, frozen=True):
    """A message of a stream."""

    sequence: int
    headers: Mapping[str, str]
    data: bytes

    def number(self, header: str) -> int:
        """Return a header that is a number; 0 where it is not there."""
        return int(self.headers.get(header, "0"))


class Broker:
    """What all parts of a node share of NATS."""

    def __init__(self, servers: tuple[str, ...], name: str, replicas: int) -> None:
        self.client = Client()
        self._servers = servers
        self._name = name
        self._replicas = replicas
        self._closing = False
        self._error: Exception | None = None
        self.streams: JetStreamContext

    @property
    def connected(self) -> bool:
        """Whether the broker is there, as far as is known."""
        return self.client.is_connected

    async def connect(self) -> None:
        """Connect; try for a while, since brokers and nodes are often started together.

        Raises:
            BackboneFailure: it is not to be reached, or does not let us in.
        """
        try:
            async with asyncio.timeout(FIRST_CONNECT_SECONDS):
                await self.client.connect(
                    servers=list(self._servers),
                    name=self._name,
                    error_cb=self._note,
                    disconnected_cb=self._lost,
                    reconnected_cb=self._back,
                    connect_timeout=2,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.2,  # type: ignore[arg-type] - seconds, as it sleeps
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=2,
                )
        except (OSError, nats.errors.Error) as error:
            why = str(self._error or error) or type(error).__name__
            shown = ", ".join(map(without_credentials, self._servers))
            await self.client.close()
            raise BackboneFailure(f"cannot use the cluster at {shown} ({why})") from error
        self.streams = JetStreamContext(self.client, timeout=REQUEST_SECONDS)

    async def make_stream(self, name: str, subjects: list[str], **more: object) -> None:
        """See that there is a stream; one that is there is left as its operator wants it.

        Raises:
            BackboneFailure: there cannot be one.
        """
        config = StreamConfig(
            name=name,
            subjects=subjects,
            storage=StorageType.FILE,
            num_replicas=self._replicas,
            **more,  # type: ignore[arg-type]
        )
        deadline = time.monotonic() + FIRST_CONNECT_SECONDS
        while True:
            try:
                await self.streams.stream_info(name)
                return
            except nats.js.errors.NotFoundError:
                pass
            except (nats.errors.Error, TimeoutError):
                await self._wait_for_streams(deadline)
                continue
            try:
                await self.streams.add_stream(config)  # type: ignore[reportUnknownMemberType]
                return
            except nats.js.errors.BadRequestError as error:  # another node was faster, or differs
                if error.err_code != 10058:
                    raise BackboneFailure(f"JetStream: {error.description}") from error
                return
            except (nats.errors.Error, TimeoutError):
                await self._wait_for_streams(deadline)

    async def _wait_for_streams(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            raise BackboneFailure("the cluster has no JetStream: start nats-server with -js")
        await asyncio.sleep(0.5)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str]) -> PubAck:
        """Store a message in a stream; it is stored when this returns.

        Raises:
            Conflict: `EXPECTED` names another last message than there is.
            BackboneFailure: it is not known whether it is stored.
        """
        try:
            return await self._ask(
                lambda: self.streams.publish(
                    subject, data, timeout=REQUEST_SECONDS, headers=headers
                )
            )
        except nats.js.errors.APIError as error:
            if error.err_code == WRONG_LAST_SEQUENCE:
                raise Conflict from None
            raise BackboneFailure(f"JetStream: {error.description}") from error

    async def last(self, stream: str, subject: str) -> Message:
        """Return the last message of a subject, as the leader of the stream knows it.

        Raises:
            Missing: there is none.
            BackboneFailure: nobody can say now.
        """
        return await self._message(lambda: self.streams.get_msg(stream, subject=subject))

    async def next(self, stream: str, subject: str, sequence: int) -> Message:
        """Return the first message of a subject from a sequence on; raises as `last`."""
        return await self._message(
            lambda: self.streams.get_msg(stream, seq=sequence, subject=subject, next=True)
        )

    async def purge(self, stream: str, subject: str, sequence: int) -> None:
        """Remove the messages of a subject up to a sequence; later ones stay.

        Raises:
            BackboneFailure: it is not known whether they are removed.
        """
        try:
            await self._ask(
                lambda: self.streams.purge_stream(stream, seq=sequence + 1, subject=subject)
            )
        except nats.js.errors.APIError as error:
            raise BackboneFailure(f"JetStream: {error.description}") from error

    async def bytes_of(self, stream: str) -> int:
        """Return how many bytes a stream has.

        Raises:
            BackboneFailure: nobody can say now.
        """
        try:
            info = await self._ask(lambda: self.streams.stream_info(stream))
        except nats.js.errors.APIError as error:
            raise BackboneFailure(f"JetStream: {error.description}") from error
        return info.state.bytes

    async def follow(
        self, stream: str, subject: str, take: Callable[[Msg], Awaitable[None]]
    ) -> None:
        """Have a function called with every message of a subject, those of the past first."""
        await self.streams.subscribe(subject, stream=stream, cb=take, ordered_consumer=True)  # type: ignore[reportUnknownMemberType]

    async def close(self) -> None:
        """Let go of it."""
        self._closing = True
        await self.client.close()

    async def _message(self, ask: Callable[[], Awaitable[RawStreamMsg]]) -> Message:
        try:
            found = await self._ask(ask)
        except nats.js.errors.NotFoundError as error:
            if error.err_code == _NO_SUCH_STREAM:
                raise BackboneFailure("JetStream has lost a stream") from error
            raise Missing from None
        except nats.js.errors.APIError as error:
            raise BackboneFailure(f"JetStream: {error.description}") from error
        headers = cast("Mapping[str, str]", found.headers or {})  # type: ignore[reportUnknownMemberType]
        return Message(found.seq or 0, headers, found.data or b"")

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> T:
        if not self.connected:  # what is sent now would leave when nobody expects it any more
            raise BackboneFailure("the cluster is away")
        try:
            return await ask()
        except nats.js.errors.APIError:
            raise
        except (nats.errors.Error, TimeoutError, OSError) as error:
            why = str(error) or type(error).__name__
            raise BackboneFailure(f"the cluster does not answer ({why})") from error

    async def _lost(self) -> None:
        if self._closing:
            return
        logger.error("the cluster is away; those on one node go on among themselves")

    async def _back(self) -> None:
        logger.info("the cluster is back")

    async def _note(self, error: Exception) -> None:
        """Say nothing now: what matters is said when the connection is lost or cannot be made."""
        self._error = error
