"""Metrics of the decoder of pictures."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from canvas_server.pictures.decoder import DecoderCounts


class PictureCollector(Collector):
    """Reads the counts of a decoder when asked."""

    def __init__(self, counts: DecoderCounts) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        counts = self._counts
        for name, text, value in (
            ("taken", "Pictures that came in, decoded.", counts.taken),
            ("changed", "Of those, turned or without metadata.", counts.changed),
            ("refused", "Pictures that could not be decoded.", counts.refused),
            ("failed", "Times no process could read one.", counts.failed),
            ("cpu_seconds", "Processor time that decoding took.", counts.cpu_ms / 1000),
        ):
            yield CounterMetricFamily(f"canvas_pictures_{name}", text, value=value)
