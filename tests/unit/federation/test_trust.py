"""Another server speaks for its own people, in sessions that are shared with it, and no faster
than a client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from canvas_server.federation import messages
from canvas_server.federation.channel import Channel, ChannelKey
from canvas_server.federation.pairing import Pair
from canvas_server.protocol.history import Added, Entry, Removed
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import Element, Transform
from canvas_server.protocol.server import Media, Peer
from support.simulations.federation import (
    SDP,
    SECRET,
    SESSION,
    LossyCarrier,
    SimulatedFederation,
    SimulatedPerson,
)

pytestmark = pytest.mark.rule("REL5")

HOSTILE = "c" * 64
SMALLEST = "0" * 64
"""The agent id of a server that keeps what it shares with any other one."""
PRIVATE = "private"


class Hostile:
    """A server that we know, and that says what it likes."""

    def __init__(
        self,
        town: SimulatedFederation,
        secret: str = SECRET,
        agent_id: str = HOSTILE,
        name: str = "Hostile",
    ) -> None:
        self.town = town
        self.victim = town.places[0]
        self.carrier = LossyCarrier(town.air, agent_id)
        self.carrier.carried = Ears(self)
        pair = Pair(agent_id, secret)
        names = (f"line-{n}" for n in town.numbers)
        self.line = Channel(
            ChannelKey(agent_id, self.victim.agent_id, pair.key),
            name,
            self,
            lambda payload: self.carrier.send(self.victim.agent_id, payload),
            lambda: next(names),
            120,
        )
        self.items: list[messages.Item] = []

    def begun(self) -> None: ...

    def silent(self) -> None: ...

    def restored(self) -> None: ...

    def ended(self) -> None: ...

    def overhear(self, body: bytes) -> None: ...

    def may_take(self, body: bytes) -> bool:
        return True

    def take(self, body: bytes) -> None:
        self.items.append(messages.decode(body))

    def wait(self, seconds: float) -> None:
        end = self.town.now + seconds
        while self.town.now < end:
            self.line.tick(self.town.now)
            self.town.wait(0.5)

    def open(self, *people: Peer, session_id: str = SESSION) -> None:
        self.line.put(messages.ShareSession(session_id, 0, None, people))
        self.wait(1)

    def said(self, kind: type[Any]) -> list[Any]:
        return [item for item in self.items if isinstance(item, kind)]


class Ears:
    """Takes what the carrier brings for a hostile server."""

    def __init__(self, hostile: Hostile) -> None:
        self.hostile = hostile

    def connected(self, agent_id: str) -> None: ...

    def disconnected(self) -> None: ...

    def hear(self, topic: str, sender: str, payload: bytes) -> None: ...

    def take(self, sender: str, payload: bytes) -> None:
        self.hostile.line.take(payload, self.hostile.town.now)


def peer(number: int, name: str = "Zoe") -> Peer:
    peer_id = f"00000000-0000-0000-0000-{number:012x}"
    return Peer(peer_id, connected=True, in_call=False, media=Media(), display_name=name)


@pytest.fixture
def town(tmp_path: Path) -> SimulatedFederation:
    town = SimulatedFederation(tmp_path)
    place = town.places[0]
    del town.places[1]
    shared = ("board", "team-*")
    place.known.pairs._fixed = (Pair(HOSTILE, SECRET, shared),)
    place.relay._begin_anew()
    return town


@pytest.fixture
def ada(town: SimulatedFederation) -> SimulatedPerson:
    person = town.join(0, "Ada")
    town.settle()
    return person


@pytest.fixture
def hostile(town: SimulatedFederation, ada: SimulatedPerson) -> Iterator[Hostile]:
    hostile = Hostile(town)
    hostile.wait(3)
    assert hostile.line.up
    yield hostile
    assert town.places[0].peers()[ada.peer_id] == ("Ada", None, True), "Ada is as she was"
    ada.seen.clear()
    ada.say("ping")
    assert ada.seen[-1]["type"] == "pong", "the server lives on"


@pytest.fixture
def leader(town: SimulatedFederation, ada: SimulatedPerson) -> Hostile:
    """One that keeps the scene, as its agent id is the smaller one."""
    place = town.places[0]
    place.known.pairs._fixed = (Pair(SMALLEST, SECRET),)
    place.relay._begin_anew()
    hostile = Hostile(town, agent_id=SMALLEST)
    hostile.wait(3)
    assert hostile.line.up
    return hostile


def unpair(town: SimulatedFederation) -> None:
    town.places[0].known.pairs._fixed = ()
    town.places[0].relay._begin_anew()
    town.wait(1)


def history(town: SimulatedFederation) -> list[tuple[int, str | None, str | None, str | None]]:
    """Return the revision of each stored change, and who made it: id, name, server."""
    kept = town.places[0]._sessions[SESSION]
    return [(e.revision, e.peer_id, e.display_name, e.server) for e in kept.entries]


def note(name: str, content: str = "x") -> Element:
    return Element(name, Text(content, 12.0, "#000000"), Transform())


def kinds(person: SimulatedPerson) -> set[str]:
    return {message["type"] for message in person.seen}


def test_it_speaks_only_for_its_own_people(hostile: Hostile, ada: SimulatedPerson) -> None:
    town = hostile.town
    bob = town.join(0, "Bob")
    hostile.open(peer(1))
    bob.seen.clear()
    ids = {"session_id": SESSION, "from_peer_id": ada.peer_id, "to_peer_id": bob.peer_id}
    hostile.line.put(messages.SignalOffer(sdp=SDP + "1", **ids))
    hostile.line.put(messages.SignalBye(reason="hangup", **ids))
    for kind in ("start_call", "cursor", "clear_scene"):
        text = b'{"type":"%s","target_peer_id":"x","x":1,"y":1}' % kind.encode()
        hostile.line.put(messages.PeerMessage(SESSION, ada.peer_id, Raw(text)))
        hostile.line.drop_in(messages.PeerMessage(SESSION, ada.peer_id, Raw(text)))
    hostile.wait(2)
    assert kinds(bob) == set()


def test_nobody_it_names_takes_the_place_of_somebody_here(
    hostile: Hostile, ada: SimulatedPerson
) -> None:
    impostor = Peer(ada.peer_id, connected=False, in_call=False, media=Media())
    hostile.open(impostor, peer(1))
    seen = hostile.victim.peers()
    assert len(seen) == 2
    assert seen[ada.peer_id] == ("Ada", None, True)


def test_it_gets_into_no_session_that_is_not_shared_with_it(
    hostile: Hostile, town: SimulatedFederation
) -> None:
    hostile.open(peer(1), session_id=PRIVATE)
    hostile.open(peer(2), session_id="team-a")
    (close,) = hostile.said(messages.UnshareSession)
    assert (close.session_id, close.again) == (PRIVATE, False)
    assert not town.places[0].node.hub.is_open(PRIVATE)
    assert town.places[0].node.hub.is_open("team-a")
    assert [item.session_id for item in hostile.said(messages.ShareSession)] == ["team-a"]


def test_it_is_told_no_name_that_it_does_not_know(
    hostile: Hostile, town: SimulatedFederation
) -> None:
    hostile.wait(20)
    assert hostile.items == []
    everything = b"".join(town.places[0].carrier.sent)
    assert SESSION.encode() not in everything
    assert all(SESSION not in topic for topic in town.places[0].carrier.topics)


def test_its_people_say_only_what_peers_of_another_server_may(
    hostile: Hostile, ada: SimulatedPerson
) -> None:
    hostile.open(peer(1))
    ada.seen.clear()
    for text in (
        b'{"type":"kick","target_peer_id":"%s"}' % ada.peer_id.encode(),
        b'{"type":"subscribe","session_id":"private"}',
        b'{"type":"start_communitas_call"}',
        b"[]",
        b'{"type":7}',
    ):
        hostile.line.put(messages.PeerMessage(SESSION, peer(1).peer_id, Raw(text)))
    hostile.wait(2)
    assert kinds(ada) == set()
    assert not hostile.town.places[0].node.hub.is_open(PRIVATE)


def test_it_does_not_write_what_we_keep(hostile: Hostile, ada: SimulatedPerson) -> None:
    ada.add("one")
    hostile.wait(1)
    hostile.open(peer(1))
    ada.seen.clear()
    other = Element("two", Text("theirs"), Transform())
    hostile.line.put(messages.SceneSnapshot(SESSION, 99, 0, (other,)))
    ack = b'{"type":"ack","message_id":"m","result":{"revision":1},"success":true}'
    hostile.line.put(messages.PeerReply(SESSION, ada.peer_id, Raw(ack)))
    hostile.line.put(messages.EditResponse(SESSION, 1))
    hostile.wait(2)
    scene = hostile.victim.node.hub.scene(SESSION)
    assert scene
    assert [element.id for element in scene.elements] == ["one"]
    assert "ack" not in kinds(ada)


def test_edits_of_its_people_are_held_against_all_rules(
    hostile: Hostile, ada: SimulatedPerson
) -> None:
    ada.add("one")
    hostile.wait(1)
    hostile.open(peer(1))
    for text in (
        b'{"type":"update_element","id":"one","changes":{"transform":{"x":1e300}},"message_id":"a"}',
        b'{"type":"remove_element","id":"none","message_id":"b"}',
        b'{"type":"remove_element","id":"one","message_id":"c"}',
    ):
        hostile.line.put(messages.PeerMessage(SESSION, peer(1).peer_id, Raw(text)))
    hostile.wait(2)
    told = [bytes(item.message).split(b'"')[3] for item in hostile.said(messages.PeerReply)]
    assert told == [b"error", b"error", b"ack"]


def test_garbage_is_ignored_and_counted(hostile: Hostile, town: SimulatedFederation) -> None:
    send = hostile.carrier.send
    there = hostile.victim.agent_id
    header = messages.Header(hostile.line._here, hostile.line._there, 1)
    for payload in (
        b"",
        b"x0x-voice-sig-v1\n",
        b"canvas-relay-v1\n{",
        b'canvas-relay-v1\n{"type":"beat"}',
        b"[" * 100_000,
        b"canvas-relay-v1\n" + b"[" * 100_000,
        messages.pack(messages.Header("x"), messages.encode(messages.Hello("Ünreadable", "prööf"))),
        messages.pack(messages.Header("x" * 65), b'{"type":"beat"}'),
        messages.pack(
            messages.Header(hostile.line._here, hostile.line._there), b'{"type":"hello"}'
        ),
    ):
        send(there, payload)
    hostile.wait(1)
    hostile.line._link._sent = 1
    send(there, messages.pack(header, b'{"type":"no such thing"}'))
    hostile.wait(1)
    (partner,) = town.places[0].relay._partners.values()
    assert partner.malformed == 1
    many = tuple(peer(number) for number in range(300))
    hostile.line.put(messages.ShareSession(SESSION, 0, None, many))
    hostile.wait(1)
    assert partner.malformed == 2
    assert len(town.places[0].peers()) == 1


@pytest.mark.slow
def test_it_is_read_no_faster_than_a_client(hostile: Hostile, town: SimulatedFederation) -> None:
    hostile.open(peer(1))
    (partner,) = town.places[0].relay._partners.values()
    started = town.now
    cursor = Raw(b'{"type":"cursor","x":1,"y":1}')
    for _ in range(40_000):
        hostile.line.drop_in(messages.PeerMessage(SESSION, peer(1).peer_id, cursor))
    town.settle()
    assert town.now == started
    taken = town.places[0].node.counts.received
    assert sum(taken.values()) <= 20_010, "two bursts: the bucket had filled up again"
    more = sum(partner.may_take(b"{}") for _ in range(40_000))
    assert sum(taken.values()) + more <= 20_010
    assert not partner.may_take(b"{}")
    hostile.wait(1)
    assert partner.may_take(b"{}")


def test_one_of_its_people_who_waits_holds_up_no_other(
    hostile: Hostile, town: SimulatedFederation
) -> None:
    """What comes meanwhile is kept, up to a bound."""
    hostile.open(peer(1))
    (partner,) = town.places[0].relay._partners.values()
    partner._hold("one", True)
    body = b"x" * 1024
    assert sum(partner.may_take(body) for _ in range(3000)) == 1024
    partner._hold("one", False)
    assert partner.may_take(body)


def test_it_has_no_more_people_here_than_are_allowed(
    hostile: Hostile, town: SimulatedFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("canvas_server.federation.partner.MAX_GUESTS", 5)
    hostile.open(*(peer(number) for number in range(1, 4)))
    hostile.open(*(peer(number) for number in range(4, 8)), session_id="team-a")
    (server,) = town.places[0].relay.overview().servers
    assert server.people == 5


def test_the_whole_scene_is_sent_once_a_second_at_most(
    hostile: Hostile, ada: SimulatedPerson
) -> None:
    ada.add("one")
    hostile.wait(1)
    hostile.open(peer(1))
    for _ in range(50):
        hostile.line.put(messages.FollowScene(SESSION, 0, 0))
    hostile.wait(0.5)
    assert len(hostile.said(messages.SceneSnapshot)) == 1
    hostile.wait(2)
    assert len(hostile.said(messages.SceneSnapshot)) == 2


def test_who_has_another_secret_is_told_apart(
    town: SimulatedFederation, ada: SimulatedPerson
) -> None:
    stranger = Hostile(town, "something else")
    stranger.wait(5)
    assert not stranger.line.up
    (server,) = town.places[0].relay.overview().servers
    assert server.state == "other secret"
    assert ada.peer_id


def test_who_is_not_known_at_all_is_not_heard(
    town: SimulatedFederation, ada: SimulatedPerson
) -> None:
    town.places[0].known.pairs._fixed = ()
    town.places[0].relay._begin_anew()
    sent = len(town.places[0].carrier.sent)
    nobody = Hostile(town)
    nobody.wait(5)
    assert not nobody.line.up
    assert len(town.places[0].carrier.sent) == sent
    assert ada.peer_id


def test_a_scene_of_its_own_may_be_no_larger_than_ours(
    leader: Hostile, ada: SimulatedPerson
) -> None:
    leader.line.put(messages.ShareSession(SESSION, 5, True, (peer(1),)))
    leader.wait(1)
    assert [item.revision for item in leader.said(messages.FollowScene)] == [0]
    big = tuple(Element(str(n), Text("x" * 10_000), Transform()) for n in range(450))
    leader.line.put(messages.SceneSnapshot(SESSION, 6, 0, big))
    leader.wait(3)
    scene = leader.victim.node.hub.scene(SESSION)
    assert scene
    assert scene.elements == ()
    leader.line.put(messages.SceneSnapshot(SESSION, 7, 0, big[:1]))
    leader.wait(1)
    scene = leader.victim.node.hub.scene(SESSION)
    assert scene
    assert (scene.revision, len(scene.elements)) == (7, 1)


@pytest.mark.rule("REL4")
@pytest.mark.parametrize("says", [True, False, None])
@pytest.mark.parametrize("revision", [0, 10**6, 2**40])
def test_nothing_that_it_says_makes_it_the_keeper(
    hostile: Hostile, ada: SimulatedPerson, revision: int, says: bool | None
) -> None:
    ada.add("one")
    hostile.line.put(messages.ShareSession(SESSION, revision, says, (peer(1),)))
    hostile.wait(1)
    hostile.line.put(messages.SceneSnapshot(SESSION, revision + 1, 0, ()))
    hostile.wait(1)
    ada.add("two")
    hostile.wait(1)
    assert not ada.waiting, "her edits are acked here"
    scene = hostile.victim.node.hub.scene(SESSION)
    assert scene
    assert [element.id for element in scene.elements] == ["one", "two"]
    assert {server for _, _, _, server in history(hostile.town)} == {None}


@pytest.mark.rule("REL7")
@pytest.mark.parametrize("revision", [2**33, 2**40 + 1, 2**53 - 1, 2**53, 2**63 - 1])
def test_a_keeper_that_names_an_impossible_revision_does_not_end_the_editing(
    leader: Hostile, ada: SimulatedPerson, revision: int
) -> None:
    leader.open(peer(1))
    leader.line.put(messages.SceneSnapshot(SESSION, revision, 2**63 - 1, (note("x"),)))
    change = Added(note("y"))
    leader.line.put(messages.StoredChanges(SESSION, (Entry(revision, 0, change),)))
    leader.wait(2)
    unpair(leader.town)
    ada.add("one")
    leader.town.wait(2)
    assert not ada.waiting
    assert ada.seen[-1]["result"]["revision"] == 1


@pytest.mark.rule("REL7")
def test_a_copy_that_names_an_impossible_revision_is_shared_with_no_more(
    hostile: Hostile, ada: SimulatedPerson
) -> None:
    ada.add("one")
    hostile.open(peer(1))
    hostile.line.put(messages.MergeScene(SESSION, 2**39, (note("x"),)))
    hostile.wait(1)
    assert [close.session_id for close in hostile.said(messages.UnshareSession)] == [SESSION]
    ada.add("two")
    hostile.wait(1)
    assert hostile.victim.scene()[0] == 2


@pytest.mark.rule("REL6")
def test_a_keeper_writes_no_history_in_the_names_of_our_people(
    leader: Hostile, ada: SimulatedPerson
) -> None:
    """An edit is by one of ours if it was forwarded from here, and comes back as it was."""
    leader.open(peer(1))
    ada.add("asked")
    ada.add("asked-too")
    leader.wait(1)
    told = (
        (ada.peer_id, Added(note("never"))),
        (peer(99).peer_id, Added(note("by-somebody-gone"))),
        (None, Added(note("by-nobody"))),
        (peer(1).peer_id, Added(note("by-its-own"))),
        (ada.peer_id, Added(note("asked", "something else"))),
        (ada.peer_id, Removed("asked")),
        (ada.peer_id, Added(note("asked"))),
        (ada.peer_id, Removed("asked")),
    )
    for revision, (peer_id, change) in enumerate(told, 1):
        entry = Entry(revision, 2**50, change, peer_id, "Ada")
        leader.line.put(messages.StoredChanges(SESSION, (entry,)))
    leader.line.put(messages.SceneSnapshot(SESSION, 20, 0, (note("whole"),)))
    leader.wait(2)
    theirs = (None, None, "Hostile")
    assert [tuple(who) for _, *who in history(leader.town)] == [
        theirs,
        theirs,
        theirs,
        (peer(1).peer_id, "Zoe", "Hostile"),
        theirs,
        theirs,
        (ada.peer_id, "Ada", None),
        theirs,
        theirs,
    ]


@pytest.mark.rule("REL6")
def test_at_the_keeper_all_that_comes_from_it_is_by_it(
    hostile: Hostile, ada: SimulatedPerson
) -> None:
    hostile.open(peer(1, "Ada"))
    hostile.line.put(messages.MergeScene(SESSION, 0, (note("merged"),)))
    add = b'{"type":"add_element","element":{"id":"said","kind":{"type":"Text","content":"x"}}}'
    hostile.line.put(messages.PeerMessage(SESSION, peer(1).peer_id, Raw(add)))
    hostile.wait(1)
    assert [tuple(who) for _, *who in history(hostile.town)] == [
        (None, None, "Hostile"),
        (peer(1).peer_id, "Ada", "Hostile"),
    ]


@pytest.mark.rule("REL4")
def test_a_keeper_that_leaves_out_what_was_here_before_is_shared_with_no_more(
    leader: Hostile, ada: SimulatedPerson
) -> None:
    ada.add("mine")
    leader.open(peer(1))
    for revision in range(2, 9):
        leader.line.put(messages.SceneSnapshot(SESSION, revision, 0, (note("theirs"),)))
        leader.wait(1)
    merges = leader.said(messages.MergeScene)
    assert [e.id for merge in merges for e in merge.elements] == ["mine"] * 3
    assert [close.session_id for close in leader.said(messages.UnshareSession)] == [SESSION]
    ada.add("again")
    leader.wait(1)
    assert not ada.waiting
    assert [element.id for element in leader.victim.scene()[1]] == ["mine", "again"]


@pytest.mark.rule("REL4")
def test_a_keeper_that_merges_is_followed(leader: Hostile, ada: SimulatedPerson) -> None:
    ada.add("mine")
    leader.open(peer(1))
    leader.line.put(messages.SceneSnapshot(SESSION, 5, 0, (note("mine"), note("theirs"))))
    leader.wait(1)
    assert [element.id for element in leader.victim.scene()[1]] == ["mine", "theirs"]
    leader.line.put(messages.StoredChanges(SESSION, (Entry(6, 0, Removed("mine")),)))
    leader.wait(1)
    assert [element.id for element in leader.victim.scene()[1]] == ["theirs"]


@pytest.mark.rule("REL8")
def test_names_of_another_server_are_plain_text(
    town: SimulatedFederation, ada: SimulatedPerson, capsys: pytest.CaptureFixture[str]
) -> None:
    """No escape sequence reaches a log or a terminal, no direction mark a page."""
    hostile = Hostile(town, name="\x1b[31mN\u202eorth\x07")
    hostile.wait(3)
    hostile.open(peer(1, "Z\u202eoe\x1b]0;x\x07"))
    hostile.line.put(messages.UnshareSession(SESSION, "\x1b[2J", again=False))
    hostile.line.put(messages.ShareSession("\x1b", 0, None, ()))
    hostile.wait(1)
    assert town.places[0].known.ownership.name_of(HOSTILE) == "[31mNorth"
    printed = capsys.readouterr()
    assert not set("\x1b\x07\u202e") & set(printed.out + printed.err)
    names = [m["peer"]["display_name"] for m in ada.seen if m["type"] == "peer_joined"]
    assert names == ["Zoe]0;x"]
