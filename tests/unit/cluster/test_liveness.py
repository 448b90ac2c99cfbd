"""Who lives, who is suspect, who is given up."""

from canvas_server.cluster.liveness import Liveness, Nodes
from canvas_server.cluster.messages import Heartbeat


def heartbeat(address: str) -> Heartbeat:
    return Heartbeat(address, f"node {address}", "1", 1, 0.0)


def looks(nodes: Nodes, start: float, end: float, *, listening: bool = True) -> list[str]:
    """Look once a second; return who is dead, and stop listening to them."""
    found: list[str] = []
    now = start
    while now <= end:
        dead = nodes.look(now, listening=listening)[1]
        found += dead
        for address in dead:
            nodes.give_up(address)
        now += 1
    return found


def test_who_is_silent_is_suspect_then_dead() -> None:
    nodes = Nodes()
    nodes.look(100, listening=True)
    nodes.heard(heartbeat("a"), 100)
    nodes.heard(heartbeat("b"), 100)
    nodes.look(101, listening=True)
    nodes.look(102, listening=True)
    nodes.heard(heartbeat("b"), 102.5)
    assert nodes.look(103, listening=True) == (["a"], [])
    assert looks(nodes, 104, 107) == ["a"]
    assert nodes.life("a") is Liveness.DEAD
    assert not nodes.heard(heartbeat("a"), 107), "a node that was given up is never heard again"
    assert [b.address for b in nodes.heartbeats] == ["b"]


def test_nobody_is_given_up_by_who_could_not_hear() -> None:
    nodes = Nodes()
    nodes.heard(heartbeat("a"), 100)
    looks(nodes, 100, 101)
    assert looks(nodes, 102, 120, listening=False) == []
    assert looks(nodes, 121, 126) == [], "it has a while to be heard again"
    assert looks(nodes, 127, 130) == ["a"]


def test_who_has_slept_gives_nobody_up_for_it() -> None:
    nodes = Nodes()
    nodes.heard(heartbeat("a"), 100)
    looks(nodes, 100, 101)
    assert nodes.look(130, listening=True) == ([], [])
    nodes.heard(heartbeat("a"), 130.1)
    assert looks(nodes, 131, 135) == []


def test_who_was_only_named_has_a_while_to_be_heard() -> None:
    nodes = Nodes()
    nodes.look(100, listening=True)
    nodes.expect("a", 100)
    nodes.expect("b", 100)
    nodes.heard(heartbeat("b"), 101)
    assert nodes.life("a") is Liveness.UNKNOWN
    nodes.look(101, listening=True)
    assert looks(nodes, 102, 107) == ["a"]


def test_what_was_given_up_long_ago_is_forgotten() -> None:
    nodes = Nodes()
    for n in range(10_001):
        nodes.give_up(str(n))
    assert nodes.life("0") is Liveness.UNKNOWN
    assert nodes.life("10000") is Liveness.DEAD
