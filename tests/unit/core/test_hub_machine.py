"""Many peers in many sessions do everything at random; after each step the rules still hold.

Every client keeps its own copy of the roster and the scene from what it is sent, and must
agree with the hub at all times; what is sent to a peer that is away reaches its copy at once, as it
will later. The log answers late, or fails; what it has stored is what everybody has been told.
"""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import UNSET

from canvas_server.core.effects import CloseConnection, ConnectionId, Discard, Effect, Resume, Send
from canvas_server.core.presence.pointers import POINTERS
from canvas_server.core.presence.roster import ROSTER_CHANGES
from canvas_server.core.presence.session import Session
from canvas_server.core.records import Snapshot
from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import Text, Video
from canvas_server.protocol.scene import Element, ElementChanges, NewElement, TransformChanges
from support.hub.hub import HubLab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.rule(
        "SES1",
        "SES2",
        "SIG1",
        "SIG2",
        "SIG5",
        "SIG6",
        "SIG8",
        "SIG10",
        "SCN1",
        "SCN2",
        "SCN3",
        "SCN6",
        "IN1",
        "RES1",
        "RES2",
        "CRW1",
        "CRW2",
        "CRW3",
    ),
]

SESSIONS = st.sampled_from(["red", "green", "blue"])
IDS = [f"00000000-0000-0000-0000-00000000000{n}" for n in range(1, 10)]
CALL_IDS = st.sampled_from([None, "one", "two"])
ELEMENTS = st.sampled_from(["", "a", "b", "c"])
KINDS = st.one_of(
    st.just(Text("x")),
    st.just(Video(f"peer-{IDS[0]}")),
    st.just(Video("lobby")),
)
CHANGES = st.one_of(
    st.builds(lambda x: ElementChanges(TransformChanges(x=x)), st.floats(-10, 10)),
    st.just(ElementChanges(kind={"content": "y"})),
    st.just(ElementChanges(kind={"mirror": True})),
)
OPERATIONS = st.one_of(
    st.builds(lambda k, i: client.AddOperation(NewElement(k, id=i)), KINDS, ELEMENTS),
    st.builds(client.UpdateOperation, st.sampled_from("abc"), CHANGES),
    st.builds(client.RemoveOperation, st.sampled_from("abc")),
)
EDITS = st.one_of(
    st.builds(lambda k, i: client.AddElement(NewElement(k, id=i)), KINDS, ELEMENTS),
    st.builds(client.UpdateElement, st.sampled_from("abc"), CHANGES),
    st.builds(client.RemoveElement, st.sampled_from("abc")),
    st.just(client.ClearScene()),
    st.lists(OPERATIONS, max_size=4).map(lambda operations: client.SyncQueue(tuple(operations))),
)


