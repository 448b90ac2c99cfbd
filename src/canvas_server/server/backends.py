"""Backends of a server: a data folder where it is alone, a cluster where it is one of many."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from canvas_server import __version__
from canvas_server.auth.authority import Authority, open_authority
from canvas_server.cluster.membership import Cluster
from canvas_server.cluster.messages import Heartbeat
from canvas_server.config.settings import Settings
from canvas_server.nats.joining import ClusterParts, join
from canvas_server.node.node import Node
from canvas_server.node.ports import BackboneFailure, Log, LogCounts
from canvas_server.protocol.http import NodeOverview, NodesAnswer, SessionOverview
from canvas_server.store.folder import StoreError
from canvas_server.store.sqlite import SqliteLog


class StartupError(Exception):
    """The server cannot start as it was asked to; the text says what to do."""


class CountedLog(Log, Protocol):
    """A log whose work is counted."""

    counts: LogCounts


class Backend(Protocol):
    """Where scenes and tokens are kept, and how other nodes are reached."""

    log: CountedLog
    authority: Authority
    cluster: Cluster | None

    async def start(self, node: Node) -> None:
        """Let others know the node.

        Raises:
            StartupError: that cannot be.
        """

    def announce(self, url: str) -> None:
        """Let programs of this machine know where it is served."""

    async def probe(self, thorough: bool) -> None:
        """Find out whether scenes can be read and stored now.

        Raises:
            LogFailure: they cannot.
        """

    def health(self) -> dict[str, str]:
        """Return what readiness says of it."""
        ...

    def overview(self, node: Node) -> Callable[[], Awaitable[tuple[SessionOverview, ...]]]:
        """Return who lists all sessions."""
        ...

    def nodes(self, node: Node) -> NodesAnswer:
        """Return all nodes."""
        ...

    async def close(self) -> None:
        """Store what was appended, then let go of everything."""


class StandaloneBackend:
    """The backend of a server that is alone."""

    cluster: Cluster | None = None

    def __init__(self, settings: Settings) -> None:
        """Take the data folder.

        Raises:
            StartupError: it cannot be used.
        """
        self._started = time.time()
        self._node_id = settings.node_id
        try:
            self._sqlite = SqliteLog(
                settings.data_dir, settings.history_days, history_bytes=settings.history_bytes
            )
            self.log: CountedLog = self._sqlite
            self.authority = open_authority(settings.auth_secret, settings.data_dir)
        except StoreError as error:
            raise StartupError(str(error)) from error
        except OSError as error:
            raise StartupError(_unusable(settings.data_dir, error)) from error

    async def start(self, node: Node) -> None:
        """See `Backend.start`."""

    def announce(self, url: str) -> None:
        """See `Backend.announce`."""
        self._sqlite.announce(url)

    async def probe(self, thorough: bool) -> None:
        """See `Backend.probe`."""
        await self._sqlite.probe(thorough)

    def health(self) -> dict[str, str]:
        """See `Backend.health`."""
        return {}

    def overview(self, node: Node) -> Callable[[], Awaitable[tuple[SessionOverview, ...]]]:
        """See `Backend.overview`."""

        async def overview() -> tuple[SessionOverview, ...]:
            return node.hub.overview()

        return overview

    def nodes(self, node: Node) -> NodesAnswer:
        """See `Backend.nodes`."""
        hub = node.hub
        own = NodeOverview(
            self._node_id,
            __version__,
            int(self._started * 1000),
            node.stopping,
            len(node.connections),
            hub.peer_count,
            hub.session_count,
            answers=True,
        )
        return NodesAnswer((own,), connected=True)

    async def close(self) -> None:
        """See `Backend.close`."""
        await self.log.close()


class ClusterBackend:
    """The backend of a server that is one of many."""

    def __init__(self, joined: ClusterParts) -> None:
        self._joined = joined
        self.log: CountedLog = joined.log
        self.authority = joined.authority
        self.cluster: Cluster | None = joined.cluster

    async def start(self, node: Node) -> None:
        """See `Backend.start`."""
        try:
            await self._joined.invitations.follow(node.revoke)
            await self._joined.cluster.start(node)
        except BackboneFailure as error:
            raise StartupError(str(error)) from error

    def announce(self, url: str) -> None:
        """See `Backend.announce`: the others find it without."""

    async def probe(self, thorough: bool) -> None:  # noqa: ARG002 - it always stores
        """See `Backend.probe`."""
        await self._joined.probe()

    def health(self) -> dict[str, str]:
        """See `Backend.health`."""
        return {"cluster": "connected" if self._joined.broker.connected else "away"}

    def overview(self, node: Node) -> Callable[[], Awaitable[tuple[SessionOverview, ...]]]:  # noqa: ARG002
        """See `Backend.overview`."""
        return self._joined.cluster.sessions

    def nodes(self, node: Node) -> NodesAnswer:  # noqa: ARG002
        """See `Backend.nodes`."""
        cluster = self._joined.cluster
        own = _overview(cluster.describe(), answers=True)
        others = [_overview(heartbeat) for heartbeat in cluster.nodes.heartbeats]
        found = sorted([own, *others], key=lambda node: (node.node_id, node.started))
        return NodesAnswer(tuple(found), self._joined.broker.connected)

    async def close(self) -> None:
        """See `Backend.close`."""
        await self._joined.close()


async def open_backend(settings: Settings) -> Backend:
    """Take the data folder, or join the cluster.

    Raises:
        StartupError: that cannot be.
    """
    if not settings.cluster:
        return StandaloneBackend(settings)
    try:
        return ClusterBackend(await join(settings))
    except BackboneFailure as error:
        raise StartupError(f"{error}; is CANVAS_CLUSTER right?") from error


def _unusable(folder: Path, error: OSError) -> str:
    return f"the data folder {folder} cannot be used ({error}); choose one with --data"


def _overview(heartbeat: Heartbeat, *, answers: bool = False) -> NodeOverview:
    return NodeOverview(
        heartbeat.node_id,
        heartbeat.version,
        int(heartbeat.started * 1000),
        heartbeat.draining,
        heartbeat.connections,
        heartbeat.peers,
        heartbeat.sessions,
        answers,
    )
