"""A line is used by who is connected and reads."""

import pytest

from canvas_server.node.lines import STALLED_SECONDS, Lines
from canvas_server.node.outbox import Outbox, Outboxes
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("OUT2")


def test_who_is_away_or_reads_nothing_has_no_line_to_fill() -> None:
    lab, outboxes, now = HubLab(), Outboxes(), [0.0]
    lines = Lines(lab.hub, outboxes, lambda: now[0])
    connection, peer_id = lab.join()
    outbox = outboxes[connection] = Outbox(None)
    outbox.checkpoint("token", 0)
    outbox.paused = False
    assert lines.is_used(peer_id)
    outbox.paused = True
    assert lines.is_used(peer_id), "it may be slow"
    now[0] += STALLED_SECONDS / 2
    assert lines.is_used(peer_id)
    now[0] += STALLED_SECONDS
    assert not lines.is_used(peer_id), "nothing more was written"
    outbox.paused = False
    assert lines.is_used(peer_id)
    outbox.paused = True
    assert lines.is_used(peer_id), "it is looked at anew"
    lab.drop(connection, None)
    assert not lines.is_used(peer_id)
