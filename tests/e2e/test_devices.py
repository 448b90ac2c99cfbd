"""Cameras, microphones and sound: chosen before and during a call, heard where they should be."""

import math
import shutil
import struct
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.window import FLAGS, HEARD, Open, Window, connect

# The second one is a depth camera, whose pictures calls cannot send.
DEVICES = [
    *(flag for flag in FLAGS if flag != "--use-fake-device-for-media-stream"),
    "--use-fake-device-for-media-stream=device-count=3",
]
TONES = {"Ada": 1000, "Bob": 1600}
CAMERA = "() => signalingManager.localStream?.getVideoTracks()[0]?.label ?? ''"


def write_tone(path: Path, hertz: int) -> None:
    """A tone in bursts: a steady one would be taken for noise, and taken away."""
    rate, loud = 48_000, 12_000
    burst = [loud * math.sin(2 * math.pi * hertz * n / rate) for n in range(rate // 4)]
    samples = ([int(sample) for sample in burst] + [0] * (rate // 12)) * 6
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


@pytest.fixture
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Browsers of their own: which devices there are is said when one starts."""
    launched: list[Browser] = []

    def launch(*flags: str) -> Browser:
        executable = shutil.which("chromium") or "/usr/bin/chromium"
        launched.append(playwright.chromium.launch(executable_path=executable, args=[*flags]))
        return launched[-1]

    yield launch
    for browser in launched:
        browser.close()


def choose(window: Window, what: str, option: str) -> None:
    window.page.get_by_role("dialog").get_by_label(what, exact=True).select_option(label=option)


def test_devices_are_chosen_before_and_during_a_call(
    open_window: Open, launch: Callable[..., Browser]
) -> None:
    browser = launch(*DEVICES, "--use-fake-ui-for-media-stream")
    context = browser.new_context()
    ada = open_window("green", context=context, query="name=Ada")
    bob = open_window("red", query="name=Bob")
    ada.sees(bob)
    ada.press("devices")
    dialog = ada.page.get_by_role("dialog")
    preview = dialog.locator("video")
    expect(preview).to_be_visible()
    expect(dialog.get_by_label("Camera", exact=True).locator("option")).to_have_count(4)
    choose(ada, "Camera", "fake_device_2")
    until(
        ada.page,
        """() => document.querySelector('dialog video').srcObject
            .getVideoTracks()[0]?.label === 'fake_device_2'""",
    )
    accessible(ada, "camera and sound")
    ada.picture("devices")
    ada.press("done")
    assert ada.page.evaluate("signalingManager.localStream") is None
    ada.page.reload()
    ada.wait_connection("open")
    ada.sees(bob)
    connect(ada, bob)
    until(ada.page, f"() => ({CAMERA})() === 'fake_device_2'")
    bob.shows(ada)

    facts = """() => [...signalingManager.peerConnections.values()].map(pc =>
        [pc.localDescription.sdp, pc.getSenders().length])"""
    before = ada.page.evaluate(facts)
    ada.press("devices")
    choose(ada, "Camera", "fake_device_0")
    until(ada.page, f"() => ({CAMERA})() === 'fake_device_0'")
    choose(ada, "Microphone", "Fake Audio Input 2")
    until(
        ada.page,
        "() => signalingManager.localStream.getAudioTracks()[0]?.label === 'Fake Audio Input 2'",
    )
    choose(ada, "Your picture", "Low: 180 lines, for weak networks")
    ada.press("done")
    assert ada.page.evaluate(facts) == before
    # Pictures go on coming, and are as small as was chosen.
    until(
        bob.page,
        """stream => document.querySelector(
            `[data-element-id] video[data-stream-id="${stream}"]`).videoHeight <= 180""",
        arg=f"peer-{ada.peer_id}",
    )
    bob.shows(ada)
    assert ada.state(bob) == "connected"
    # What was chosen and is gone is no reason to have none, and stays chosen.
    ada.page.evaluate(
        """() => localStorage.setItem('canvas-server.devices',
            JSON.stringify({video: 'gone', audio: 'gone', quality: 7}))"""
    )
    ada.page.reload()
    ada.wait_state(bob, "connected")
    bob.shows(ada)
    ada.press("devices")
    chosen = ada.page.get_by_role("dialog").get_by_label("Camera", exact=True)
    expect(chosen).to_have_value("gone")
    expect(chosen.locator("option:checked")).to_have_text("The chosen one (not connected)")
    ada.press("done")


@pytest.mark.nightly
@pytest.mark.rule("MAN9", "MAN10")
def test_everybody_is_heard(
    open_window: Open, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    """By the tone of each microphone; muted by a key; louder, quieter, and from their side."""
    windows: dict[str, Window] = {}
    for name, hertz in TONES.items():
        write_tone(tmp_path / f"{name}.wav", hertz)
        audio = f"--use-file-for-fake-audio-capture={tmp_path / name}.wav"
        context = launch(*FLAGS, "--use-fake-ui-for-media-stream", audio).new_context()
        context.add_init_script(
            """window.panners = [];
            window.StereoPannerNode = class extends StereoPannerNode {
              constructor(...args) { super(...args); panners.push(this); }
            };"""
        )
        windows[name] = open_window("green", context=context, query=f"name={name}")
    ada, bob = windows.values()
    ada.sees(bob)
    connect(ada, bob)
    ada.shows(bob)
    for window, other, hertz in ((ada, bob, 1600), (bob, ada, 1000)):
        heard = window.page.evaluate(HEARD, f"peer-{other.peer_id}")
        assert heard == pytest.approx(hertz, rel=0.03)
        expect(window.tile(other)).to_have_attribute("data-speaking", "")
        expect(window.tile(window)).to_have_attribute("data-speaking", "")
    bob.picture("speaking")

    ada.page.locator("#stage").focus()
    ada.page.keyboard.press("m")
    expect(bob.tile(ada).get_by_role("img", name="muted")).to_be_visible()
    expect(bob.tile(ada)).not_to_have_attribute("data-speaking", "")
    expect(ada.tile(ada)).not_to_have_attribute("data-speaking", "")
    assert bob.page.evaluate(HEARD, f"peer-{ada.peer_id}") == 0
    expect(ada.page.locator("#notices")).to_contain_text("you are muted: nobody hears you")
    ada.page.locator("#stage").focus()
    ada.page.keyboard.down(" ")
    expect(bob.tile(ada)).to_have_attribute("data-speaking", "")
    ada.page.keyboard.up(" ")
    expect(bob.tile(ada).get_by_role("img", name="muted")).to_be_visible()
    ada.page.keyboard.press("m")
    expect(bob.tile(ada)).to_have_attribute("data-speaking", "")

    slider = bob.tile(ada).get_by_role("slider", name="Volume of Ada")
    slider.focus()
    for _ in range(4):
        bob.page.keyboard.press("ArrowLeft")
    video = bob.tile(ada).locator("video")
    assert video.evaluate("video => [video.volume, video.muted]") == [0.8, False]
    bob.press("devices")
    bob.page.get_by_role("dialog").get_by_label("Sound comes from where its tile is").check()
    bob.press("done")
    until(bob.page, "panners.length === 1 && panners[0].pan.value < -0.05")
    assert video.evaluate("video => video.muted")
