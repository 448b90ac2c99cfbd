"""No state of a call sticks, and what comes too late changes nothing."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from support.browsers.axe import accessible
from support.browsers.window import BARE_OFFER, Open, Window, connect, pair
from support.servers.server import RawSocket, Server

pytestmark = pytest.mark.rule("SIG8", "SIG9")


def recorded_pair(open_window: Open) -> tuple[Window, Window]:
    """Two windows that see each other in the list, with their changes of state recorded."""
    ada, bob = pair(open_window)
    for window in (ada, bob):
        window.page.evaluate(
            """() => {
                window.changes = [];
                signalingManager.on("state", ({state, reason}) => changes.push([state, reason]));
            }"""
        )
    return ada, bob


def changes(window: Window) -> list[list[str | None]]:
    """The states its call went through, with the reason of the end."""
    return window.page.evaluate("changes")


def test_every_transition_can_be_observed(open_window: Open) -> None:
    ada, bob = recorded_pair(open_window)
    connect(ada, bob)
    bob.press("hangup", ada)
    ada.wait_clear()
    states = ["ringing", "connecting", "connected", "ended"]
    for window in (ada, bob):
        assert changes(window) == [*([state, None] for state in states[:3]), ["ended", "hangup"]]


@pytest.mark.nightly
def test_ringing_ends_after_45_seconds(open_window: Open) -> None:
    ada, bob = recorded_pair(open_window)
    ada.page.clock.install()
    ada.press("call", bob)
    bob.page.locator('[data-action="accept"]:visible').wait_for()
    ada.page.clock.fast_forward(44_000)
    assert ada.state(bob) == "ringing"
    ada.page.clock.fast_forward(2_000)
    ada.wait_clear()
    bob.wait_clear()
    assert changes(ada)[-1] == changes(bob)[-1] == ["ended", "timeout"]
    ada.page.get_by_text("did not answer").wait_for()
    bob.page.get_by_text("You missed a call").wait_for()


@pytest.mark.nightly
def test_connecting_ends_after_20_seconds(open_window: Open, server: Server) -> None:
    """With a client that rings, and then never connects."""
    bob = open_window("green", session="connecting", query="name=Bob")
    sdp = open_window("red", session="elsewhere").page.evaluate(BARE_OFFER)
    with RawSocket(server) as wire:
        mute = wire.join("connecting")
        wire.send({"type": "offer", "target_peer_id": bob.peer_id, "sdp": sdp})
        bob.page.locator('[data-action="accept"]:visible').wait_for()
        bob.page.clock.install()
        bob.press("accept")
        bob.wait_state(mute, "connecting")
        wire.until("relay_answer")
        bob.page.clock.fast_forward(21_000)
        assert wire.until("call_ended")["reason"] == "failed"
        bob.wait_clear()
        bob.page.get_by_text("could not be connected").wait_for()


@pytest.mark.nightly
def test_who_has_all_calls_it_can_have_is_busy(open_window: Open) -> None:
    ada, bob = recorded_pair(open_window)
    bob.page.evaluate("signalingManager.maxCalls = 0")
    ada.press("call", bob)
    ada.wait_clear()
    assert changes(ada)[-1] == ["ended", "busy"]
    assert changes(bob) == []
    ada.page.get_by_text("Bob is busy").wait_for()


@pytest.mark.nightly
def test_a_tile_that_comes_when_its_call_is_over_is_taken_back(
    open_window: Open, server: Server
) -> None:
    ada = open_window("red", session="late-tile", query="name=Ada")
    with RawSocket(server) as wire:
        busy = wire.join("late-tile")
        ada.sees(busy)
        ada.page.evaluate(
            """id => {
                signalingManager.startCall(id);
                signalingManager.handleCallEnded(id, 'busy');
            }""",
            busy,
        )
        tile = wire.until("element_added")["element"]
        assert wire.until("element_removed")["id"] == tile["id"]


@pytest.mark.nightly
@pytest.mark.rule("SIG8")
def test_an_end_of_an_earlier_call_does_not_end_this_one(open_window: Open) -> None:
    ada, bob = recorded_pair(open_window)
    connect(ada, bob)
    ada.page.evaluate(
        "id => signalingManager.handleCallEnded(id, 'hangup', {callId: 'earlier'})", bob.peer_id
    )
    assert ada.state(bob) == "connected"
    first = ada.page.evaluate("signalingManager.savedCalls[0].callId")
    ada.press("hangup", bob)
    ada.wait_clear()
    bob.wait_clear()
    connect(bob, ada)
    for window, other in ((ada, bob), (bob, ada)):
        window.page.evaluate(
            "([id, callId]) => signalingManager.handleCallEnded(id, 'hangup', {callId})",
            [other.peer_id, first],
        )
        assert window.state(other) == "connected"


@pytest.mark.nightly
@pytest.mark.rule("SIG9")
def test_late_answers_and_old_candidates_are_ignored(open_window: Open) -> None:
    """The answer to an offer that was given up, a candidate of an earlier ICE generation."""
    page = open_window("red").page
    result = page.evaluate(
        """async () => {
            const {Negotiation} = await import("/calls/negotiation.js");
            const signals = [];
            const ours = new RTCPeerConnection();
            const negotiation = new Negotiation(ours, true, signal => signals.push(signal));
            const offers = async count => {
                const found = () => signals.filter(s => s.description?.type === "offer");
                while (found().length < count) await new Promise(done => setTimeout(done, 10));
                return found();
            };
            ours.addTransceiver("audio");
            await offers(1);
            await negotiation.offerAgain();
            const [first, second] = await offers(2);
            const answer = async ({description}) => {
                const theirs = new RTCPeerConnection();
                await theirs.setRemoteDescription(description);
                await theirs.setLocalDescription();
                return theirs.localDescription;
            };
            const late = await negotiation.handleDescription(await answer(first), first.offerId);
            const waits = ours.signalingState;
            const taken = await negotiation.handleDescription(await answer(second), second.offerId);
            const twice = await negotiation.handleDescription(await answer(second), second.offerId);
            await negotiation.handleCandidate({
                candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0",
                usernameFragment: "none"});
            return {late, waits, taken, twice, differ: first.offerId !== second.offerId,
                    candidates: ours.remoteDescription.sdp.includes("192.0.2.1")};
        }"""
    )
    assert result == {
        "late": False,
        "waits": "have-local-offer",
        "taken": True,
        "twice": False,
        "differ": True,
        "candidates": False,
    }


LOSE = """kind => {
    const devices = navigator.mediaDevices;
    devices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
    const track = signalingManager.localStream.getTracks().find(track => track.kind === kind);
    track.stop();
    track.dispatchEvent(new Event("ended"));
}"""
FIND = """() => {
    delete navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
}"""


def test_a_camera_that_is_unplugged_ends_no_call_and_comes_back(open_window: Open) -> None:
    ada, bob = recorded_pair(open_window)
    connect(ada, bob)
    ada.shows(bob)
    bob.page.evaluate(LOSE, "video")
    ada.page.locator(f'[data-stream-id="peer-{bob.peer_id}"][data-camera-off]').wait_for()
    bob.page.get_by_text("Your camera is gone").wait_for()
    assert ada.state(bob) == bob.state(ada) == "connected"
    bob.page.evaluate(FIND)
    bob.page.get_by_text("Your camera is back").wait_for()
    tile = f'[data-element-id][data-stream-id="peer-{bob.peer_id}"]:not([data-camera-off])'
    ada.page.locator(tile).wait_for()
    ada.shows(bob)


@pytest.fixture
def own_context(browsers: dict[str, object], server: Server) -> Iterator[BrowserContext]:
    """A context whose permissions a test may take back."""
    context: BrowserContext = browsers["green"].new_context()  # type: ignore[attr-defined]
    context.grant_permissions(["camera", "microphone"], origin=server.url)
    yield context
    context.close()


@pytest.mark.nightly
def test_a_permission_that_is_taken_back_ends_no_call(
    open_window: Open, own_context: BrowserContext
) -> None:
    ada = open_window("red", query="name=Ada")
    bob = open_window("green", query="name=Bob", context=own_context)
    ada.sees(bob)
    connect(ada, bob)
    ada.shows(bob)
    own_context.clear_permissions()  # Chromium ends the tracks
    bob.page.get_by_text("Your camera is blocked").wait_for()
    ada.page.locator(f'[data-stream-id="peer-{bob.peer_id}"][data-camera-off]').wait_for()
    assert ada.state(bob) == bob.state(ada) == "connected"
    bob.shows(ada)


@pytest.mark.nightly
@pytest.mark.report(
    "lost",
    "A call that rings while a dialog is open cannot be seen",
    "Open Camera and sound, be called",
    "The call lies above the dialog and is taken or declined there, by mouse or by keys; "
    "the dialog stays as it is, with the focus",
)
def test_a_call_rings_above_dialogs(open_window: Open) -> None:
    ada, bob = pair(open_window)
    page = ada.page
    page.set_viewport_size({"width": 1280, "height": 720})
    dialog, ring = page.get_by_role("dialog"), page.get_by_role("alertdialog")
    held, inner = page.locator("dialog.devices #ring"), page.locator("#inner #ring")
    box = "() => JSON.stringify(document.querySelector('dialog').getBoundingClientRect())"

    # It rings after the dialog was opened, and is declined by keys.
    ada.press("devices")
    camera = dialog.get_by_label("Camera", exact=True)
    camera.focus()
    before = page.evaluate(box)
    bob.press("call", ada)
    expect(held.get_by_role("alert")).to_contain_text("Bob is calling")
    expect(camera).to_be_focused()
    assert page.evaluate(box) == before
    accessible(ada, "a call above a dialog")
    ada.picture("ring-dialog")
    decline = ring.get_by_role("button", name="Decline")
    for _ in range(40):
        page.keyboard.press("Tab")
        if decline.evaluate("button => button === document.activeElement"):
            break
    expect(decline).to_be_focused()
    page.keyboard.press("Escape")
    bob.wait_clear()
    expect(ring).to_have_count(0)
    expect(dialog).to_be_visible()
    camera.focus()

    # Dialogs are opened and closed while it rings; it is above the uppermost, and taken by mouse.
    bob.press("call", ada)
    expect(held.get_by_role("alertdialog")).to_be_visible()
    page.evaluate(
        """() => {
            const inner = document.createElement("dialog");
            inner.id = inner.ariaLabel = "inner";
            inner.append(document.createElement("button"));
            document.body.append(inner);
            inner.showModal();
        }"""
    )
    expect(inner.get_by_role("alertdialog")).to_be_visible()
    ring.get_by_role("button", name="Accept").click(trial=True)
    page.keyboard.press("Escape")
    expect(held.get_by_role("alertdialog")).to_be_visible()
    expect(camera).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("body > #above > #ring").get_by_role("alertdialog")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert page.evaluate("document.querySelector('#above').nextElementSibling.id") == "closed"
    ada.press("devices")
    camera.focus()
    page.set_viewport_size({"width": 390, "height": 844})
    ada.picture("ring-dialog-phone")
    ring.get_by_role("button", name="Accept").click()
    ada.wait_state(bob, "connected")
    expect(ring).to_have_count(0)
    expect(dialog).to_be_visible()
    expect(camera).to_be_focused()

    # So are messages.
    page.evaluate("id => signalingManager.handleCallEnded(id, 'failed')", bob.peer_id)
    page.locator("dialog.devices #notices").get_by_role("button", name="Close").first.click()
    expect(dialog).to_be_visible()


def test_who_is_away_can_be_read(open_window: Open, server: Server) -> None:
    with RawSocket(server) as zoe:
        peer = zoe.join("away", display_name="Zoe")
        ada = open_window("red", session="away", query="name=Ada", at=server)
        ada.sees(peer)
    expect(ada.entry(peer)).to_have_attribute("data-state", "away")
    accessible(ada, "somebody is away")
