"""Two windows, live video on one shared canvas."""

import json
import statistics
from typing import Any

import pytest

from support.browsers.conditions import until
from support.browsers.window import BARE_OFFER, OUTPUT, PATIENCE_MS, Open, connect, pair, place
from support.servers.server import RawSocket, Server

CALLS = 50


def test_call_accept_see_each_other_hang_up(open_window: Open) -> None:
    ada, bob = pair(open_window)
    ada.press("call", bob)
    ada.wait_state(bob, "ringing")
    bob.page.locator('[data-action="accept"]:visible').wait_for()
    assert bob.state(ada) == "ringing"
    bob.picture("ringing")
    bob.press("accept")
    for window, other in ((ada, bob), (bob, ada)):
        window.shows(other)
        window.shows(window)
        assert window.page.locator("[data-element-id][data-stream-id]").count() == 2
    assert place(ada, bob) == place(bob, bob)
    assert place(ada, ada) == place(bob, ada)
    ada.picture("call-ada")
    bob.picture("call-bob")
    bob.press("hangup", ada)
    for window, other in ((ada, bob), (bob, ada)):
        window.wait_clear()
        window.entry(other).locator('[data-action="call"]').wait_for()
        assert window.state(other) in ("idle", "ended")
    ada.picture("after-hangup")


def test_the_console_can_call(open_window: Open) -> None:
    ada, bob = pair(open_window)
    ada.page.evaluate("id => { signalingManager.startCall(id); }", bob.peer_id)
    bob.press("accept")
    ada.shows(bob)
    bob.shows(ada)
    kinds = ada.page.evaluate(
        "() => [...signalingManager.peerConnections.values()].map(pc => pc.constructor.name)"
    )
    assert kinds == ["RTCPeerConnection"]
    ada.page.evaluate("id => { signalingManager.endCall(id); }", bob.peer_id)
    bob.wait_clear()
    ada.wait_clear()


def test_moving_a_tile_moves_it_for_everyone(open_window: Open) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    ada.shows(bob)
    before = place(bob, ada)
    box = ada.tile(bob).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    ada.page.mouse.move(x, y)
    ada.page.mouse.down()
    ada.page.mouse.move(x + 40, y + 60, steps=5)
    ada.page.mouse.up()
    moved = place(ada, bob)
    assert moved["x"] == pytest.approx(box["x"] + 40, abs=2)
    assert moved["y"] == pytest.approx(box["y"] + 60, abs=2)
    until(
        bob.page,
        """([stream, x, y]) => {
            const box = document.querySelector(
                `[data-element-id][data-stream-id="${stream}"]`).getBoundingClientRect();
            return Math.abs(box.x - x) < 2 && Math.abs(box.y - y) < 2;
        }""",
        arg=[f"peer-{bob.peer_id}", moved["x"], moved["y"]],
    )
    assert place(bob, ada) == before, "only the one that was dragged moves"
    ada.tile(ada).focus()
    ada.page.keyboard.press("ArrowRight")
    until(
        bob.page,
        """([stream, x]) => document.querySelector(
            `[data-element-id][data-stream-id="${stream}"]`).getBoundingClientRect().x > x""",
        arg=[f"peer-{ada.peer_id}", before["x"]],
    )


def test_declining_and_cancelling_clear_everything(open_window: Open) -> None:
    ada, bob = pair(open_window)
    ada.press("call", bob)
    bob.press("decline")
    ada.wait_clear()
    bob.wait_clear()
    ada.press("call", bob)
    bob.page.locator('[data-action="accept"]:visible').wait_for()
    ada.press("hangup", bob)
    bob.page.locator('[data-action="accept"]').first.wait_for(state="hidden")
    ada.wait_clear()
    bob.wait_clear()