class Copy:
    """What one client knows from what it was sent."""

    def __init__(self) -> None:
        self.peer_id = ""
        self.session_id = ""
        self.roster: dict[str, server.Peer] = {}
        self.elements: dict[str, Element] = {}
        self.revision = 0
        self.features: tuple[str, ...] = ()
        self.roster_revision: int | None = None

    def take(self, message: server.ServerMessage) -> None:
        match message:
            case server.PeerAssigned():
                self.peer_id, self.session_id = message.peer_id, message.session_id
            case server.PeerList():
                self.roster = {p.peer_id: p for p in message.peers}
                known = message.revision
                self.roster_revision = None if known is UNSET else known
                assert (self.roster_revision is not None) == (ROSTER_CHANGES in self.features)
            case server.RosterChanges():
                self._change(message)
            case server.PeerJoined() | server.PeerUpdated() | server.PeerLeft() if (
                self.roster_revision is not None
            ):
                raise AssertionError("CRW1: one form alone")
            case server.PeerJoined():
                assert message.peer.peer_id not in self.roster
                self.roster[message.peer.peer_id] = message.peer
            case server.PeerUpdated():
                assert message.peer.peer_id != self.peer_id
                self.roster[message.peer.peer_id] = message.peer
            case server.PeerLeft():
                del self.roster[message.peer_id]
            case server.PeerMediaState():
                old = self.roster[message.from_peer_id]
                media = server.Media(message.audio, message.video, message.screen)
                self.roster[message.from_peer_id] = msgspec.structs.replace(old, media=media)
            case server.SceneUpdate():
                self.elements = {e.id: e for e in message.scene.elements}
                self.revision = message.scene.revision
            case server.ElementAdded() | server.ElementUpdated():
                assert (message.element.id in self.elements) is isinstance(
                    message, server.ElementUpdated
                )
                self.elements[message.element.id] = message.element
                self._next(message)
            case server.ElementRemoved():
                del self.elements[message.id]
                self._next(message)
            case _:
                pass

    def _change(self, changes: server.RosterChanges) -> None:
        assert self.roster_revision is not None, "CRW1: who does not ask for it has none"
        assert changes.revision == self.roster_revision + 1, "CRW1: no gap, no repetition"
        self.roster_revision += 1
        for gone in changes.left:
            del self.roster[gone.peer_id]
        for peer in changes.joined:
            assert peer.peer_id == self.peer_id or peer.peer_id not in self.roster
            self.roster.pop(peer.peer_id, None)
            self.roster[peer.peer_id] = peer
        for peer in changes.updated:
            assert peer.peer_id in self.roster
            self.roster[peer.peer_id] = peer
        for one in changes.media:
            media = server.Media(one.audio, one.video, one.screen)
            old = self.roster[one.peer_id]
            self.roster[one.peer_id] = msgspec.structs.replace(old, media=media)

    def _next(
        self, news: server.ElementAdded | server.ElementUpdated | server.ElementRemoved
    ) -> None:
        follows = news.revision - 1 if news.follows is UNSET else news.follows
        assert follows == self.revision, "SCN1: no gap, no repetition"
        self.revision = news.revision


