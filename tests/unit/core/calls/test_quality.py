"""Why a call is poor, and who is told."""

from typing import Any

import pytest

from canvas_server.core.calls.connectivity import Diagnosis
from canvas_server.core.calls.quality import Side, explain
from canvas_server.core.effects import RecordMetric
from canvas_server.protocol import client, server
from canvas_server.protocol.diagnosis import Cause, Whose
from canvas_server.protocol.http import CallOverview
from canvas_server.protocol.quality import Path, Quality
from support.hub.hub import HubLab, make_hub

pytestmark = pytest.mark.rule("SIG13")

GOOD, FAIR, POOR = Quality("good"), Quality("fair"), Quality("poor")
LOSSY = Quality("poor", loss_in=0.2)
LOSING = Quality("fair", loss_out=0.06)
BUSY = Quality("poor", limitation="cpu")
SLOW = Quality("poor", limitation="bandwidth")
FAR = Quality("poor", round_trip=900)
BY_TCP = Quality("poor", path=Path("relay", "srflx", "tcp"))
FROM_TCP = Quality("poor", path=Path("srflx", "relay", "udp"))


@pytest.mark.parametrize(
    ("own", "other", "cause", "whose"),
    [
        (Side(LOSSY), None, Cause.LOSS, "network"),
        (Side(GOOD), Side(LOSSY), Cause.LOSS, "network"),
        (Side(LOSSY), Side(GOOD, (GOOD, LOSING)), Cause.LOSS, "them"),
        (Side(LOSSY, (LOSING,)), Side(GOOD, (GOOD,)), Cause.LOSS, "you"),
        (Side(LOSSY, (LOSING,)), Side(LOSSY, (LOSSY,)), Cause.LOSS, "both"),
        (Side(BUSY), Side(GOOD), Cause.BUSY_COMPUTER, "you"),
        (Side(BUSY), Side(BUSY), Cause.BUSY_COMPUTER, "both"),
        (Side(POOR), Side(BUSY), Cause.BUSY_COMPUTER, "them"),
        (Side(BY_TCP), Side(FROM_TCP), Cause.RELAY_OVER_TCP, "you"),
        (Side(SLOW), Side(GOOD), Cause.SLOW_NETWORK, "network"),
        (Side(SLOW, (SLOW,)), Side(GOOD), Cause.SLOW_NETWORK, "you"),
        (Side(FAR), Side(FAR), Cause.FAR, "network"),
        (Side(FAR), Side(BUSY), Cause.BUSY_COMPUTER, "them"),
        (Side(BUSY), Side(LOSING), Cause.LOSS, "network"),
    ],
)
def test_the_rules(own: Side, other: Side | None, cause: Cause, whose: Whose) -> None:
    found = explain(own, other)
    assert found == Diagnosis(cause, whose)
    assert explain(other, own) == Diagnosis(cause, whose).mirrored


def test_a_path_is_relayed_by_a_relay_of_either_side() -> None:
    assert Path("relay", "srflx", "udp").relayed
    assert Path("host", "relay", "udp").relayed
    assert not Path("host", "srflx", "udp").relayed


@pytest.mark.parametrize(
    ("own", "other"), [(None, None), (GOOD, GOOD), (FAIR, LOSING), (POOR, GOOD), (POOR, None)]
)
def test_nothing_is_said_of_what_is_not_poor_or_not_known(
    own: Quality | None, other: Quality | None
) -> None:
    assert explain(own and Side(own), other and Side(other)) is None


def say(lab: HubLab, connection: Any, about: str, quality: Quality) -> None:
    lab.say(connection, client.CallQuality(about, quality))


def test_both_are_told_once_and_when_it_is_over() -> None:
    lab = HubLab()
    (a, ada), (b, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.clear()
    say(lab, a, bob, GOOD)
    assert lab.inbox[a] == lab.inbox[b] == []
    say(lab, b, ada, BUSY)
    assert lab.inbox[a] == [server.CallDiagnosis(bob, Cause.BUSY_COMPUTER, "them")]
    assert lab.inbox[b] == [server.CallDiagnosis(ada, Cause.BUSY_COMPUTER, "you")]
    lab.clear()
    for quality in (BUSY, POOR, FAIR):
        say(lab, b, ada, quality)
    assert lab.inbox[a] == lab.inbox[b] == [], "the same again, or better but not yet good"
    say(lab, b, ada, GOOD)
    assert lab.inbox[a] == [server.CallDiagnosis(bob, Cause.WELL, "network")]
    assert lab.inbox[b] == [server.CallDiagnosis(ada, Cause.WELL, "network")]
    lab.clear()
    say(lab, b, ada, GOOD)
    assert lab.inbox[a] == lab.inbox[b] == []
    say(lab, b, ada, BUSY)
    assert lab.inbox[a] == [server.CallDiagnosis(bob, Cause.BUSY_COMPUTER, "them")]


def test_other_calls_tell_whose_line_it_is() -> None:
    lab = HubLab()
    (a, ada), (b, bob), (c, cem) = lab.join(), lab.join(), lab.join()
    for caller, callee in ((a, bob), (a, cem), (b, cem)):
        lab.say(caller, client.StartCall(callee, "s"))
    say(lab, b, cem, GOOD)
    say(lab, a, cem, LOSSY)
    lab.clear()
    say(lab, a, bob, LOSSY)
    assert lab.inbox[a] == [server.CallDiagnosis(bob, Cause.LOSS, "you")]
    assert lab.inbox[b] == [server.CallDiagnosis(ada, Cause.LOSS, "them")]
    assert lab.inbox[c] == []


@pytest.mark.parametrize(("about", "code"), [("bob", "not_in_call"), ("nobody", "peer_not_found")])
def test_without_a_call_there_is_nothing_to_say(about: str, code: str) -> None:
    lab = HubLab()
    (a, _), (_, bob) = lab.join(), lab.join()
    say(lab, a, bob if about == "bob" else about, GOOD)
    assert lab.error(a) == code


def test_the_operator_sees_what_was_said() -> None:
    lab = HubLab()
    (a, ada), (_, bob), (c, cem) = lab.join(), lab.join(), lab.join()
    lab.join("t")
    lab.drop(lab.join("u")[0])
    lab.say(a, client.StartCall(bob, "s"))
    lab.say(c, client.StartCall(ada, "s"))
    lab.say(a, client.Answer(cem, "v=0"))
    say(lab, a, bob, BUSY)
    here, there = lab.hub.overview()
    assert (here.session_id, there.session_id) == ("s", "t")
    assert [peer.peer_id for peer in here.peers] == [ada, bob, cem]
    assert here.calls == (
        CallOverview(ada, bob, answered=False, quality={ada: BUSY}, cause=Cause.BUSY_COMPUTER),
        CallOverview(cem, ada, answered=True),
    )
    assert there.calls == ()


def test_a_server_that_asks_for_no_reports_takes_none() -> None:
    lab = HubLab()
    lab.hub = make_hub(lab.memory, features=("signaling",))
    (a, _), (_, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    lab.clear()
    say(lab, a, bob, GOOD)
    assert lab.error(a) == "unknown_type"


def test_reports_and_what_was_told_are_counted() -> None:
    lab = HubLab()
    (a, _), (_, bob) = lab.join(), lab.join()
    lab.say(a, client.StartCall(bob, "s"))
    effects = lab.hub.handle(a, client.CallQuality(bob, BUSY), 0)
    tallied = [effect.what for effect in effects if isinstance(effect, RecordMetric)]
    assert tallied == [BUSY, Cause.BUSY_COMPUTER]
