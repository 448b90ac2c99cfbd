"""What a session writes down for who runs the server."""

from canvas_server.core.effects import Effect, RecordAudit
from canvas_server.core.presence.audit import refused
from canvas_server.protocol import client
from canvas_server.protocol.audit import AuditEntry, AuditEvent
from canvas_server.protocol.errors import ErrorCode
from support.hub.hub import HubLab


class Watched:
    """A hub, and what it writes down."""

    def __init__(self) -> None:
        self.lab = HubLab()
        self.entries: list[AuditEntry] = []
        self.lab.watch = self._see

    def _see(self, effects: list[Effect]) -> None:
        self.entries += [effect.entry for effect in effects if isinstance(effect, RecordAudit)]


def test_comings_and_goings_are_written_down() -> None:
    watched = Watched()
    lab = watched.lab
    ada, peer_id = lab.join("s", "Ada")
    lab.drop(ada)
    joined, left = watched.entries
    assert (joined.event, left.event) == (AuditEvent.JOINED, AuditEvent.LEFT)
    assert (joined.session, joined.peer, joined.name) == ("s", peer_id, "Ada")
    assert (joined.role, joined.invitation) == ("edit", None)
    assert (left.peer, left.reason) == (peer_id, "left")


def test_what_only_some_may_is_written_down_when_it_is_done() -> None:
    watched = Watched()
    lab = watched.lab
    ada, _ = lab.join("s")
    watched.entries.clear()
    lab.say(ada, client.ClearScene())
    assert [entry.event for entry in watched.entries] == [AuditEvent.SCENE_CLEARED]
    watched.entries.clear()
    lab.say(ada, client.Kick("00000000-0000-0000-0000-00000000beef"))
    assert not watched.entries, "it was refused"
    lab.say(ada, client.Ping())
    assert not watched.entries


def test_a_refusal_says_whose_it_is_and_a_limit_is_one() -> None:
    lab = HubLab()
    ada, _ = lab.join("s")
    entry = refused(lab.hub.peer_at(ada), ErrorCode.FORBIDDEN)
    assert (entry.event, entry.code, entry.where) == (AuditEvent.REFUSED, "forbidden", "websocket")
    assert entry.session == "s"
    assert refused(None, ErrorCode.RATE_LIMITED).event is AuditEvent.LIMITED
