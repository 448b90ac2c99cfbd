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
from canvas_server.cluster.membership import Cluster
from canvas_server.communitas.bridge import Bridge
from canvas_server.communitas.scenes import NetworkScenes
from canvas_server.config.settings import Settings
from canvas_server.config.types import MIN_SECRET
from canvas_server.core.hub import Hub
from canvas_server.core.presence.environment import Environment, Everybody
from canvas_server.federation.context import Limits
from canvas_server.federation.federation import Federation
from canvas_server.federation.ownership import Known
from canvas_server.federation.pairing import PairingError, pairs_of
from canvas_server.federation.x0x import Daemon, X0xCarrier
from canvas_server.http.access import Access, is_loopback
from canvas_server.http.admission import BoundedHttp, Entrance
from canvas_server.http.api.sessions import session_routes
from canvas_server.http.api.tokens import token_routes
from canvas_server.http.bodies import Bodies
from canvas_server.http.gate import Gate
from canvas_server.http.heartbeat import SocketPinger
from canvas_server.http.lan import authority_route
from canvas_server.http.listener import Listener, open_sockets
from canvas_server.http.metrics import registry
from canvas_server.http.rate_limits import Proxies
from canvas_server.http.site import make_site
from canvas_server.http.state import state_route
from canvas_server.http.upgrade import WebSocketUpgrade, sockets_of
from canvas_server.ice.servers import IcePlan
from canvas_server.node.node import Node
from canvas_server.node.outbox import Outboxes
from canvas_server.node.readiness import Readiness
from canvas_server.protocol.errors import CloseCode
from canvas_server.protocol.http import CommunitasAnswer
from canvas_server.server.backends import Backend, StartupError, open_ground
from canvas_server.server.hangups import HANGUPS
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


def features(settings: Settings) -> tuple[str, ...]:
    """Return what `welcome` lists: what works, and what is wanted."""
    wanted = {
        "auto_accept": settings.auto_accept,
        "call_quality": settings.quality_reports,
        "communitas": settings.communitas_mcp_url is not None,
    }
    return FEATURES + tuple(name for name, on in wanted.items() if on)


def make_node(settings: Settings, ground: Backend, known: Known | None) -> Node:
    """Return the node that settings describe; `known` are other servers, if there may be any."""
    outboxes, plan, authority = Outboxes(), IcePlan(settings), ground.authority
    hub = Hub(
        Environment(
            version=__version__,
            new_id=lambda: str(uuid.uuid4()),
            identities=authority.identities,
            features=features(settings),
            ice_servers=plan.servers,
            ice_seconds=plan.seconds,
            relay_only=lambda name: any(fnmatchcase(name, each) for each in settings.relay_only),
            resume_seconds=settings.resume_seconds,
            started=time.time(),
            watched=known is not None or settings.communitas_mcp_url is not None,
            keeper=known.agreements.keeper if known else lambda _: None,
            admission=authority.join or Everybody(),
        ),
        outboxes,
    )
    node = Node(hub, outboxes, ground.log, _call_later, homes=ground.cluster)
    if ground.cluster is not None:
        ground.cluster.serve(node)
    return node


def _call_later(seconds: float, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, act)


