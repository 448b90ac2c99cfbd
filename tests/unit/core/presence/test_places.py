"""Nobody takes all places of a session, and who moderates has one (docs/adr/0023)."""

import pytest

from canvas_server.core.effects import ConnectionId, Refusal
from canvas_server.core.presence import seats
from canvas_server.core.presence.grants import Ancestor, Grant
from canvas_server.core.presence.guests import Guest
from canvas_server.core.presence.places import KEPT_PART, LINK_PLACES
from canvas_server.core.presence.session import MAX_PEERS
from canvas_server.protocol import client, server
from canvas_server.protocol.errors import CloseCode, ErrorCode
from canvas_server.protocol.roles import Role
from support.hub.hub import HubLab, make_hub

pytestmark = pytest.mark.rule("SES4", "SES6")

KEPT = MAX_PEERS // KEPT_PART
BOSS = "moderate boss"


class Links:
    """Tokens that say what they grant: role, link, places, and what it was made with."""

    def admit(self, token: str | None, session_id: str, now: float) -> Grant:
        if token is None:
            raise Refusal(ErrorCode.UNAUTHORIZED)
        role, link, *more = token.split()
        places = int(more[0]) if more and more[0].isdigit() else None
        lineage = [word[1:].partition(":") for word in more if word.startswith("<")]
        ancestors = tuple(Ancestor(name, int(cap) if cap else None) for name, _, cap in lineage)
        return Grant(Role(role), link, lineage=ancestors, places=places)

    def renew(self, grant: Grant, session_id: str, now: float) -> tuple[str, Grant]:
        return "", grant


class Hall(HubLab):
    """A session into which people come by links."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = make_hub(self.memory, admission=Links())

    def come(self, token: str, session_id: str = "s") -> tuple[ConnectionId, str]:
        """Return the connection, and "" or the code of the refusal."""
        connection = self.connect()
        self.inbox[connection].clear()
        self.say(connection, client.Subscribe(session_id, token=token))
        errors = self.heard(connection, server.Error)
        return connection, errors[0].code if errors else ""

    def crowd(self, token: str, count: int) -> list[str]:
        return [self.come(token)[1] for _ in range(count)]

    def fill(self) -> None:
        """Take all places that are not kept."""
        self.crowd("view a", LINK_PLACES)
        self.crowd("edit b", MAX_PEERS - KEPT - LINK_PLACES)

    def here(self) -> list[str]:
        """Return the links of those who are here, in the order in which they came."""
        return [peer.grant.invitation for peer in self.hub._membership.sessions["s"].peers.values()]

    def displaced(self) -> list[ConnectionId]:
        return [close.connection for close in self.closes if close.code is CloseCode.GAVE_WAY]


def test_a_party_is_a_peer_with_its_link_and_whether_it_moderates() -> None:
    hall = Hall()
    guest, boss = hall.come("view a")[0], hall.come(BOSS)[0]
    assert (party := hall.hub.party_of(guest))
    assert (party.session_id, party.invitation, party.moderates) == ("s", "a", False)
    assert (party := hall.hub.party_of(boss))
    assert party.moderates
    assert hall.hub.party_of(hall.connect()) is None


@pytest.mark.rule("SES6")
def test_a_crowd_with_one_link_keeps_nobody_else_out() -> None:
    hall = Hall()
    codes = hall.crowd("view a", MAX_PEERS)
    assert codes == [""] * LINK_PLACES + ["link_full"] * (MAX_PEERS - LINK_PLACES)
    assert [hall.come(token)[1] for token in ("edit b", "view c", BOSS)] == ["", "", ""]
    assert hall.closes == []


@pytest.mark.rule("SES4")
def test_who_moderates_has_a_place_whatever_others_do() -> None:
    hall = Hall()
    hall.fill()
    last, code = hall.come("view c")
    assert code == "session_full"
    assert "kept for moderators" in hall.heard(last, server.Error)[0].message
    assert hall.crowd(BOSS, KEPT) == [""] * KEPT
    assert hall.closes == []
    assert hall.come("view c")[1] == "session_full"


@pytest.mark.rule("SES4")
def test_when_even_those_are_taken_the_latest_who_does_not_moderate_gives_way() -> None:
    """Their place is not had back by coming again."""
    hall = Hall()
    hall.fill()
    hall.crowd("moderate other", KEPT)
    hall.clear()
    boss, code = hall.come(BOSS)
    assert code == ""
    assert len(hall.displaced()) == 1
    assert hall.here().count("b") == MAX_PEERS - KEPT - LINK_PLACES - 1
    left = hall.heard(boss, server.PeerList)[0]
    assert len(left.peers) == MAX_PEERS
    assert hall.come("edit b")[1] == "session_full"


@pytest.mark.rule("SES4")
def test_among_moderators_alone_one_of_the_fullest_link_gives_way() -> None:
    """And no link displaces others for more than its share."""
    hall = Hall()
    honest, _ = hall.come("moderate honest")
    assert hall.crowd("moderate rogue", MAX_PEERS) == [""] * (MAX_PEERS - 1) + ["session_full"]
    assert [hall.come(f"moderate m{number}")[1] for number in range(20)] == [""] * 20
    assert honest not in hall.displaced()
    assert hall.here().count("rogue") == MAX_PEERS - 21
    hall = Hall()
    hall.fill()
    codes = hall.crowd("moderate rogue", MAX_PEERS)
    assert codes == [""] * KEPT + ["session_full"] * (MAX_PEERS - KEPT)
    assert hall.displaced() == []
    assert [hall.come(f"moderate m{number}")[1] for number in range(20)] == [""] * 20
    assert hall.here().count("rogue") == KEPT


@pytest.mark.rule("SES4")
def test_who_is_away_gives_way_before_anybody_who_is_here() -> None:
    """Of one's own link first; a moderator that is away, to moderators alone."""
    hall = Hall()
    boss, _ = hall.come(BOSS)
    hall.drop(boss, None)
    hall.wait(1)
    (own, _), (other, _) = hall.come("edit b"), hall.come("view a")
    hall.fill()
    hall.drop(other, None)
    hall.wait(1)
    hall.drop(own, None)
    hall.clear()
    assert hall.come("edit b")[1] == ""
    assert hall.discarded == [own]
    assert hall.crowd("edit d", 2) == ["", "session_full"]
    assert hall.discarded == [own, other]
    hall.crowd("moderate other", KEPT)
    assert hall.discarded == [own, other, boss]
    assert hall.closes == []


