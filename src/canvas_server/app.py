"""The factory: wires settings, hub, node and edges into one server."""

import asyncio
import contextlib
import functools
import signal
import socket
import time
import uuid
from collections.abc import Callable, Generator

import structlog
import uvicorn
import uvloop

from canvas_server import __version__
from canvas_server.auth.authority import Authority, open_authority
from canvas_server.core.hub import Hub
from canvas_server.core.surroundings import Everybody, Surroundings
from canvas_server.http.access import Access, is_loopback
from canvas_server.http.gate import Gate
from canvas_server.http.heartbeat import Heartbeat
from canvas_server.http.metrics import registry
from canvas_server.http.site import make_site
from canvas_server.http.tokens import token_routes
from canvas_server.http.upgrade import WebSocketUpgrade
from canvas_server.ice import ice_servers
from canvas_server.node import Node
from canvas_server.outbox import Outboxes
from canvas_server.ports import Log
from canvas_server.settings import Settings
from canvas_server.store.folder import StoreError
from canvas_server.store.sqlite import SqliteLog

FEATURES = (
    "signaling",
    "presence",
    "media_state",
    "view_size",
    "call_report",
    "cursor",
    "scene",
    "sync_queue",
    "clear_scene",
    "restore_scene",
    "preview",
    "resume",
    "group_call",
)
DRAIN_SECONDS = 3
FLUSH_SECONDS = 1.5

log = structlog.get_logger()


class StartupError(Exception):
    """The server cannot start as it was asked to; the text says what to do."""


def features(settings: Settings) -> tuple[str, ...]:
    """Return what `welcome` lists: what works, and what is wanted."""
    wanted = {"auto_accept": settings.auto_accept, "call_quality": settings.quality_reports}
    return FEATURES + tuple(name for name, on in wanted.items() if on)


def open_data(settings: Settings) -> tuple[SqliteLog, Authority]:
    """Take the data folder; return what is in it.

    Raises:
        StartupError: it cannot be used.
    """
    try:
        scenes = SqliteLog(settings.data_dir, settings.history_days)
        return scenes, open_authority(settings.auth_secret, settings.data_dir)
    except StoreError as error:
        raise StartupError(str(error)) from error
    except OSError as error:
        text = (
            f"the data folder {settings.data_dir} cannot be used ({error}); choose one with --data"
        )
        raise StartupError(text) from error


def make_node(settings: Settings, scenes: Log, authority: Authority) -> Node:
    """Return the node that settings describe."""
    outboxes = Outboxes()
    hub = Hub(
        Surroundings(
            version=__version__,
            new_id=lambda: str(uuid.uuid4()),
            resume_token=authority.resume.sign,
            proves=authority.resume.proves,
            features=features(settings),
            ice_servers=lambda peer_id, now: ice_servers(
                stun_urls=settings.stun_urls,
                turn_urls=settings.turn_urls,
                turn_secret=settings.turn_secret,
                turn_username=settings.turn_username,
                turn_credential=settings.turn_credential,
                peer_id=peer_id,
                now=now,
            ),
            resume_seconds=settings.resume_seconds,
            started=time.time(),
            admission=authority.join or Everybody(),
        ),
        outboxes,
    )
    return Node(hub, outboxes, scenes, _call_later)


def _call_later(seconds: float, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, act)


class CanvasServer(uvicorn.Server):
    """The running server."""

    def __init__(self, settings: Settings, ready: Callable[[str], None]) -> None:
        """Prepare; `ready` is called with the base URL once the port is open.

        Raises:
            StartupError: the settings do not allow a start.
        """
        check(settings)
        self.settings = settings
        self._log, authority = open_data(settings)
        self._invitations = authority.invitations
        self.node = make_node(settings, self._log, authority)
        self._ready = ready
        access = Access(settings.host, settings.allowed_origins)
        upgrade = WebSocketUpgrade(
            self.node, access, settings.rate_limit_burst, settings.rate_limit_sustained
        )
        gate = Gate(authority.join, authority.admins)
        tokens = token_routes(gate, authority.join, authority.invitations, self.node.revoke)
        metrics = registry(self.node, self._log.counts)
        super().__init__(
            uvicorn.Config(
                make_site(self.node, access, metrics, gate, tokens),
                host=settings.host,
                port=settings.port,
                http="httptools",
                ws=upgrade,  # type: ignore[arg-type] - any callable is taken
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port and say so."""
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        name = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        self._heartbeat = asyncio.create_task(Heartbeat(self.node).run())
        url = f"http://{name}:{port}"
        self._log.announce(url)
        self._ready(url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Turn readiness red, tell the peers, flush, end."""
        self.node.stopping = True
        self._heartbeat.cancel()
        await super().shutdown(sockets)
        with contextlib.suppress(TimeoutError):  # a disk that hangs
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._log.close()
        self._invitations.close()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on SIGTERM and SIGINT, and do not pass the signal on: a stop is no failure."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, functools.partial(self.handle_exit, number, None))
        yield


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        StartupError: the settings do not allow a start, or the port cannot be opened.
    """
    server = CanvasServer(settings, ready)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve())
    except SystemExit:
        text = f"cannot listen on {settings.host}:{settings.port}; is another server running there?"
        raise StartupError(f"{text} Choose another with --port.") from None


def check(settings: Settings) -> None:
    """Refuse settings that would leave the door open by accident; name those that open it."""
    if is_loopback(settings.host) or settings.auth_secret:
        return
    if not settings.open:
        raise StartupError(
            f"{settings.host} can be reached by others, and this server asks nobody who they are: "
            "set CANVAS_AUTH_SECRET to what `canvas-server secret` prints, then only those with a "
            "link come in; or add --open if everybody may"
        )
    log.warning("open: whoever reaches this address can join every session", host=settings.host)