class CanvasServer(uvicorn.Server):
    """The running server."""

    def __init__(self, settings: Settings, ground: Backend, ready: Callable[[str], None]) -> None:
        """Prepare; `ready` is called with the base URL once the port is open.

        Raises:
            StartupError: the settings do not allow a start.
        """
        self.settings = settings
        self._certificate = certificate = open_certificate(settings)
        self._ground = ground
        authority = ground.authority
        known = open_known(settings)
        self.node = make_node(settings, ground, known)
        self._bridge = open_bridge(settings, self.node)
        self._relay = open_relay(settings, self.node, known)
        self._ready = ready
        access = Access(settings.host, settings.allowed_origins)
        proxies = Proxies(settings.trusted_proxies)
        entrance = Entrance(settings.per_address, proxies, self.node.counts)
        upgrade = WebSocketUpgrade(
            self.node, access, entrance, settings.rate_limit_burst, settings.rate_limit_sustained
        )
        gate = Gate(authority.join, authority.admins)
        bodies = Bodies()
        routes = token_routes(gate, authority.join, authority.invitations, self.node.revoke, bodies)
        if settings.lan:
            routes.append(authority_route(lan_folder(settings.data_dir)))
        routes += session_routes(gate, ground.overview(self.node))
        nodes = functools.partial(ground.nodes, self.node)
        routes.append(state_route(gate, "/api/nodes", nodes))
        routes.append(state_route(gate, "/api/communitas", self._communitas))
        overview = None if self._relay is None else self._relay.overview
        self._readiness = Readiness(ground.probe)
        self.node.scenes.doubt = self._readiness.doubt
        metrics = registry(self.node, ground.log.counts, self._readiness, ground.cluster, overview)
        super().__init__(
            uvicorn.Config(
                make_site(
                    self.node,
                    access,
                    metrics,
                    gate,
                    bodies,
                    routes,
                    self._readiness,
                    ground.health,
                ),
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
        here = functools.partial(sockets_of, self.server_state.connections)
        self._tasks = [asyncio.create_task(SocketPinger(self.node, here).run())]
        if self._ground.cluster is not None:
            self._tasks.append(asyncio.create_task(self._ground.cluster.run()))
        if self._bridge is not None:
            self._tasks.append(asyncio.create_task(self._bridge.run()))
        if self._relay is not None:
            self._tasks.append(asyncio.create_task(self._relay.run()))
        url = f"{'https' if self._certificate else 'http'}://{name}:{listener.port}"
        self._ground.announce(url)
        await self._readiness.look()
        self._tasks.append(asyncio.create_task(self._readiness.run()))
        spare_pauses()
        self._ready(url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Turn readiness red, tell the peers, flush, end."""
        self.node.stopping = True
        if self._ground.cluster is not None:
            await self._send_away(self._ground.cluster)
        for task in self._tasks:
            task.cancel()
        await super().shutdown(sockets)
        with contextlib.suppress(TimeoutError):  # a disk that hangs
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._ground.close()
        self._ground.authority.invitations.close()

    async def _send_away(self, cluster: Cluster) -> None:
        """Send everybody to the other nodes: first the sessions that live here, then the rest."""
        seconds = self.settings.drain_seconds
        with contextlib.suppress(TimeoutError):  # the cluster is away
            async with asyncio.timeout(seconds / 2 + DRAIN_SECONDS):
                await cluster.drain(seconds / 2)
        left = list(sockets_of(self.server_state.connections))
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number, connection in enumerate(left, 1):
            connection.close(CloseCode.SERVICE_RESTART)
            await asyncio.sleep(max(0.0, started + seconds / 2 * number / len(left) - loop.time()))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on SIGTERM and SIGINT, and do not pass the signal on: a stop is no failure."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, functools.partial(self.handle_exit, number, None))
        for number in (signal.SIGUSR1, signal.SIGUSR2):  # else they end the process
            loop.add_signal_handler(number, _ignored, number)
        HANGUPS.give(loop, functools.partial(read_again, self._certificate))
        try:
            yield
        finally:
            HANGUPS.ignore()

    def _communitas(self) -> CommunitasAnswer:
        joined = None if self._bridge is None else self._bridge.joined
        node = f"{joined.server.name} {joined.server.version}" if joined else None
        return CommunitasAnswer(node, None if self._relay is None else self._relay.overview())

    def _protocol(self) -> asyncio.Protocol:
        make = cast("Callable[..., asyncio.Protocol]", self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state={})


def _ignored(number: signal.Signals) -> None:
    log.info("nothing is done on this signal", signal=number.name)


def read_again(certificate: Certificate | None) -> None:
    """Serve a certificate that was renewed; on SIGHUP. Settings change with a restart alone."""
    if certificate is None:
        log.info("nothing to read again: there is no certificate; settings need a restart")
        return
    try:
        certificate.reload()
    except CertificateError as error:
        log.error("the old certificate stays in use", reason=str(error))
    else:
        log.info("certificate read again; settings need a restart")


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
    check(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, ready))


async def _serve(settings: Settings, ready: Callable[[str], None]) -> None:
    ground = await open_ground(settings)
    try:
        server = CanvasServer(settings, ground, ready)
        await ground.start(server.node)
        await server.serve()
    except StartupError:  # else `shutdown` lets go of it
        await ground.close()
        ground.authority.invitations.close()
        raise


def open_bridge(settings: Settings, node: Node) -> Bridge | None:
    """Return what makes calls in the Communitas network; None: this server is not to be in it.

    Raises:
        StartupError: its address is none.
    """
    url = settings.communitas_mcp_url
    if url is None:
        return None
    token, port = settings.communitas_mcp_token, settings.communitas_network_port
    scenes = NetworkScenes(node, _call_later)
    try:
        bridge = Bridge(url, token, port, __version__, node.network_answered, scenes)
    except ValueError as error:
        raise StartupError(f"COMMUNITAS_MCP_URL is no address: {error}") from error
    node.ask = bridge.ask
    node.watchers.append(scenes.watch)
    return bridge


def open_known(settings: Settings) -> Known | None:
    """Return the other servers that are known, and what was agreed with them.

    None: this server shares nothing with others.

    Raises:
        StartupError: it is not said what is needed, or cannot be read.
    """
    if settings.x0x_url is None:
        if settings.relay_peers:
            raise StartupError("CANVAS_RELAY_PEERS needs CANVAS_X0X_URL: where x0xd is")
        return None
    if settings.relay_peers and settings.relay_secret is None:
        raise StartupError(
            "CANVAS_RELAY_PEERS needs CANVAS_RELAY_SECRET, the same there and here; or pair the "
            "two servers with `canvas-server communitas pair`"
        )
    if "://" in settings.x0x_url and settings.x0x_token is None:
        raise StartupError("CANVAS_X0X_URL needs X0X_API_TOKEN, or name x0xd's data folder instead")
    fixed = pairs_of(settings.relay_peers, settings.relay_secret, settings.relay_sessions)
    try:
        return Known.read(settings.data_dir, fixed)
    except PairingError as error:
        raise StartupError(str(error)) from error


def open_relay(settings: Settings, node: Node, known: Known | None) -> Federation | None:
    """Return what shares sessions with other servers; None: nothing does."""
    if known is None or settings.x0x_url is None:
        return None
    if settings.relay_secret is not None and len(settings.relay_secret) < MIN_SECRET:
        log.warning("CANVAS_RELAY_SECRET can be guessed: `canvas-server secret` makes a good one")
    for pair in known.pairs.all:
        if "*" in pair.sessions:
            name = known.agreements.name_of(pair.agent_id)
            log.warning("another server may share every session whose name it knows", server=name)
    carrier = X0xCarrier(Daemon(settings.x0x_url, settings.x0x_token))
    limits = Limits(settings.rate_limit_burst, settings.rate_limit_sustained)
    name = settings.node_id[:64] or "canvas-server"
    relay = Federation(carrier, node, known, name, limits, settings.resume_seconds, _call_later)
    node.watchers.append(relay.watch)
    return relay


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
    if settings.cluster and settings.x0x_url is not None:
        raise StartupError("a server of several nodes has no relay: leave out CANVAS_X0X_URL")
    if is_loopback(settings.host) or settings.auth_secret:
        return
    if not settings.open:
        raise StartupError(
            f"{settings.host} can be reached by others, and this server asks nobody who they are: "
            "set CANVAS_AUTH_SECRET to what `canvas-server secret` prints, then only those with a "
            "link come in; or add --open if everybody may"
        )
    log.warning("open: whoever reaches this address can join every session", host=settings.host)