@pytest.mark.rule("SES6")
def test_a_link_may_say_how_many_it_is_for() -> None:
    """With all that were made with it; who is away makes room."""
    hall = Hall()
    first, _ = hall.come("moderate boss 3")
    child, _ = hall.come("edit c <boss:3")
    assert hall.come("view v 1 <boss:3")[1] == ""
    assert hall.come("view v 1 <boss:3")[1] == "link_full"
    assert hall.come("edit c <boss:3")[1] == "link_full"
    assert hall.come("moderate boss 3")[1] == "link_full"
    assert hall.come("view d <boss:3 <sub")[1] == "link_full"
    assert hall.come("edit else")[1] == ""
    hall.drop(child, None)
    assert hall.come("view d <boss:3 <sub")[1] == ""
    assert hall.discarded == [child]
    hall.drop(first, None)
    assert hall.come("view v 1 <boss:3")[1] == "link_full", "of its own link nobody is away"
    assert hall.discarded == [child]


@pytest.mark.rule("SES6")
def test_a_link_for_one_is_had_again_after_a_reload_without_a_resume_token() -> None:
    """In a session that nobody else is in."""
    hall = Hall()
    own, _ = hall.come("edit c 1")
    hall.drop(own, 1001)
    again, code = hall.come("edit c 1")
    assert code == ""
    hall.say(again, client.Cursor(1, 2))
    assert hall.here() == ["c"]
    assert hall.hub.is_open("s")


@pytest.mark.rule("SES6")
def test_a_place_is_not_had_by_changing_links() -> None:
    """Neither for who is here, nor for who comes back with another link, or moves."""
    hall = Hall()
    hall.come("view c 1")
    here, _ = hall.come("edit b")
    resume = hall.heard(here, server.PeerAssigned)[0].resume_token
    hall.clear()
    hall.say(here, client.Subscribe("s", token="view c 1"))
    assert hall.error(here) == "link_full"
    hall.drop(here, None)
    back = hall.connect()
    hall.clear()
    hall.say(back, client.Subscribe("s", token="view c 1", resume_token=resume))
    assert hall.error(back) == "link_full"
    hall.clear()
    hall.say(back, client.Subscribe("s", resume_token=resume, token="edit b"))
    assert hall.heard(back, server.PeerAssigned)
    other, _ = hall.come("edit x", "t")
    hall.clear()
    hall.say(other, client.Subscribe("s", token="view c 1"))
    assert hall.error(other) == "link_full"
    hall.say(other, client.ListPeers("t"))
    assert hall.heard(other, server.PeerList), "it stays where it was"


@pytest.mark.rule("SES6")
def test_another_server_has_as_many_places_as_a_link() -> None:
    hall = Hall()
    hall.come(BOSS)

    def seat(number: int) -> None:
        guest = Guest(f"00000000-0000-4000-8000-0000000f{number:04x}", "far")
        hall.perform(hall.hub.guests.seat(hall.connect(), "s", guest, hall.now))

    for number in range(LINK_PLACES):
        seat(number)
    with pytest.raises(Refusal) as refused:
        seat(LINK_PLACES)
    assert refused.value.code is ErrorCode.LINK_FULL
    assert hall.come("edit b")[1] == ""


@pytest.mark.rule("SES5")
def test_a_session_that_nobody_is_in_but_in_name_gives_way_to_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody takes all sessions by coming and breaking off."""
    monkeypatch.setattr(seats, "MAX_SESSIONS", 3)
    lab = HubLab()
    (a, _), (b, _), (c, _), (d, _) = lab.join("r"), lab.join("s"), lab.join("s"), lab.join("t")
    lab.drop(c, None)
    lab.wait(1)
    lab.drop(a, None)
    lab.drop(d, None)
    e, _ = lab.join("u")
    assert lab.discarded == [a]
    lab.drop(b, None)
    lab.join("v")
    assert lab.discarded == [a, b, c]
    assert lab.heard(e, server.Error) == []
    monkeypatch.setattr("canvas_server.core.presence.places.MAX_LOOKED_AT", 0)
    late = lab.connect()
    lab.clear()
    lab.say(late, client.Subscribe("w"))
    assert lab.error(late) == "server_full"
