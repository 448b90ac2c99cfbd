"""Many peers in many sessions do everything at random; after each step the rules still hold.

Proves SES1, SES2, SIG1, SIG2, SIG5, SIG6, SCN1, SCN3, IN1 together. Every client keeps its own
copy of the roster and the scene from what it is sent, and must agree with the hub at all times.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from canvas_server.core.effects import Close, ConnectionId, Effect, Send
from canvas_server.protocol import client, server
from canvas_server.protocol.scene import (
    Element,
    ElementChanges,
    NewElement,
    Text,
    TransformChanges,
    Video,
)
from hubs import NOW, Lab

SESSIONS = st.sampled_from(["red", "green", "blue"])
IDS = [f"00000000-0000-0000-0000-00000000000{n}" for n in range(1, 10)]
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


class Copy:
    """What one client knows from what it was sent."""

    def __init__(self) -> None:
        self.peer_id = ""
        self.session_id = ""
        self.roster: dict[str, server.Peer] = {}
        self.elements: dict[str, Element] = {}
        self.revision = 0

    def take(self, message: server.ServerMessage) -> None:
        match message:
            case server.PeerAssigned():
                self.peer_id, self.session_id = message.peer_id, message.session_id
            case server.PeerList():
                self.roster = {p.peer_id: p for p in message.peers}
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
                self.roster[message.from_peer_id] = server.Peer(
                    old.peer_id, old.connected, old.in_call, media, old.display_name
                )
            case server.SceneUpdate():
                self.elements = {e.id: e for e in message.scene.elements}
                self.revision = message.scene.revision
            case server.ElementAdded() | server.ElementUpdated():
                assert (message.element.id in self.elements) is isinstance(
                    message, server.ElementUpdated
                )
                self.elements[message.element.id] = message.element
                self._next(message.revision)
            case server.ElementRemoved():
                del self.elements[message.id]
                self._next(message.revision)
            case _:
                pass

    def _next(self, revision: int) -> None:
        assert revision == self.revision + 1, "SCN1: no gap, no repetition"
        self.revision = revision


class HubMachine(RuleBasedStateMachine):
    """The hub, its clients' copies, and a model of the calls."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = Lab()
        self.copies: dict[ConnectionId, Copy] = {}
        self.calls: set[frozenset[str]] = set()

    # --- what the machine knows by itself --------------------------------------------------

    def session_of(self, peer_id: str) -> str | None:
        return next((c.session_id for c in self.copies.values() if c.peer_id == peer_id), None)

    def picture(self) -> Any:
        """Everything the hub knows, to see that a refusal changed nothing."""
        hub = self.lab.hub
        return (
            {c: p and (p.peer_id, p.session.session_id) for c, p in hub._connections.items()},
            sorted(hub._participants),
            {
                name: (
                    session.peer_list(),
                    session.scene.document(name, 0),
                    {p: session.calls.partners(p) for p in session.peers},
                )
                for name, session in hub._sessions.items()
            },
            dict(hub._idle),
        )

    def deliver(self, effects: list[Effect], sender: Copy | None) -> None:
        """Apply effects to the copies; SIG2: only the sender's own id may appear as `from`."""
        for effect in effects:
            if isinstance(effect, Close):
                gone = self.copies.pop(effect.connection)
                assert sender is None or gone is not sender
                continue
            for connection in effect.to:
                copy = self.copies[connection]
                from_peer = getattr(effect.message, "from_peer_id", None)
                if from_peer is not None and sender is not None and sender.peer_id:
                    assert from_peer == sender.peer_id
                copy.take(effect.message)
        self.lab.perform(effects)

    def send(self, connection: ConnectionId, message: client.ClientMessage) -> bool:
        """Send one message and check its one outcome; tell whether it was accepted."""
        copy = self.copies[connection]
        session_id = copy.session_id
        before = self.picture()
        effects = self.lab.hub.handle(connection, message, NOW)
        errors = [e for e in effects if isinstance(e, Send) and isinstance(e.message, server.Error)]
        if errors:
            assert len(effects) == 1, "IN1: exactly one error and nothing else"
            assert errors[0].to == (connection,)
            assert self.picture() == before, "IN1: a refusal changed something"
        elif not isinstance(message, client.Subscribe):
            for effect in effects:
                assert isinstance(effect, Send)
                for to in effect.to:
                    assert self.copies[to].session_id == session_id, "SIG1: crossed a session"
        self.deliver(effects, None if isinstance(message, client.Subscribe) else copy)
        return not errors

    def signal(self, connection: ConnectionId, message: Any) -> bool:
        """Send a signal, which must reach its target alone or be refused."""
        target = message.target_peer_id
        mine = self.copies[connection]
        self.lab.clear()
        accepted = self.send(connection, message)
        here = (
            bool(mine.session_id)
            and target != mine.peer_id
            and self.session_of(target) == mine.session_id
        )
        if isinstance(message, client.EndCall):
            here = here and frozenset((mine.peer_id, target)) in self.calls
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
            assert self.copies[to].peer_id == target
        else:
            assert relayed == []
        return accepted

    def leave(self, peer_id: str) -> dict[str, int]:
        """Forget the calls of a peer; return how often each partner must hear `call_ended`."""
        ended = {pair for pair in self.calls if peer_id in pair}
        self.calls -= ended
        return {next(iter(pair - {peer_id})): 1 for pair in ended}

    # --- what happens ----------------------------------------------------------------------

    @initialize()
    def some_are_here(self) -> None:
        for session_id in ("red", "red", "green"):
            self.connect()
            connection = max(self.copies)
            self.send(connection, client.Subscribe(session_id))

    def pick(self, data: st.DataObject) -> ConnectionId:
        return data.draw(st.sampled_from(sorted(self.copies)))

    def target(self, data: st.DataObject) -> str:
        here = sorted(c.peer_id for c in self.copies.values() if c.peer_id)
        return data.draw(st.sampled_from([*here, *IDS[:2]]))

    @rule()
    def connect(self) -> None:
        if len(self.copies) < 8:
            effects = self.lab.hub.connect(ConnectionId(len(self.lab.inbox) + 1), NOW)
            connection = effects[0].to[0]  # type: ignore[union-attr]
            self.lab.inbox[connection] = []
            self.copies[connection] = Copy()
            self.deliver(effects, None)

    @rule(
        data=st.data(),
        session_id=SESSIONS,
        wish=st.none() | st.sampled_from(IDS),
        token=st.sampled_from(["none", "right", "of another session"]),
        name=st.none() | st.sampled_from(["Ada", "Bob"]),
    )
    def subscribe(
        self, data: st.DataObject, session_id: str, wish: str | None, token: str, name: str | None
    ) -> None:
        if not self.copies:
            return
        connection = self.pick(data)
        copy = self.copies[connection]
        own, old_session = copy.peer_id, copy.session_id
        tokens = {"none": None, "right": f"{wish}@{session_id}", "of another session": f"{wish}@x"}
        taken = wish is not None and self.session_of(wish) is not None and wish != own
        self.lab.clear()
        accepted = self.send(
            connection,
            client.Subscribe(session_id, wish, name, resume_token=tokens[token]),
        )
        assert accepted == (not taken or token == "right"), "SES2"
        if accepted:
            stays = session_id == old_session and wish in (None, own)
            expected: dict[str, int] = {}
            if own and not stays:
                expected |= self.leave(own)
            if taken and wish:
                expected |= self.leave(wish)
            assert copy.session_id == session_id
            assert copy.peer_id == (wish or own or copy.peer_id)
            self.check_call_ended(expected, {own, wish})

    def check_call_ended(self, expected: dict[str, int], gone: set[str | None]) -> None:
        """SIG5: each partner that is still here heard `call_ended` exactly once."""
        for connection, copy in self.copies.items():
            heard = len([m for m in self.lab.inbox[connection] if isinstance(m, server.CallEnded)])
            if copy.peer_id not in gone:
                assert heard == expected.get(copy.peer_id, 0)

    @rule(data=st.data(), clean=st.booleans())
    def disconnect(self, data: st.DataObject, clean: bool) -> None:
        if not self.copies:
            return
        connection = self.pick(data)
        copy = self.copies.pop(connection)
        expected = self.leave(copy.peer_id) if copy.peer_id else {}
        self.lab.clear()
        effects = self.lab.hub.disconnect(connection, NOW, clean=clean)
        self.deliver(effects, copy)
        self.check_call_ended(expected, {copy.peer_id})

    @rule(data=st.data(), session_id=SESSIONS)
    def start_call(self, data: st.DataObject, session_id: str) -> None:
        if self.copies:
            connection = self.pick(data)
            own_session = self.copies[connection].session_id
            target = self.target(data)
            wanted = data.draw(st.sampled_from([own_session or session_id, session_id]))
            if self.signal(connection, client.StartCall(target, wanted)):
                self.calls.add(frozenset((self.copies[connection].peer_id, target)))

    @rule(data=st.data())
    def offer(self, data: st.DataObject) -> None:
        if self.copies:
            connection = self.pick(data)
            target = self.target(data)
            if self.signal(connection, client.Offer(target, "offer")):
                self.calls.add(frozenset((self.copies[connection].peer_id, target)))

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        if self.copies:
            self.signal(self.pick(data), client.Answer(self.target(data), "answer"))

    @rule(data=st.data())
    def candidate(self, data: st.DataObject) -> None:
        if self.copies:
            self.signal(self.pick(data), client.IceCandidate(self.target(data), "candidate"))

    @rule(data=st.data())
    def end_call(self, data: st.DataObject) -> None:
        if self.copies:
            connection = self.pick(data)
            target = self.target(data)
            if self.signal(connection, client.EndCall(target)):
                self.calls.remove(frozenset((self.copies[connection].peer_id, target)))

    @rule(
        data=st.data(),
        message=st.one_of(
            st.builds(lambda k, i: client.AddElement(NewElement(k, id=i), "m"), KINDS, ELEMENTS),
            st.builds(client.UpdateElement, st.sampled_from("abc"), CHANGES, st.just("m")),
            st.builds(client.RemoveElement, st.sampled_from("abc"), st.just("m")),
            st.lists(OPERATIONS, max_size=4).map(lambda ops: client.SyncQueue(tuple(ops), "m")),
        ),
    )
    def edit(self, data: st.DataObject, message: Any) -> None:
        if self.copies:
            connection = self.pick(data)
            self.lab.clear()
            accepted = self.send(connection, message)
            replies = [
                m
                for m in self.lab.inbox[connection]
                if isinstance(m, server.Ack | server.SyncResult | server.Error)
            ]
            assert [m.message_id for m in replies] == ["m"], "IN1: one answer"
            assert accepted == (not isinstance(replies[0], server.Error))

    @rule(data=st.data(), prefix=st.sampled_from(["peer-", "screen-"]))
    def show_a_stream(self, data: st.DataObject, prefix: str) -> None:
        if self.copies:
            tile = NewElement(Video(prefix + self.target(data)))
            self.send(self.pick(data), client.AddElement(tile))

    @rule(
        data=st.data(),
        message=st.one_of(
            st.just(client.Ping()),
            st.just(client.ListPeers()),
            st.just(client.GetScene()),
            st.builds(client.Cursor, st.floats(0, 9), st.floats(0, 9)),
            st.builds(client.MediaState, st.booleans(), st.booleans(), st.booleans()),
        ),
    )
    def other(self, data: st.DataObject, message: Any) -> None:
        if self.copies:
            connection = self.pick(data)
            if self.send(connection, message) and isinstance(message, client.MediaState):
                own = self.copies[connection]
                me = own.roster[own.peer_id]
                media = server.Media(message.audio, message.video, message.screen)
                own.roster[own.peer_id] = server.Peer(
                    me.peer_id, me.connected, me.in_call, media, me.display_name
                )

    # --- what must always hold ---------------------------------------------------------------

    @invariant()
    def every_copy_agrees_with_the_hub(self) -> None:
        for copy in self.copies.values():
            if not copy.session_id:
                continue
            session = self.lab.hub._sessions[copy.session_id]
            document = session.scene.document(copy.session_id, 0)
            assert copy.revision == document.revision
            assert copy.elements == {e.id: e for e in document.elements}
            roster = {p.peer_id: p for p in session.peer_list().peers}
            assert copy.roster.keys() == roster.keys()
            own = copy.peer_id
            assert {k: v for k, v in copy.roster.items() if k != own} == {
                k: v for k, v in roster.items() if k != own
            }

    @invariant()
    def peers_and_connections_are_those_of_the_model(self) -> None:
        hub = self.lab.hub
        assert set(hub._connections) == set(self.copies), "SES1"
        ids = [c.peer_id for c in self.copies.values() if c.peer_id]
        assert len(ids) == len(set(ids)), "SES2"
        assert hub._participants.keys() == set(ids)
        for pair in self.calls:
            one, other = pair
            assert self.session_of(one) == self.session_of(other) is not None

    @invariant()
    def the_call_table_is_that_of_the_model(self) -> None:
        for session in self.lab.hub._sessions.values():
            for peer_id in session.peers:
                expected = {next(iter(p - {peer_id})) for p in self.calls if peer_id in p}
                assert set(session.calls.partners(peer_id)) == expected

    @invariant()
    def a_stream_of_a_peer_has_one_tile_and_the_peer_is_here(self) -> None:
        for session in self.lab.hub._sessions.values():
            streams = [
                e.kind.stream_id
                for e in session.scene.document(session.session_id, 0).elements
                if isinstance(e.kind, Video)
            ]
            assert len(streams) == len(set(streams)), "SCN3"
            for stream in streams:
                prefix, _, peer_id = stream.partition("-")
                assert prefix not in ("peer", "screen") or peer_id in session.peers, "SCN3"


HubMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestHubMachine = HubMachine.TestCase
