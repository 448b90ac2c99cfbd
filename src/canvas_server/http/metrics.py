"""What the node counts, in the Prometheus text format."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from canvas_server import __version__
from canvas_server.node import Node
from canvas_server.store.sqlite import LogCounts


class NodeCollector(Collector):
    """Reads the plain counters of the node when asked, so that counting costs next to nothing."""

    def __init__(self, node: Node, log: LogCounts) -> None:
        self._node = node
        self._log = log

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        node, counts, log = self._node, self._node.counts, self._log
        yield InfoMetricFamily("canvas_build", "The running program.", {"version": __version__})
        yield from (
            GaugeMetricFamily(name, text, value=value)
            for name, text, value in (
                ("canvas_connections", "Open WebSockets.", len(node.connections)),
                ("canvas_peers", "Peers in a session.", node.hub.peer_count),
                ("canvas_peers_away", "Of those, without a connection.", node.hub.away_count),
                ("canvas_sessions", "Sessions with a peer.", node.hub.session_count),
                ("canvas_elements", "Elements in all scenes.", node.hub.element_count),
                ("canvas_log_waiting", "Edits on their way to the disk.", log.waiting),
            )
        )
        yield from (
            CounterMetricFamily(name, text, value=value)
            for name, text, value in (
                ("canvas_connections_opened", "WebSockets since start.", counts.connections),
                ("canvas_resumed", "Peers that went on without a gap.", counts.resumed),
                ("canvas_held_back", "Times a fast sender was slowed.", counts.held_back),
                ("canvas_log_stored", "Edits stored.", log.stored),
                ("canvas_log_commits", "Times all that waited was stored at once.", log.batches),
                ("canvas_log_commit_seconds", "Time that took.", log.seconds),
                ("canvas_log_failures", "What could not be stored or read.", node.scenes.failures),
            )
        )
        received, sent = _by_tag(counts.received), _by_tag(counts.sent)
        yield _labelled("canvas_messages_received", "Messages of each type.", "type", received)
        yield _labelled("canvas_messages_sent", "Messages, one for each receiver.", "type", sent)
        yield _labelled(
            "canvas_messages_refused", "Frames answered with `error`.", "code", counts.refused
        )
        yield _labelled("canvas_closed", "Connections the server closed.", "code", counts.closed)


def _by_tag(counter: Mapping[Any, int]) -> dict[str, int]:
    return {str(struct.__struct_config__.tag): value for struct, value in counter.items()}


def _labelled(name: str, text: str, label: str, counter: Mapping[Any, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=[label])
    for key, value in counter.items():
        family.add_metric([str(key)], value)
    return family


def registry(node: Node, log: LogCounts) -> CollectorRegistry:
    """Return the metrics of this process."""
    metrics = CollectorRegistry()
    metrics.register(NodeCollector(node, log))
    ProcessCollector(registry=metrics)
    PlatformCollector(registry=metrics)
    return metrics
