"""Metrics of a server in the Prometheus text format."""

import collections
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from canvas_server import __version__
from canvas_server.cluster.membership import Cluster
from canvas_server.node.events import NodeEvents
from canvas_server.node.node import Node
from canvas_server.node.ports import LogCounts
from canvas_server.node.readiness import Readiness
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.http import RelayOverview
from canvas_server.protocol.quality import Quality

Relay = Callable[[], RelayOverview]


class NodeCollector(Collector):
    """Reads the plain counters of the node when asked, so that counting costs next to nothing."""

    def __init__(
        self,
        node: Node,
        log: LogCounts,
        readiness: Readiness,
        cluster: Cluster | None,
        relay: Relay | None,
    ) -> None:
        self._node = node
        self._log = log
        self._readiness = readiness
        self._cluster = cluster
        self._relay = relay

    def _sockets(self, relay: RelayOverview | None) -> int:
        if self._cluster is not None:
            return self._cluster.sockets
        guests = 0 if relay is None else sum(server.people for server in relay.servers)
        return len(self._node.connections) - guests

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        node, counts, log = self._node, self._node.counts, self._log
        relay = None if self._relay is None else self._relay()
        yield InfoMetricFamily("canvas_build", "The running program.", {"version": __version__})
        yield from (
            GaugeMetricFamily(name, text, value=value)
            for name, text, value in (
                ("canvas_connections", "Open WebSockets.", self._sockets(relay)),
                ("canvas_peers", "Peers in a session.", node.hub.peer_count),
                ("canvas_waiting", "Who wait to be let in.", node.hub.waiting_count),
                ("canvas_peers_away", "Of those, without a connection.", node.hub.away_count),
                ("canvas_sessions", "Sessions with a peer.", node.hub.session_count),
                ("canvas_elements", "Elements in all scenes.", node.hub.element_count),
                ("canvas_ready", "Whether scenes can be stored.", int(not self._readiness.failing)),
                ("canvas_log_waiting", "Edits on their way to the disk.", log.waiting),
            )
        )
        yield from (
            CounterMetricFamily(name, text, value=value)
            for name, text, value in (
                ("canvas_connections_opened", "WebSockets since start.", counts.connections),
                ("canvas_resumed", "Peers that went on without a gap.", counts.resumed),
                ("canvas_turned_away", "Refused for their address's number.", counts.turned_away),
                ("canvas_held_back", "Times a fast sender was slowed.", counts.held_back),
                ("canvas_log_stored", "Edits stored.", log.stored),
                ("canvas_log_commits", "Times all that waited was stored at once.", log.batches),
                ("canvas_log_commit_seconds", "Time that took.", log.seconds),
                ("canvas_log_failures", "What could not be stored or read.", node.scenes.failures),
                ("canvas_log_outages", "Times that began for all.", self._readiness.failures),
            )
        )
        received, sent = _by_tag(counts.received), _by_tag(counts.sent)
        yield _labelled("canvas_messages_received", "Messages of each type.", "type", received)
        yield _labelled("canvas_messages_sent", "Messages, one for each receiver.", "type", sent)
        yield _labelled(
            "canvas_messages_refused", "Frames answered with `error`.", "code", counts.refused
        )
        yield _labelled("canvas_closed", "Connections the server closed.", "code", counts.closed)
        if self._cluster is not None:
            yield from _of_cluster(self._cluster)
        if relay is not None:
            yield from _of_relay(relay)


def _of_cluster(cluster: Cluster) -> Iterator[Metric]:
    peers, counts = cluster.peers.values(), cluster.counts
    yield InfoMetricFamily("canvas_node", "The node of the cluster.", {"node": cluster.node_id})
    yield from (
        GaugeMetricFamily(f"canvas_cluster_{name}", text, value=value)
        for name, text, value in (
            ("connected", "Whether the broker is there.", int(cluster.backbone.connected)),
            ("nodes", "Nodes that are known to live.", 1 + len(cluster.nodes.heartbeats)),
            ("homes", "Sessions that live here.", len(cluster.ownership.held)),
            ("carried", "Sockets carried to others.", sum(len(p.carried) for p in peers)),
            ("remote", "Sockets carried here.", sum(len(p.remote) for p in peers)),
            ("backlog_bytes", "On the way to others.", sum(p.link.backlog for p in peers)),
        )
    )
    yield from (
        CounterMetricFamily(f"canvas_cluster_{name}", text, value=value)
        for name, text, value in (
            ("packets_sent", "Packets to other nodes.", counts.sent),
            ("packets_received", "Packets from other nodes.", counts.received),
            ("bytes_sent", "Bytes to other nodes.", counts.bytes_sent),
            ("packets_resent", "Packets sent again.", sum(p.link.resent for p in peers)),
            ("sockets_carried", "Sockets carried to others since start.", counts.carried),
            ("unreadable", "What other nodes said and was not understood.", counts.unreadable),
            ("given_up", "Times others had given this node up.", cluster.given_up),
        )
    )


