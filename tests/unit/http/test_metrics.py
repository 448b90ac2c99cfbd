"""What calls were like, as Prometheus reads it."""

import pytest
from prometheus_client import CollectorRegistry

from canvas_server.http.metrics import CallMetrics
from canvas_server.protocol.diagnosis import Cause
from canvas_server.protocol.quality import Path, Quality

pytestmark = pytest.mark.rule("SIG13")


def test_reports_become_histograms() -> None:
    metrics = CollectorRegistry()
    calls = CallMetrics(metrics)
    by_relay = Quality(
        "poor",
        path=Path("srflx", "relay", "udp"),
        loss_in=0.02,
        loss_out=0.4,
        round_trip=250,
        jitter=4,
        bitrate_in=1_500_000,
        frame_rate_out=30,
        limitation="cpu",
    )
    for what in (by_relay, Quality("good"), Cause.LOSS, Cause.LOSS):
        calls.count(what)
    value = metrics.get_sample_value
    assert value("canvas_call_loss_ratio_bucket", {"direction": "in", "le": "0.01"}) == 0
    assert value("canvas_call_loss_ratio_bucket", {"direction": "in", "le": "0.03"}) == 1
    assert value("canvas_call_loss_ratio_sum", {"direction": "out"}) == 0.4
    assert value("canvas_call_round_trip_seconds_sum") == 0.25
    assert value("canvas_call_round_trip_seconds_count") == 1, "what is not known does not count"
    assert value("canvas_call_jitter_seconds_sum") == 0.004
    assert value("canvas_call_bitrate_bits_per_second_sum", {"direction": "in"}) == 1_500_000
    assert value("canvas_call_bitrate_bits_per_second_count", {"direction": "out"}) is None
    assert value("canvas_call_frame_rate_hertz_sum", {"direction": "out"}) == 30
    told = {"rating": "poor", "path": "relay", "protocol": "udp", "limitation": "cpu"}
    assert value("canvas_call_reports_total", told) == 1
    unknown = dict.fromkeys(("path", "protocol", "limitation"), "unknown")
    assert value("canvas_call_reports_total", {"rating": "good", **unknown}) == 1
    assert value("canvas_call_diagnoses_total", {"cause": "loss"}) == 2
