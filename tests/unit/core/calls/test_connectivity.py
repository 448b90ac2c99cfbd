"""Why a call does not come about."""

import itertools

import pytest

from canvas_server.core.calls.connectivity import Diagnosis, Servers, diagnose
from canvas_server.protocol import client, server
from canvas_server.protocol.diagnosis import CandidateType, Cause
from support.hub.hub import HubLab

pytestmark = pytest.mark.rule("SIG12")

STUN, TURN = Servers(stun=True, turn=False), Servers(stun=True, turn=True)
NONE = Servers(stun=False, turn=False)


def report(*gathered: CandidateType, refused: bool = False, about: str = "x") -> client.CallReport:
    return client.CallReport(about, gathered, refused)


@pytest.mark.parametrize(
    ("own", "other", "servers", "cause", "whose"),
    [
        (report(), report("host", "srflx"), STUN, Cause.NO_NETWORK, "you"),
        (report("host"), report("host", "srflx"), STUN, Cause.UDP_BLOCKED, "you"),
        (report("host", "srflx"), report("host"), STUN, Cause.UDP_BLOCKED, "them"),
        (report("host"), report("host"), STUN, Cause.UDP_BLOCKED, "both"),
        (report("host", "srflx"), report("host", "srflx"), STUN, Cause.NO_DIRECT_WAY, "network"),
        (report("host"), report("host"), NONE, Cause.NO_SERVERS, "network"),
        (report("host"), report("host", "relay"), TURN, Cause.TURN_UNREACHABLE, "you"),
        (report("host", refused=True), report("host"), TURN, Cause.TURN_REFUSED, "you"),
        (report("relay"), report("host", "relay"), TURN, Cause.RELAY_FAILS, "network"),
    ],
)
def test_the_rules(
    own: client.CallReport, other: client.CallReport, servers: Servers, cause: Cause, whose: str
) -> None:
    found = diagnose(own, other, servers)
    assert found is not None
    assert found == Diagnosis(cause, whose)  # type: ignore[arg-type]
    mirrored = diagnose(other, own, servers)
    assert mirrored == found.mirrored


def test_one_side_tells_only_what_it_shows_itself() -> None:
    assert diagnose(report("host", "srflx"), None, STUN) is None
    assert diagnose(report("host"), None, STUN) == Diagnosis(Cause.UDP_BLOCKED, "you")


def test_there_is_always_an_answer_from_both() -> None:
    kinds: list[CandidateType] = ["host", "srflx", "relay"]
    sides = [report(*some) for n in range(4) for some in itertools.combinations(kinds, n)]
    for own, other, servers in itertools.product(sides, sides, (STUN, TURN, NONE)):
        assert diagnose(own, other, servers) is not None


def test_both_sides_are_told_once_both_have_reported() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.clear()
    lab.say(a, report("host", "srflx", about=bob))
    assert lab.inbox[a] == lab.inbox[b] == []
    lab.say(b, report("host", about=ada))
    assert lab.inbox[a] == [server.CallDiagnosis(bob, Cause.UDP_BLOCKED, "them")]
    assert lab.inbox[b] == [server.CallDiagnosis(ada, Cause.UDP_BLOCKED, "you")]


def test_what_one_side_shows_is_told_to_it_alone() -> None:
    lab = HubLab()
    (a, _), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.clear()
    lab.say(a, report("host", about=bob))
    assert lab.inbox[a] == [server.CallDiagnosis(bob, Cause.UDP_BLOCKED, "you")]
    assert lab.inbox[b] == []


def test_without_a_call_there_is_nothing_to_report() -> None:
    lab = HubLab()
    (a, _), (_, bob) = lab.join(), lab.join()
    lab.say(a, report("host", about=bob))
    assert lab.error(a) == "not_in_call"


def test_every_cause_is_explained() -> None:
    assert all(cause.meaning.endswith(".") for cause in Cause)