@pytest.mark.nightly
def test_both_call_at_once_and_it_is_one_call(open_window: Open) -> None:
    """Glare: ten rounds, neither has to accept."""
    ada, bob = pair(open_window)
    for _ in range(10):
        start = "id => setTimeout(() => signalingManager.startCall(id), {})"
        at = ada.page.evaluate("Date.now() + 150")
        for window, other in ((ada, bob), (bob, ada)):
            delay = window.page.evaluate("at => Math.max(0, at - Date.now())", at)
            window.page.evaluate(start.format(delay), other.peer_id)
        for window, other in ((ada, bob), (bob, ada)):
            window.wait_state(other, "connected")
            window.shows(other)
            sections = window.page.evaluate(
                """() => [...signalingManager.peerConnections.values()]
                    .map(pc => pc.localDescription.sdp.match(/^m=/gm).length)"""
            )
            assert sections == [2], "one audio and one video section"
        ada.press("hangup", bob)
        ada.wait_clear()
        bob.wait_clear()


@pytest.mark.nightly
def test_hanging_up_and_calling_again_at_once_shows_everybody(open_window: Open) -> None:
    """The tile of the first call may come and go when the second one has begun."""
    ada, bob = open_window("red", query="name=Ada"), open_window("green", query="name=Bob&auto=1")
    ada.sees(bob)
    again = """id => {
        signalingManager.startCall(id);
        signalingManager.endCall(id);
        signalingManager.startCall(id);
    }"""
    for _ in range(5):
        ada.page.evaluate(again, bob.peer_id)
        for window in (ada, bob):
            window.shows(ada)
            window.shows(bob)
        ada.press("hangup", bob)
        ada.wait_clear()
        bob.wait_clear()


@pytest.mark.nightly
@pytest.mark.parametrize("how", ["close", "navigate"])
def test_a_window_that_goes_clears_its_call(open_window: Open, how: str) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    ada.shows(bob)
    left = bob.peer_id
    if how == "close":
        bob.page.close()
    else:
        bob.page.goto("about:blank")
    ada.wait_clear()
    ada.entry(left).wait_for(state="detached")


@pytest.mark.nightly
@pytest.mark.rule("JON1", "JON3")
def test_a_third_person_sees_names_and_can_join(open_window: Open) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    eve = open_window("blue", query="name=Eve")
    for other, name in ((ada, "Ada"), (bob, "Bob")):
        tile = eve.tile(other)
        tile.wait_for()
        assert name in tile.inner_text()
        assert tile.locator("video").count() == 0
        assert tile.locator('[data-action="join"]').count() == 1
    eve.picture("third-person")
    eve.tile(ada).locator('[data-action="join"]').click()
    for window, other in ((eve, ada), (eve, bob), (ada, eve), (bob, eve)):
        window.shows(other)
    ada.picture("three")
    assert ada.page.locator('[data-action="hangup"]:visible').count() == 0, "nobody breaks a line"
    eve.press("leave-call")
    eve.wait_state(ada, "idle", "ended")
    bob.tile(eve).wait_for(state="detached")
    ada.shows(bob)
    assert ada.state(bob) == "connected"


def test_a_peer_of_another_session_sees_nothing(open_window: Open) -> None:
    ada, bob = pair(open_window)
    stranger = open_window("blue", session="another-session")
    connect(ada, bob)
    ada.shows(bob)
    assert stranger.page.locator("[data-peer-id]").count() == 0
    assert stranger.page.locator("[data-element-id]").count() == 0
    stranger.page.evaluate("id => { signalingManager.startCall(id); }", ada.peer_id)
    stranger.wait_state(ada, "idle", "ended")
    assert ada.state(stranger) == "idle"


def test_without_a_camera_the_call_is_receive_only_and_says_so(open_window: Open) -> None:
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob", camera=False)
    ada.sees(bob)
    ada.press("call", bob)
    bob.press("accept")
    bob.shows(ada)
    ada.wait_state(bob, "connected")
    bob.page.get_by_text("camera", exact=False).first.wait_for()
    ada.tile(bob).wait_for()
    bob.picture("no-camera")
    ada.press("hangup", bob)
    ada.wait_clear()
    bob.wait_clear()


