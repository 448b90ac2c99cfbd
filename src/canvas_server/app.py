"""The factory: wires settings, hub, node and edges into one server."""

import asyncio
import contextlib
import functools
import gc
import signal
import socket
import time
import uuid
from collections.abc import Callable, Generator
from fnmatch import fnmatchcase
from typing import cast

import structlog
import uvicorn
import uvloop

from canvas_server import __version__
from canvas_server.auth.authority import Authority, open_authority
from canvas_server.core.hub import Hub
from canvas_server.core.surroundings import Everybody, Surroundings
from canvas_server.http.access import Access, is_loopback
from canvas_server.http.doors import Proxies
from canvas_server.http.entrance import BoundedHttp, Entrance
from canvas_server.http.gate import Gate
from canvas_server.http.heartbeat import Heartbeat
from canvas_server.http.lan import authority_route
from canvas_server.http.listener import Listener, open_sockets
from canvas_server.http.metrics import registry
from canvas_server.http.site import make_site
from canvas_server.http.tokens import token_routes
from canvas_server.http.upgrade import WebSocketUpgrade
from canvas_server.ice import IcePlan
from canvas_server.node import Node
from canvas_server.outbox import Outboxes
from canvas_server.ports import Log
from canvas_server.settings import Settings
from canvas_server.store.folder import StoreError
from canvas_server.store.sqlite import SqliteLog
from canvas_server.tls.folder import lan_folder
from canvas_server.tls.serving import Certificate, CertificateError

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
    outboxes, plan = Outboxes(), IcePlan(settings)
    hub = Hub(
        Surroundings(
            version=__version__,
            new_id=lambda: str(uuid.uuid4()),
            resume_token=authority.resume.sign,
            proves=authority.resume.proves,
            features=features(settings),
            ice_servers=plan.servers,
            ice_seconds=plan.seconds,
            relay_only=lambda name: any(fnmatchcase(name, each) for each in settings.relay_only),
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
        self._certificate = certificate = open_certificate(settings)
        self._log, authority = open_data(settings)
        self._invitations = authority.invitations
        self.node = make_node(settings, self._log, authority)
        self._ready = ready
        access = Access(settings.host, settings.allowed_origins)
        proxies = Proxies(settings.trusted_proxies)
        entrance = Entrance(settings.per_address, proxies, self.node.counts)
        upgrade = WebSocketUpgrade(
            self.node, access, entrance, settings.rate_limit_burst, settings.rate_limit_sustained
        )
        gate = Gate(authority.join, authority.admins)
        routes = token_routes(gate, authority.join, authority.invitations, self.node.revoke)
        if settings.lan:
            routes.append(authority_route(lan_folder(settings.data_dir)))
        metrics = registry(self.node, self._log.counts)
        super().__init__(
            uvicorn.Config(
                make_site(self.node, access, metrics, gate, routes),
                http=functools.partial(BoundedHttp, entrance),  # type: ignore[arg-type]
                forwarded_allow_ips=list(settings.trusted_proxies),
                ssl_context_factory=certificate.for_uvicorn if certificate else None,
                ws=upgrade,  # type: ignore[arg-type] - any callable is taken
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port and say so.

        Raises:
            StartupError: the port cannot be opened.
        """
        await super().startup([])  # uvicorn itself does not listen
        try:
            sockets = open_sockets(self.settings.host, self.settings.port)
        except OSError as error:
            where = f"{self.settings.host}:{self.settings.port}"
            text = f"cannot listen on {where} ({error.strerror}); is another server running there?"
            raise StartupError(f"{text} Choose another with --port.") from None
        listener = Listener(sockets, self._protocol, self.config.ssl)
        self.servers.append(cast("asyncio.Server", listener))  # it is closed, and waited for
        name = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        self._heartbeat = asyncio.create_task(Heartbeat(self.node).run())
        url = f"{'https' if self._certificate else 'http'}://{name}:{listener.port}"
        self._log.announce(url)
        spare_pauses()
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
        if self._certificate is not None:
            loop.add_signal_handler(signal.SIGHUP, read_again, self._certificate)
        yield

    def _protocol(self) -> asyncio.Protocol:
        make = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state={})


def read_again(certificate: Certificate) -> None:
    """Serve a certificate that was renewed; on SIGHUP."""
    try:
        certificate.reload()
    except CertificateError as error:
        log.error("the old certificate stays in use", reason=str(error))
    else:
        log.info("certificate read again")


def spare_pauses() -> None:
    """Keep the collector of cycles from walking through everything while people wait.

    What is there now stays, so no later collection looks at it. Connections leave no cycles behind,
    so the old are looked at seldom; at the defaults 10,000 connections cost pauses of 0.1 s.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(4_000, 5, 1000)


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        StartupError: the settings do not allow a start, or the port cannot be opened.
    """
    server = CanvasServer(settings, ready)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.serve())


def open_certificate(settings: Settings) -> Certificate | None:
    """Return the certificate to serve with; None: plain HTTP.

    Raises:
        StartupError: it cannot be used.
    """
    if settings.tls_cert is None and settings.tls_key is None:
        return None
    if settings.tls_cert is None or settings.tls_key is None:
        raise StartupError("a certificate needs its key: give both --tls-cert and --tls-key")
    try:
        return Certificate(settings.tls_cert, settings.tls_key)
    except CertificateError as error:
        raise StartupError(str(error)) from error


def check(settings: Settings) -> None:
    """Refuse settings that would leave the door open by accident; name those that open it."""
    if settings.relay_only and not settings.turn_urls:
        raise StartupError(
            "--relay-only leaves no way for calls without a TURN server: give CANVAS_TURN_URLS "
            "too; `canvas-server turn-config` prints how to run one"
        )
    if is_loopback(settings.host) or settings.auth_secret:
        return
    if not settings.open:
        raise StartupError(
            f"{settings.host} can be reached by others, and this server asks nobody who they are: "
            "set CANVAS_AUTH_SECRET to what `canvas-server secret` prints, then only those with a "
            "link come in; or add --open if everybody may"
        )
    log.warning("open: whoever reaches this address can join every session", host=settings.host)
