"""Camera and microphone are on when their person says so, and at no other time."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.window import Open, Window, connect
from support.servers.server import Server

# Keeps every track that the page was ever given, and what it asked for. `window.answers` stands
# between: it may delay or refuse.
RECORD = """(() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.asked = [];
  window.given = [];
  window.answers = () => Promise.resolve();
  navigator.mediaDevices.getUserMedia = async constraints => {
    asked.push(Object.keys(constraints).filter(kind => constraints[kind]).sort().join());
    await answers(constraints);
    const stream = await open(constraints);
    given.push(...stream.getTracks());
    return stream;
  };
})()"""
# No camera of a test can blur: this one says that it can, and does nothing.
BLURS = """(() => {
  const track = MediaStreamTrack.prototype, blurred = new WeakMap();
  const {getCapabilities, getSettings, applyConstraints} = track;
  track.getCapabilities = function() {
    return {...getCapabilities.call(this), ...this.kind === 'video' && {backgroundBlur: [false, true]}};
  };
  track.getSettings = function() {
    return {...getSettings.call(this), ...this.kind === 'video' && {backgroundBlur: blurred.get(this) ?? false}};
  };
  track.applyConstraints = function({backgroundBlur = false, ...others} = {}) {
    blurred.set(this, backgroundBlur.exact ?? backgroundBlur);
    return applyConstraints.call(this, others);
  };
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async constraints => {
    window.blurAsked = constraints.video?.backgroundBlur ?? false;
    const stream = await open(constraints);
    for (const track of stream.getVideoTracks()) blurred.set(track, blurAsked);
    return stream;
  };
})()"""
LIVE = "given.filter(track => track.readyState === 'live').map(track => track.kind).sort().join()"
SENT = """() => [...signalingManager.peerConnections.values()].map(pc => pc.localDescription.sdp)"""


@pytest.fixture
def context(browsers: dict[str, Browser], server: Server) -> Iterator[BrowserContext]:
    with browsers["green"].new_context() as context:
        context.add_init_script(RECORD)
        context.grant_permissions(["camera", "microphone"], origin=server.url)
        yield context


@pytest.fixture
def pair(open_window: Open, context: BrowserContext) -> tuple[Window, Window]:
    """Ada, whose devices are watched, and Bob."""
    ada = open_window("green", context=context, query="name=Ada")
    bob = open_window("red", query="name=Bob")
    ada.sees(bob)
    bob.sees(ada)
    return ada, bob


def live(window: Window, kinds: str) -> None:
    """Wait until these devices are open, and no others."""
    until(window.page, f"kinds => {LIVE} === kinds", arg=kinds)


def shown_off(window: Window, *, mute: bool, camera: bool) -> None:
    for action, off in (("mute", mute), ("camera", camera)):
        button = window.page.locator(f'#dock [data-action="{action}"]')
        expect(button).to_have_attribute("aria-pressed", str(off).lower())


def told_off(window: Window, other: Window) -> None:
    """Wait until somebody is shown as muted, with a still in place of a picture."""
    expect(window.tile(other)).to_have_attribute("data-camera-off", "")
    expect(window.tile(other).get_by_role("img", name="muted")).to_be_visible()


@pytest.mark.rule("SIG17")
def test_a_reload_turns_nothing_on(pair: tuple[Window, Window]) -> None:
    """Nor does being called again, nor what another window does."""
    ada, bob = pair
    connect(ada, bob)
    bob.shows(ada)
    ada.press("mute")
    ada.press("camera")
    told_off(bob, ada)
    ada.page.reload()
    ada.wait_connection("open")
    ada.wait_state(bob, "connected")
    shown_off(ada, mute=True, camera=True)
    told_off(bob, ada)
    assert ada.page.evaluate("asked") == []
    bob.page.reload()  # and does not know what Ada has said before
    bob.wait_state(ada, "connected")
    told_off(bob, ada)

    ada.press("leave-call")
    ada.wait_clear()
    bob.press("call", ada)
    expect(ada.page.locator(".ring")).to_contain_text("stay off when you accept")
    ada.press("accept")
    ada.wait_state(bob, "connected")
    told_off(bob, ada)
    assert ada.page.evaluate("asked") == []


@pytest.mark.rule("SIG17")
@pytest.mark.report(
    "on",
    "Who goes to another page and comes back to the canvas is seen and heard again",
    "In a call: another address, then Back",
    "The call is there again, with everything off until it is pressed",
)
def test_who_left_and_comes_back_is_not_seen(pair: tuple[Window, Window], server: Server) -> None:
    ada, bob = pair
    connect(ada, bob)
    bob.shows(ada)
    ada.page.goto(f"{server.url}/example/")
    ada.page.go_back()
    ada.wait_connection("open")
    ada.wait_state(bob, "connected")
    shown_off(ada, mute=True, camera=True)
    told_off(bob, ada)
    assert ada.page.evaluate("asked") == []
    ada.press("camera")
    bob.shows(ada)


@pytest.mark.nightly
def test_windows_to_come_remember_and_others_are_left_alone(
    open_window: Open, context: BrowserContext, pair: tuple[Window, Window]
) -> None:
    ada, bob = pair
    connect(ada, bob)
    ada.press("mute")
    ada.press("camera")
    told_off(bob, ada)
    eve = open_window("green", context=context, query="name=Eve")
    connect(eve, bob)
    told_off(bob, eve)
    assert eve.page.evaluate("asked") == []
    eve.press("mute")  # on: heard in this window, and no reason to be heard in the other one
    expect(bob.tile(eve).get_by_role("img", name="muted")).to_be_hidden()
    ada.page.reload()
    ada.wait_state(bob, "connected")
    told_off(bob, ada)
    assert ada.page.evaluate("asked") == []


@pytest.mark.nightly
def test_in_a_call_that_was_rung_for_too(pair: tuple[Window, Window]) -> None:
    """Which is joined anew after a reload, by itself."""
    ada, bob = pair
    ada.page.evaluate("signalingManager.ringAll()")
    bob.press("accept")
    ada.wait_state(bob, "connected")
    ada.press("camera")
    expect(bob.tile(ada)).to_have_attribute("data-camera-off", "")
    ada.page.reload()
    ada.wait_state(bob, "connected")
    expect(bob.tile(ada)).to_have_attribute("data-camera-off", "")
    shown_off(ada, mute=False, camera=True)
    live(ada, "audio")
    assert ada.page.evaluate("asked") == ["audio"]


@pytest.mark.rule("SIG17")
def test_a_camera_that_is_off_is_let_go_and_comes_back(pair: tuple[Window, Window]) -> None:
    ada, bob = pair
    connect(ada, bob)
    bob.shows(ada)
    live(ada, "audio,video")
    place = bob.tile(ada).get_attribute("data-element-id")
    before = ada.page.evaluate(SENT), bob.page.evaluate(SENT)
    for _ in range(2):
        ada.press("camera")
        live(ada, "audio")
        expect(bob.tile(ada)).to_have_attribute("data-camera-off", "")
        expect(bob.tile(ada).locator(".tile-still")).to_be_visible()
        expect(ada.tile(ada).locator(".tile-still")).to_be_visible()
        ada.press("camera")
        live(ada, "audio,video")
        expect(bob.tile(ada)).not_to_have_attribute("data-camera-off", "")
        bob.shows(ada)
        ada.shows(ada)
    assert bob.tile(ada).get_attribute("data-element-id") == place
    assert (ada.page.evaluate(SENT), bob.page.evaluate(SENT)) == before, "nothing is negotiated"
    ada.press("mute")  # stays open, so that it is back at once
    live(ada, "audio,video")
    assert not ada.page.evaluate("signalingManager.localStream.getAudioTracks()[0].enabled")


@pytest.mark.nightly
@pytest.mark.rule("SIG17")
def test_blur_is_there_before_the_first_picture(open_window: Open, context: BrowserContext) -> None:
    context.add_init_script(BLURS)
    ada = open_window("green", context=context, query="name=Ada")
    bob = open_window("red", query="name=Bob")
    ada.sees(bob)
    connect(ada, bob)
    blur = ada.page.locator('#dock [data-action="blur"]')
    expect(blur).to_have_attribute("aria-pressed", "false")
    blur.click()
    expect(blur).to_have_attribute("aria-pressed", "true")
    ada.page.reload()
    ada.wait_state(bob, "connected")
    bob.shows(ada)
    expect(blur).to_have_attribute("aria-pressed", "true")
    assert ada.page.evaluate("blurAsked") is True
    ada.press("devices")
    ada.page.get_by_role("dialog").locator('[data-action="blur"]').click()
    ada.press("done")
    expect(blur).to_have_attribute("aria-pressed", "false")


@pytest.mark.nightly
@pytest.mark.rule("SIG17")
def test_a_camera_that_cannot_blur_waits_for_its_person(
    open_window: Open, context: BrowserContext
) -> None:
    wish = "localStorage.setItem('canvas-server.on', '{\"blur\": true}')"
    context.add_init_script(f"try {{ {wish} }} catch {{}}")
    ada = open_window("green", context=context, query="name=Ada")
    bob = open_window("red", query="name=Bob")
    ada.sees(bob)
    connect(ada, bob)
    camera = ada.page.locator('#dock [data-action="camera"]')
    expect(camera).to_have_attribute("data-fault", "sharp")
    expect(ada.page.locator("#notices")).to_contain_text("so it stays off")
    expect(bob.tile(ada)).to_have_attribute("data-camera-off", "")
    live(ada, "audio")
    ada.press("devices")
    expect(ada.page.get_by_role("button", name="Show my picture without blur")).to_be_visible()
    accessible(ada, "camera and sound, not blurred")
    ada.picture("not-blurred")
    ada.press("done")
    camera.click()
    bob.shows(ada)
    live(ada, "audio,video")


@pytest.mark.nightly
def test_a_camera_that_takes_its_time_says_so(pair: tuple[Window, Window]) -> None:
    ada, bob = pair
    connect(ada, bob)
    bob.shows(ada)
    camera = ada.page.locator('#dock [data-action="camera"]')
    camera.click()
    live(ada, "audio")
    ada.page.evaluate(
        "() => { answers = () => new Promise(resolve => { window.answer = resolve; }); }"
    )
    camera.click()
    expect(camera).to_have_attribute("aria-busy", "true")
    camera.click()  # they think better of it
    expect(camera).to_have_attribute("aria-busy", "false")
    ada.page.evaluate("answer()")
    until(ada.page, "given.length === 3")
    live(ada, "audio")
    faults = (
        ("NotReadableError", "busy", "in use by another program"),
        ("NotFoundError", "missing", "none found"),
    )
    for name, fault, words in faults:
        ada.page.evaluate(
            "name => { answers = () => Promise.reject(new DOMException('', name)); }", name
        )
        camera.click()
        expect(camera).to_have_attribute("data-fault", fault)
        assert words in (camera.get_attribute("title") or "")
    ada.press("devices")
    expect(ada.page.get_by_role("dialog")).to_contain_text("None found")
    ada.press("done")
    ada.page.evaluate("() => { answers = () => Promise.resolve(); }")
    camera.click()
    bob.shows(ada)


@pytest.mark.nightly
def test_a_camera_is_chosen_while_it_is_off(pair: tuple[Window, Window]) -> None:
    ada, bob = pair
    connect(ada, bob)
    bob.shows(ada)
    ada.press("camera")
    live(ada, "audio")
    ada.press("devices")
    dialog = ada.page.get_by_role("dialog")
    asked = ada.page.evaluate("asked.length")
    dialog.get_by_label("Camera", exact=True).select_option(index=1)
    expect(dialog.locator("video")).to_be_hidden()
    assert ada.page.evaluate("asked.length") == asked
    live(ada, "audio")
    dialog.get_by_role("button", name="Turn the camera on").click()
    expect(dialog.locator("video")).to_be_visible()
    ada.press("done")
    bob.shows(ada)


@pytest.mark.nightly
@pytest.mark.parametrize("allowed", [(), ("microphone",)])
def test_what_was_refused_is_asked_for_again_and_comes_into_the_call(
    open_window: Open, browsers: dict[str, Browser], server: Server, allowed: tuple[str, ...]
) -> None:
    with browsers["green"].new_context() as context:
        context.add_init_script(RECORD)
        context.grant_permissions([*allowed], origin=server.url)
        bob = open_window("green", context=context, query="name=Bob")
        ada = open_window("red", query="name=Ada")
        bob.sees(ada)
        connect(ada, bob)
        bob.shows(ada)
        camera, mute = (
            bob.page.locator(f'#dock [data-action="{action}"]') for action in ("camera", "mute")
        )
        expect(camera).to_have_attribute("data-fault", "refused")
        expect(camera).to_be_enabled()
        live(bob, "audio" if allowed else "")
        camera.click()  # still not allowed: said again
        expect(bob.page.locator("#notices")).to_contain_text("press its button")
        bob.press("devices")
        dialog = bob.page.get_by_role("dialog")
        option = dialog.get_by_label("Camera", exact=True).locator("option").first
        expect(option).to_have_text("Blocked by the browser")
        accessible(bob, "camera and sound, refused")
        context.grant_permissions(["camera", "microphone"], origin=server.url)
        dialog.get_by_role("button", name="Ask for the camera again").click()
        expect(dialog.locator("video")).to_be_visible()
        bob.press("done")
        ada.shows(bob)
        if not allowed:
            mute.click()
        expect(ada.tile(bob).get_by_role("img", name="muted")).to_be_hidden()
        live(bob, "audio,video")
        shown_off(bob, mute=False, camera=False)
        assert ada.state(bob) == bob.state(ada) == "connected"


@pytest.mark.nightly
@pytest.mark.report(
    "on",
    "After a call the switches of the devices dialog do the opposite of what they say",
    "The devices dialog is open in a call, the other one leaves, “Turn the camera on” is pressed",
    "No switch is there any more, and the next call is as the person had it",
)
def test_the_dialog_of_a_call_that_is_over(pair: tuple[Window, Window]) -> None:
    ada, bob = pair
    connect(ada, bob)
    live(ada, "audio,video")
    ada.press("devices")
    dialog = ada.page.locator("dialog.devices")
    expect(dialog.locator("video")).to_be_visible()
    bob.press("leave-call")
    ada.wait_clear()
    for action in ("turn-on-video", "turn-on-audio"):
        expect(dialog.locator(f'[data-action="{action}"]')).to_be_hidden()
    live(ada, "")