@pytest.mark.nightly
def test_an_offer_alone_rings_and_early_candidates_do_no_harm(
    open_window: Open, server: Server
) -> None:
    """Clients exist that never send `start_call`, and send candidates before the offer."""
    bob = open_window("green", session="bare", query="name=Bob")
    with RawSocket(server) as wire:
        wire.join("bare", display_name="Old client")
        target = bob.peer_id
        wire.send({"type": "ice_candidate", "target_peer_id": target, "candidate": ""})
        sdp = open_window("red", session="elsewhere").page.evaluate(BARE_OFFER)
        wire.send({"type": "offer", "target_peer_id": target, "sdp": sdp})
        bob.page.locator('[data-action="accept"]:visible').wait_for()
        assert "Old client" in bob.page.locator("body").inner_text()
        bob.press("accept")
        answer = wire.until("relay_answer")
        assert answer["from_peer_id"] == target
        assert "m=video" in answer["sdp"]
        wire.send({"type": "end_call", "target_peer_id": target})
        bob.wait_clear()


def test_auto_accepts_at_once_on_loopback(open_window: Open) -> None:
    ada = open_window("red", query="name=Ada")
    kiosk = open_window("green", query="name=Kiosk&auto=1")
    ada.sees(kiosk)
    ada.press("call", kiosk)
    ada.shows(kiosk)
    kiosk.shows(ada)


@pytest.mark.rule("ATK1")
def test_names_are_text(open_window: Open) -> None:
    name = "<img src=x onerror=alert(1)>"
    ada = open_window("red", query="name=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    bob = open_window("green", query="name=Bob")
    bob.sees(ada)
    assert name in bob.entry(ada).inner_text()
    assert bob.page.locator("img[src=x]").count() == 0


@pytest.mark.nightly
def test_a_new_name_reaches_the_others_and_ends_no_call(open_window: Open) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    field = ada.page.get_by_label("name", exact=False).first
    field.fill("Ada Lovelace")
    field.press("Enter")
    bob.entry(ada).get_by_text("Ada Lovelace").wait_for()
    assert ada.state(bob) == bob.state(ada) == "connected"


def test_the_example_client_joins(open_window: Open, server: Server) -> None:
    ada = open_window("red", session="demo", query="name=Ada")
    example = open_window("green", session="demo")
    example.page.goto(f"{server.url}/example/")
    example.page.get_by_label("Session").fill("demo")
    example.page.get_by_role("button", name="Join").click()
    example.page.get_by_role("listitem").filter(has_text="Ada").first.wait_for()
    ada.page.locator("[data-peer-id]").filter(has_text="Example").wait_for()


@pytest.mark.nightly
def test_fifty_calls_of_fifty_succeed(open_window: Open) -> None:
    """The time from the press on Call to the first frame is kept as test output."""
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob&auto=1")
    ada.sees(bob)
    stream = f"peer-{bob.peer_id}"
    times: list[float] = []
    for _ in range(CALLS):
        seconds: Any = ada.page.evaluate(
            """async ([id, stream, patience]) => {
                const started = performance.now();
                signalingManager.startCall(id);
                const query = `[data-element-id] video[data-stream-id="${stream}"]`;
                for (;;) {
                    const video = document.querySelector(query);
                    if (video?.srcObject && video.readyState >= 2 && video.videoWidth > 16) break;
                    if (performance.now() - started > patience) return null;
                    await new Promise(requestAnimationFrame);
                }
                return (performance.now() - started) / 1000;
            }""",
            [bob.peer_id, stream, PATIENCE_MS],
        )
        assert seconds is not None, f"call {len(times) + 1} showed nothing"
        times.append(seconds)
        ada.press("hangup", bob)
        ada.wait_clear()
        bob.wait_clear()
    result = {
        "calls": CALLS,
        "median_s": round(statistics.median(times), 3),
        "min_s": round(min(times), 3),
        "max_s": round(max(times), 3),
    }
    OUTPUT.mkdir(exist_ok=True)
    (OUTPUT / "first-frame.json").write_text(json.dumps(result))
    print(f"call to first remote frame: {result}")
