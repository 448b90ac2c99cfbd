"""Scenes that nobody looks at: they take a bounded part of memory while places are kept."""

import pytest

from canvas_server.core.presence import absent
from canvas_server.protocol import client, server
from canvas_server.protocol.kinds import Text
from canvas_server.protocol.scene import NewElement
from support.hub.hub import HubLab

MIB = 1024 * 1024


def absent_session(lab: HubLab, name: str, size: int) -> str:
    """Have somebody leave a scene behind; return their peer id."""
    connection, peer_id = lab.join(name)
    for _ in range(size // 8192):
        lab.say(connection, client.AddElement(NewElement(Text("x" * 8000))))
    lab.drop(connection, None)
    lab.clear()
    return peer_id


@pytest.mark.rule("RES3")
def test_the_largest_scenes_of_absent_peers_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = absent.crowded_out.__defaults__
    assert limit == (absent.MAX_ABSENT_BYTES,)
    monkeypatch.setattr(absent.crowded_out, "__defaults__", (MIB,))
    lab = HubLab()
    sizes = {"small": 64 * 1024, "largest": MIB // 2, "large": MIB // 3, "middle": MIB // 4}
    for name, size in sizes.items():
        absent_session(lab, name, size)
    present, _ = lab.join("present")
    for _ in range(200):
        lab.say(present, client.AddElement(NewElement(Text("x" * 8000))))
    lab.wait(1)
    assert not lab.hub.is_open("largest")
    assert all(lab.hub.is_open(name) for name in ("small", "large", "middle", "present"))
    lab.wait(1)
    assert lab.hub.is_open("large"), "there is room now"


def test_who_comes_back_to_such_a_scene_finds_it_in_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(absent.crowded_out, "__defaults__", (1000,))
    lab = HubLab()
    absent_session(lab, "s", 16_384)
    lab.wait(1)
    assert not lab.hub.is_open("s")
    connection = lab.connect()
    lab.say(connection, client.Subscribe("s"))
    (update,) = lab.heard(connection, server.SceneUpdate)
    assert len(update.scene.elements) == 2


def test_a_session_with_somebody_in_it_is_not_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absent.crowded_out, "__defaults__", (1000,))
    lab = HubLab()
    here, _ = lab.join("s")
    gone, _ = lab.join("s")
    for _ in range(3):
        lab.say(here, client.AddElement(NewElement(Text("x" * 8000))))
    lab.drop(gone, None)
    lab.wait(1)
    assert lab.hub.peer_count == 2


@pytest.mark.rule("RES1")
@pytest.mark.parametrize("step", [3600, -3600])
def test_a_place_is_kept_as_long_when_the_clock_is_set(step: float) -> None:
    lab = HubLab(resume_seconds=120)
    connection, _ = lab.join()
    lab.drop(connection, None)
    lab.now += step
    lab.hub.clock_stepped(step)
    lab.wait(119)
    assert lab.hub.peer_count == 1
    lab.wait(2)
    assert lab.hub.peer_count == 0