def _of_relay(relay: RelayOverview) -> Iterator[Metric]:
    servers = relay.servers
    yield from (
        GaugeMetricFamily(f"canvas_relay_{name}", text, value=value)
        for name, text, value in (
            ("connected", "Whether x0xd is there.", int(relay.connected)),
            ("shares", "Sessions shared with others.", sum(s.sessions for s in servers)),
            ("guests", "People of other servers.", sum(s.people for s in servers)),
            ("backlog_bytes", "On the way to others.", sum(s.backlog for s in servers)),
        )
    )
    known = GaugeMetricFamily("canvas_relay_servers", "Servers that are known.", labels=["state"])
    for state, count in collections.Counter(server.state for server in servers).items():
        known.add_metric([state], count)
    yield known


class CallMetrics:
    """What calls were like, as their peers said (rule SIG13)."""

    def __init__(self, metrics: CollectorRegistry) -> None:
        def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(
                f"canvas_call_{name}", text, ["direction"], buckets=buckets, registry=metrics
            )

        rates = (5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 4e6, 8e6)
        self._loss = histogram(
            "loss_ratio", "Share of the packets lost.", (0.001, 0.01, 0.03, 0.05, 0.1, 0.2, 0.5)
        )
        self._bitrate = histogram("bitrate_bits_per_second", "Bits of a call in a second.", rates)
        self._frame_rate = histogram(
            "frame_rate_hertz", "Pictures of a camera in a second.", (1, 5, 10, 15, 20, 25, 30, 60)
        )
        self._round_trip = Histogram(
            "canvas_call_round_trip_seconds",
            "There and back.",
            buckets=(0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 2),
            registry=metrics,
        )
        self._jitter = Histogram(
            "canvas_call_jitter_seconds",
            "Of the worst stream.",
            buckets=(0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3),
            registry=metrics,
        )
        self._reports = Counter(
            "canvas_call_reports",
            "What peers said of their calls.",
            ["rating", "path", "protocol", "limitation"],
            registry=metrics,
        )
        self._diagnoses = Counter(
            "canvas_call_diagnoses", "What people were told.", ["cause"], registry=metrics
        )

    def count(self, what: Quality | Cause) -> None:
        """Take one thing in."""
        if isinstance(what, Cause):
            self._diagnoses.labels(what).inc()
            return
        path = what.path
        self._reports.labels(
            what.rating,
            "unknown" if path is None else "relay" if path.relayed else "direct",
            "unknown" if path is None else path.protocol,
            what.limitation or "unknown",
        ).inc()
        for metric, directions in (
            (self._loss, (what.loss_in, what.loss_out)),
            (self._bitrate, (what.bitrate_in, what.bitrate_out)),
            (self._frame_rate, (what.frame_rate_in, what.frame_rate_out)),
        ):
            for direction, value in zip(("in", "out"), directions, strict=True):
                if value is not None:
                    metric.labels(direction).observe(value)
        for metric, value in ((self._round_trip, what.round_trip), (self._jitter, what.jitter)):
            if value is not None:
                metric.observe(value / 1000)


def _by_tag(counter: Mapping[Any, int]) -> dict[str, int]:
    return {str(struct.__struct_config__.tag): value for struct, value in counter.items()}


def _labelled(name: str, text: str, label: str, counter: Mapping[Any, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=[label])
    for key, value in counter.items():
        family.add_metric([str(key)], value)
    return family


def registry(
    node: Node,
    events: NodeEvents,
    log: LogCounts,
    readiness: Readiness,
    cluster: Cluster | None = None,
    relay: Relay | None = None,
) -> CollectorRegistry:
    """Return the metrics of this process; `events` are those of its node."""
    metrics = CollectorRegistry()
    metrics.register(NodeCollector(node, log, readiness, cluster, relay))
    events.call_metrics.subscribe(CallMetrics(metrics).count)
    ProcessCollector(registry=metrics)
    PlatformCollector(registry=metrics)
    return metrics