class HubMachine(RuleBasedStateMachine):
    """The hub, its clients' replicas, and a model of the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = HubLab()
        self.replicas: dict[ConnectionId, Copy] = {}
        self.away: dict[ConnectionId, tuple[Copy, float]] = {}
        self.calls: dict[frozenset[str], set[str]] = {}
        self.sender: Copy | None = None
        self.edits = 0
        self.replies: Counter[str] = Counter()
        self.behind = False
        """The disk was full, so tiles may have come or gone that are not stored."""
        self.lab.watch = self.watch

    # --- what the machine knows by itself --------------------------------------------------

    def known(self) -> list[Copy]:
        """The replicas of everybody, those that are away included."""
        return [*self.replicas.values(), *(copy for copy, _ in self.away.values())]

    def copy_at(self, connection: ConnectionId) -> Copy:
        """The copy that hears what is sent to a connection."""
        return (
            self.replicas[connection] if connection in self.replicas else self.away[connection][0]
        )

    def session_of(self, peer_id: str) -> str | None:
        return next((c.session_id for c in self.known() if c.peer_id == peer_id), None)

    def picture(self) -> Any:
        """Everything the hub knows, to see that a refusal changed nothing."""
        hub = self.lab.hub
        return (
            {
                c: p and (p.peer_id, p.session.session_id)
                for c, p in hub._membership.connections.items()
            },
            sorted(hub._membership.peers),
            {
                name: (
                    tuple(map(session.view, session.peers.values())),
                    session.audience.roster.revision,
                    [*session.newcomers],
                    session.canvas.document(),
                    session.canvas.scene.revision,
                    session.canvas.scene.elements,
                    {p: session.calls.partners(p) for p in session.peers},
                    {p: peer.away for p, peer in session.peers.items()},
                )
                for name, session in hub._membership.sessions.items()
            },
        )

    def deliver(self, effects: list[Effect], sender: Copy | None) -> None:
        """Perform effects and what follows from them; SIG2: only the sender may appear as `from`."""
        self.sender = sender
        self.lab.perform(effects)

    def watch(self, effects: list[Effect]) -> None:
        """Apply effects to the replicas."""
        sender = self.sender
        for effect in effects:
            if isinstance(effect, CloseConnection):
                gone = self.replicas.pop(effect.connection)
                assert sender is None or gone is not sender
            elif isinstance(effect, Resume):
                assert effect.assigned.recovered
                copy = self.replicas[effect.new] = self.copy_at(effect.old)
                copy.take(effect.assigned)
            elif isinstance(effect, Discard):
                self.away.pop(effect.connection, None)
            if not isinstance(effect, Send):
                continue
            message = effect.message
            if isinstance(message, server.Ack | server.SyncResult | server.Error):
                self.replies[message.message_id or ""] += 1
            for connection in effect.to:
                copy = self.copy_at(connection)
                from_peer = getattr(message, "from_peer_id", None)
                if from_peer is not None and sender is not None and sender.peer_id:
                    assert from_peer == sender.peer_id
                copy.take(message)

    def send(self, connection: ConnectionId, message: client.ClientMessage) -> bool:
        """Send one message and check its one outcome; tell whether it was accepted."""
        copy = self.replicas[connection]
        session_id = copy.session_id
        before = self.picture()
        effects = self.lab.handle(connection, message)
        errors = [e for e in effects if isinstance(e, Send) and isinstance(e.message, server.Error)]
        if errors:
            assert len(effects) == 1, "IN1: exactly one error and nothing else"
            assert errors[0].to == (connection,)
            assert self.picture() == before, "IN1: a refusal changed something"
        elif not isinstance(message, client.Subscribe):
            for effect in effects:
                for to in effect.to if isinstance(effect, Send) else ():
                    assert self.copy_at(to).session_id == session_id, "SIG1: crossed a session"
        self.deliver(effects, None if isinstance(message, client.Subscribe) else copy)
        return not errors

    def signal(self, connection: ConnectionId, message: Any) -> bool:
        """Send a signal, which must reach its target alone or be refused."""
        target = message.target_peer_id
        mine = self.replicas[connection]
        self.lab.clear()
        accepted = self.send(connection, message)
        here = (
            bool(mine.session_id)
            and target != mine.peer_id
            and self.session_of(target) == mine.session_id
        )
        if isinstance(message, client.EndCall):
            names = self.calls.get(frozenset((mine.peer_id, target)))
            named = message.call_id is None or not names or message.call_id in names
            here = here and names is not None and named
        if isinstance(message, client.StartCall):
            here = here and message.session_id == mine.session_id
        assert accepted == here, "SIG1, SIG3, SIG7"
        relayed = [
            (to, m)
            for to, inbox in self.lab.inbox.items()
            for m in inbox
            if hasattr(m, "from_peer_id")
        ]
        if accepted:
            ((to, _),) = relayed
            assert self.copy_at(to).peer_id == target
        else:
            assert relayed == []
        return accepted

    def leave(self, peer_id: str) -> dict[str, int]:
        """Forget the calls of a peer; return how often each partner must hear `call_ended`."""
        ended = {pair for pair in self.calls if peer_id in pair}
        for pair in ended:
            del self.calls[pair]
        return {next(iter(pair - {peer_id})): 1 for pair in ended}

    # --- what happens ----------------------------------------------------------------------

    @initialize()
    def some_are_here(self) -> None:
        for session_id in ("red", "red", "green"):
            self.connect()
            connection = max(self.replicas)
            self.send(connection, client.Subscribe(session_id))

    def pick(self, data: st.DataObject) -> ConnectionId:
        return data.draw(st.sampled_from(sorted(self.replicas)))

    def target(self, data: st.DataObject) -> str:
        here = sorted(c.peer_id for c in self.known() if c.peer_id)
        return data.draw(st.sampled_from([*here, *IDS[:2]]))

    @rule()
    def connect(self) -> None:
        if len(self.replicas) < 8:
            number = ConnectionId(len(self.lab.inbox) + 1)
            effects = self.lab.hub.connect(number, self.lab.now)
            connection = effects[0].to[0]  # type: ignore[union-attr]
            self.lab.inbox[connection] = []
            self.replicas[connection] = Copy()
            self.deliver(effects, None)

    @rule(
        data=st.data(),
        session_id=SESSIONS,
        wish=st.none() | st.sampled_from(IDS),
        token=st.sampled_from(["none", "right", "of another session"]),
        name=st.none() | st.sampled_from(["Ada", "Bob"]),
        features=st.sampled_from([(), (ROSTER_CHANGES, POINTERS, "unheard of")]),
    )
    def subscribe(
        self,
        data: st.DataObject,
        session_id: str,
        wish: str | None,
        token: str,
        name: str | None,
        features: tuple[str, ...],
    ) -> None:
        if not self.replicas:
            return
        connection = self.pick(data)
        copy = self.replicas[connection]
        own, old_session = copy.peer_id, copy.session_id
        tokens = {
            "none": None,
            "right": wish and f"{wish}@{session_id}#0",
            "of another session": wish and f"{wish}@x#0",
        }
        taken = wish is not None and self.session_of(wish) is not None and wish != own
        returns = taken and wish is not None and self.session_of(wish) == session_id
        self.lab.clear()
        before, copy.features = copy.features, features
        accepted = self.send(
            connection,
            client.Subscribe(session_id, wish, name, resume_token=tokens[token], features=features),
        )
        if not accepted:
            copy.features = before
        assert accepted == (not taken or (returns and token == "right")), "SES2"
        if accepted:
            stays = session_id == old_session and wish in (None, own)
            expected: dict[str, int] = {}
            if own and not stays:
                expected |= self.leave(own)
            copy = self.replicas[connection]
            assert copy.session_id == session_id
            assert copy.peer_id == (wish or own or copy.peer_id)
            self.check_call_ended(expected, {own, wish})

    def check_call_ended(self, expected: dict[str, int], gone: set[str | None]) -> None:
        """SIG5: each partner that is still here heard `call_ended` exactly once."""
        for connection in (*self.replicas, *self.away):
            copy = self.copy_at(connection)
            heard = len([m for m in self.lab.inbox[connection] if isinstance(m, server.CallEnded)])
            if copy.peer_id not in gone:
                assert heard == expected.get(copy.peer_id, 0)

    @rule(data=st.data(), code=st.sampled_from([1000, 1001, None]))
    def disconnect(self, data: st.DataObject, code: int | None) -> None:
        if not self.replicas:
            return
        connection = self.pick(data)
        copy = self.replicas.pop(connection)
        self.lab.clear()
        effects = self.lab.hub.disconnect(connection, self.lab.now, code)
        expected: dict[str, int] = {}
        if copy.peer_id and code != 1000:
            self.away[connection] = copy, self.lab.now + (5 if code else 120)
        elif copy.peer_id:
            expected = self.leave(copy.peer_id)
        self.deliver(effects, copy)
        self.check_call_ended(expected, {copy.peer_id})

    @rule(seconds=st.sampled_from([1, 4, 60]))
    def time_goes_by(self, seconds: float) -> None:
        """RES1: who stays away too long has left, and nobody else."""
        self.lab.now += seconds
        late = [c for c, (_, until) in self.away.items() if until <= self.lab.now]
        for connection in late:
            self.leave(self.away[connection][0].peer_id)
        self.deliver(self.lab.hub.expire(self.lab.now), None)
        assert not set(late) & set(self.away)

    @rule(data=st.data(), keeps=st.booleans(), changes_form=st.booleans())
    def come_back(self, data: st.DataObject, keeps: bool, changes_form: bool) -> None:
        """RES1, RES2: into the place it had, with everything it missed or a snapshot."""
        if not self.away:
            return
        old = data.draw(st.sampled_from(sorted(self.away)))
        copy, _ = self.away[old]
        number = ConnectionId(len(self.lab.inbox) + 1)
        self.lab.inbox[number] = []
        features = copy.features
        if changes_form:
            features = () if features else (ROSTER_CHANGES,)
        self.replicas[number] = Copy()
        self.replicas[number].features = features
        self.deliver(self.lab.hub.connect(number, self.lab.now), None)
        token = f"{copy.peer_id}@{copy.session_id}#1"
        self.lab.memory.keeps = keeps
        self.lab.clear()
        assert self.send(
            number,
            client.Subscribe(
                copy.session_id,
                copy.peer_id,
                resume_token=token,
                received=0,
                features=features,
            ),
        )
        heard = [m for box in self.lab.inbox.values() for m in box]
        assert not [m for m in heard if isinstance(m, server.PeerLeft | server.PeerJoined)], "RES2"
        assert (self.replicas[number] is copy) == (keeps and not changes_form)

    @rule(data=st.data(), session_id=SESSIONS)
    def start_call(self, data: st.DataObject, session_id: str) -> None:
        if self.replicas:
            connection = self.pick(data)
            own_session = self.replicas[connection].session_id
            target = self.target(data)
            wanted = data.draw(st.sampled_from([own_session or session_id, session_id]))
            call_id = data.draw(CALL_IDS)
            if self.signal(connection, client.StartCall(target, wanted, call_id)):
                self.begin(connection, target, call_id)

    def begin(self, connection: ConnectionId, target: str, call_id: str | None) -> None:
        pair = frozenset((self.replicas[connection].peer_id, target))
        self.calls.setdefault(pair, set()).update([call_id] if call_id else [])

    @rule(data=st.data(), call_id=CALL_IDS)
    def offer(self, data: st.DataObject, call_id: str | None) -> None:
        if self.replicas:
            connection = self.pick(data)
            target = self.target(data)
            if self.signal(connection, client.Offer(target, "offer", call_id)):
                self.begin(connection, target, call_id)

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if self.replicas:
            self.signal(self.pick(data), client.Answer(self.target(data), "answer"))

    @rule(data=st.data())
    def candidate(self, data: st.DataObject) -> None:
        if self.replicas:
            self.signal(self.pick(data), client.IceCandidate(self.target(data), "candidate"))

    @rule(data=st.data(), call_id=CALL_IDS)
    def end_call(self, data: st.DataObject, call_id: str | None) -> None:
        if self.replicas:
            connection = self.pick(data)
            target = self.target(data)
            if self.signal(connection, client.EndCall(target, call_id=call_id)):
                del self.calls[frozenset((self.replicas[connection].peer_id, target))]

    @rule(data=st.data(), message=EDITS, again=st.booleans())
    def edit(self, data: st.DataObject, message: Any, again: bool) -> None:
        """IN1, SCN6: one answer, now or when the log has answered; a retry changes nothing."""
        if not self.replicas:
            return
        connection = self.pick(data)
        self.edits += 1
        name = f"m{self.edits}"
        message = msgspec.structs.replace(message, message_id=name)
        accepted = self.send(connection, message)
        assert self.replies[name] <= 1
        assert self.replies[name] == 1 or self.lab.busy
        told = self.replicas[connection].revision
        if again and accepted and not isinstance(message, client.SyncQueue):
            self.send(connection, message)
            assert self.replicas[connection].revision == told or self.lab.disk.full, "SCN6"

    @rule()
    def the_log_takes_its_time(self) -> None:
        self.lab.busy = True

    @rule(count=st.integers(1, 3))
    def the_log_answers(self, count: int) -> None:
        self.sender = None
        self.lab.disk.answer(count)

    @rule()
    def presence_settles(self) -> None:
        self.sender = None
        while self.lab.windows:
            self.lab.settle_presence()
        for session in self.lab.hub._membership.sessions.values():
            assert not session.audience.waiting, "OUT5"
            assert not session.audience.roster.is_due, "CRW2"
            if session.audience.roster.is_kept:
                there = {p.peer_id: session.view(p) for p in session.peers.values()}
                assert [*session.audience.roster.announced.items()] == [*there.items()], "CRW2"

    @rule()
    def the_log_catches_up(self) -> None:
        self.sender = None
        self.lab.busy = False
        self.lab.disk.answer()

    @rule(chance=st.integers(0, 4))
    def the_disk_is_full(self, chance: int) -> None:
        if not chance:
            self.lab.disk.full = self.behind = True

    @rule()
    def there_is_space_again(self) -> None:
        self.lab.disk.full = False

    @rule(data=st.data(), back=st.integers(0, 5))
    def restore(self, data: st.DataObject, back: int) -> None:
        if self.replicas:
            connection = self.pick(data)
            revision = max(0, self.replicas[connection].revision - back)
            self.send(connection, client.RestoreScene(revision))

    @rule(data=st.data(), prefix=st.sampled_from(["peer-", "screen-"]))
    def show_a_stream(self, data: st.DataObject, prefix: str) -> None:
        if self.replicas:
            tile = NewElement(Video(prefix + self.target(data)))
            self.send(self.pick(data), client.AddElement(tile))

    @rule(
        data=st.data(),
        message=st.one_of(
            st.just(client.Ping()),
            st.just(client.ListPeers()),
            st.just(client.GetScene()),
            st.builds(client.Cursor, st.floats(0, 9), st.floats(0, 9)),
            st.builds(client.Select, st.lists(st.sampled_from("abc")).map(tuple)),
            st.builds(client.Typing, st.sampled_from(("a", "b", None))),
            st.builds(client.MediaState, st.booleans(), st.booleans(), st.booleans()),
            st.builds(client.GroupCall, st.booleans()),
            st.just(client.StartCommunitasCall()),
            st.just(client.LeaveCommunitasCall()),
        ),
    )
    def other(self, data: st.DataObject, message: Any) -> None:
        if self.replicas:
            connection = self.pick(data)
            if not self.send(connection, message):
                return
            own = self.replicas[connection]
            if isinstance(message, client.GroupCall):
                me = own.roster[own.peer_id]
                own.roster[own.peer_id] = msgspec.structs.replace(me, group_call=message.joined)
            if isinstance(message, client.MediaState):
                me = own.roster[own.peer_id]
                media = server.Media(message.audio, message.video, message.screen)
                own.roster[own.peer_id] = msgspec.structs.replace(me, media=media)

    # --- what must always hold ---------------------------------------------------------------

    @invariant()
    def every_copy_agrees_with_the_hub(self) -> None:
        for copy in self.known():
            if not copy.session_id:
                continue
            session = self.lab.hub._membership.sessions[copy.session_id]
            document = session.canvas.document()
            assert copy.revision == document.revision
            assert copy.elements == {e.id: e for e in document.elements}
            roster = {p.peer_id: session.view(p) for p in session.peers.values()}
            if copy.roster_revision is not None:
                self.agrees_with_what_was_announced(copy, session)
                continue
            assert copy.roster.keys() == roster.keys()
            late = {copy.peer_id, *session.audience.waiting}
            assert {k: v for k, v in copy.roster.items() if k not in late} == {
                k: v for k, v in roster.items() if k not in late
            }

    def agrees_with_what_was_announced(self, copy: Copy, session: Session) -> None:
        """CRW1: whoever takes differences has the same copy, in the same order."""
        roster, own = session.audience.roster, copy.peer_id
        assert copy.roster_revision == roster.revision
        assert own in copy.roster, "SES3: itself included"
        mine = [(k, v) for k, v in copy.roster.items() if k != own]
        assert mine == [(k, v) for k, v in roster.announced.items() if k != own]
        if own in roster.announced and own not in session.newcomers:
            assert [*copy.roster] == [*roster.announced]

    @invariant()
    def what_was_told_is_stored(self) -> None:
        """SCN2: also what a session that nobody is in comes back with."""
        if self.behind:
            return
        for session in self.lab.hub._membership.sessions.values():
            shown = session.canvas.shown
            past: list[Snapshot | None] = []
            self.lab.disk.recall(session.session_id, shown.revision, past.append)  # type: ignore[arg-type]
            (snapshot,) = past
            assert snapshot is not None
            assert {e.id: e for e in snapshot.elements} == shown.elements
            assert session.canvas.at_rest or self.lab.busy
            if session.canvas.at_rest:
                assert session.canvas.scene.elements == tuple(shown.elements.values())

    @invariant()
    def peers_and_connections_are_those_of_the_model(self) -> None:
        hub = self.lab.hub
        assert set(hub._membership.connections) == set(self.replicas), "SES1"
        ids = [c.peer_id for c in self.known() if c.peer_id]
        assert len(ids) == len(set(ids)), "SES2"
        assert hub._membership.peers.keys() == set(ids)
        assert {peer.peer_id for peer in hub._membership.away} == {
            c.peer_id for c, _ in self.away.values()
        }
        for pair in self.calls:
            one, other = pair
            assert self.session_of(one) == self.session_of(other) is not None

    @invariant()
    def the_call_table_is_that_of_the_model(self) -> None:
        for session in self.lab.hub._membership.sessions.values():
            for peer_id in session.peers:
                expected = {next(iter(p - {peer_id})) for p in self.calls if peer_id in p}
                assert set(session.calls.partners(peer_id)) == expected

    @invariant()
    def a_stream_of_a_peer_has_one_tile_and_the_peer_is_here(self) -> None:
        for session in self.lab.hub._membership.sessions.values():
            streams = [
                e.kind.stream_id for e in session.canvas.scene.elements if isinstance(e.kind, Video)
            ]
            assert len(streams) == len(set(streams)), "SCN3"
            for stream in streams:
                prefix, _, peer_id = stream.partition("-")
                assert prefix not in ("peer", "screen") or peer_id in session.peers, "SCN3"


HubMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestHubMachine = HubMachine.TestCase
