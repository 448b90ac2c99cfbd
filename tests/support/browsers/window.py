"""A Chromium window with the page open, and what a person sees in it."""

import json
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Error, Page

from support.browsers.conditions import PATIENCE_MS, until

COLORS = {"red": (81, 90, 240), "green": (145, 54, 34), "blue": (41, 240, 110)}  # Y, U, V
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
# The page goes past its lobby, as it does in a window whose person has closed it.
PAST_LOBBY = """try { sessionStorage.setItem("canvas-server.lobby", "closed") } catch {}"""
CLEAR_OF_CALLS = """signalingManager.peerConnections.size === 0
    && (signalingManager.localStream?.getTracks() ?? [])
        .every(track => track.readyState === 'ended')"""
OUTPUT = Path(__file__).resolve().parents[3] / "test-output"


def write_picture(path: Path, yuv: tuple[int, int, int]) -> None:
    """Write a film of one colour (YUV4MPEG2, 320 x 240, 4:2:0)."""
    width, height = 320, 240
    y, u, v = yuv
    frame = (
        b"FRAME\n"
        + bytes([y]) * (width * height)
        + bytes([u]) * (width * height // 4)
        + bytes([v]) * (width * height // 4)
    )
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode() + frame * 10)


Open = Callable[..., "Window"]


class Window:
    """A window with the page open, and what a person sees in it."""

    def __init__(self, page: Page, color: str) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE_MS)
        self.color = color
        self.complaints: list[str] = []
        self._opened = time.monotonic()
        self._log: deque[str] = deque(maxlen=60)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)
        self._log.append(f"{time.monotonic() - self._opened:8.2f} {message.text}")

    def wait_connection(self, state: str) -> None:
        """Wait until the connection to the server is in a state, and open, until tools are there."""
        self.page.locator(f'[data-connection="{state}"]').wait_for(state="attached")
        if state == "open":
            self.page.locator(".toolbar").wait_for(state="attached")

    @property
    def peer_id(self) -> str:
        """The id the server gave this window."""
        return self.page.evaluate("signalingManager.peerId")

    def sees(self, other: "Window | str") -> None:
        """Wait until somebody is in the list."""
        self.entry(other).wait_for(state="attached")

    def entry(self, other: "Window | str") -> Any:
        """The entry of a peer in the list."""
        peer_id = other if isinstance(other, str) else other.peer_id
        return self.page.locator(f'[data-peer-id="{peer_id}"]')

    def wait_entry(self, other: "Window", state: str) -> None:
        """Wait until the list shows somebody in a state."""
        self.page.locator(f'[data-peer-id="{other.peer_id}"][data-state="{state}"]').wait_for(
            state="attached"
        )

    def wake(self) -> None:
        """Say what a browser says when the network comes back."""
        self.page.evaluate("() => { dispatchEvent(new Event('online')); }")

    def press(self, action: str, other: "Window | None" = None) -> None:
        """Press a button, in the entry of a peer where one is named."""
        button = f'[data-action="{action}"]'
        if other is not None:
            entry = self.entry(other)
            if not entry.is_visible():
                self.page.locator(".faces-button").click()
            return entry.locator(f"{button}:visible").first.click()
        if self.page.locator(
            f"#more:not(:visible) {button}"
        ).count():  # the dock has no room for it
            self.page.locator('[data-action="more"]:visible').click()
        return self.page.locator(f"{button}:visible").first.click()

    def tile(self, other: "Window") -> Any:
        """The tile of a peer's camera."""
        return self.page.locator(f'[data-element-id][data-stream-id="peer-{other.peer_id}"]')

    def shows(self, other: "Window", color: str | None = None) -> None:
        """Wait until the tile of a peer shows moving picture of its colour, by its pixels."""
        until(
            self.page,
            SEES_COLOR,
            arg=[f"peer-{other.peer_id}", color or other.color],
            timeout=PATIENCE_MS,
        )

    def state(self, other: "Window") -> str:
        """The state of the call with a peer."""
        return self.page.evaluate("id => signalingManager.callState(id)", other.peer_id)

    def wait_state(self, other: "Window | str", *states: str) -> None:
        """Wait until the call with a peer is in one of these states."""
        peer_id = other if isinstance(other, str) else other.peer_id
        until(
            self.page,
            "([id, states]) => states.includes(signalingManager.callState(id))",
            arg=[peer_id, states],
            timeout=PATIENCE_MS,
        )

    def wait_clear(self) -> None:
        """Wait until no call, no connection, no tile and no running camera is left."""
        until(
            self.page,
            f"""() => {CLEAR_OF_CALLS}
                && !document.querySelector('[data-element-id][data-stream-id]')""",
            timeout=PATIENCE_MS,
        )

    def wait_clear_of_calls(self) -> None:
        """Wait until this window has no call and no running camera; others may have."""
        until(
            self.page,
            f"() => {CLEAR_OF_CALLS}",
            timeout=PATIENCE_MS,
        )

    def explain(self) -> str:
        """How the calls of this window stand, and what its page logged last."""
        try:
            facts: dict[str, Any] = self.page.evaluate(FACTS)
        except Error as error:
            facts = {"the page": str(error)}
        lines = [f"{key}: {json.dumps(fact)}" for key, fact in facts.items()]
        return "\n".join([*lines, "log, by seconds since the window was opened:", *self._log])

    def picture(self, name: str) -> None:
        """Keep a screenshot as test output."""
        OUTPUT.mkdir(exist_ok=True)
        self.page.screenshot(path=OUTPUT / f"{name}.png")


def pair(open_window: Open) -> tuple[Window, Window]:
    """Two windows that see each other in the list."""
    ada, bob = open_window("red", query="name=Ada"), open_window("green", query="name=Bob")
    ada.sees(bob)
    bob.sees(ada)
    return ada, bob


def connect(caller: Window, callee: Window) -> None:
    """Call and accept, until both are connected."""
    caller.press("call", callee)
    callee.press("accept")
    caller.wait_state(callee, "connected")
    callee.wait_state(caller, "connected")


def place(window: Window, other: Window) -> dict[str, float]:
    """Where the tile of a peer is, in scene units."""
    return window.page.evaluate(
        """stream => {
            const {x, y, width, height} = document.querySelector(
                `[data-element-id][data-stream-id="${stream}"]`).getBoundingClientRect();
            return {x, y, width, height};
        }""",
        f"peer-{other.peer_id}",
    )


def join(window: Window) -> None:
    """Press the button that joins the call of the canvas."""
    window.page.locator('[data-action="join-call"]:visible').click()


def call_everyone(window: Window) -> None:
    """Press the button that rings everybody into the call of the canvas."""
    window.page.locator('[data-action="group"]:visible').click()


def all_see_all(windows: list[Window]) -> None:
    """Wait until everybody is connected with everybody and sees their picture."""
    for window in windows:
        for other in windows:
            if other is not window:
                window.wait_state(other, "connected")
                window.shows(other)
    for window in windows:
        assert window.page.evaluate("signalingManager.peerConnections.size") == len(windows) - 1


# What a client offers that has no camera and never connects.
BARE_OFFER = """async () => {
  const pc = new RTCPeerConnection();
  pc.addTransceiver('video');
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}"""

# The middle of the video, drawn into one pixel of a canvas that only the test has.
SEES_COLOR = """([stream, color]) => {
  const video = document.querySelector(`[data-element-id] video[data-stream-id="${stream}"]`);
  if (!video || video.readyState < 2 || video.videoWidth < 16) return false;
  const pixel = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  pixel.canvas.width = pixel.canvas.height = 1;
  pixel.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 8, 8, 0, 0, 1, 1);
  const [r, g, b] = pixel.getImageData(0, 0, 1, 1).data;
  const channel = {red: r, green: g, blue: b};
  const rest = Object.keys(channel).filter(name => name !== color);
  return channel[color] > 120 && rest.every(name => channel[color] - channel[name] > 60);
}"""

# No session description, candidate or token is in it.
FACTS = """async () => {
  const track = track => track && {
    kind: track.kind, readyState: track.readyState, muted: track.muted, enabled: track.enabled,
  };
  const pick = (report, names) =>
    Object.fromEntries(names.map(name => [name, report[name]]).filter(pair => pair[1] != null));
  const facts = {
    page: document.visibilityState,
    connection: document.querySelector('[data-connection]').dataset.connection,
    tiles: [...document.querySelectorAll('[data-element-id][data-stream-id]')]
      .map(tile => tile.dataset.streamId),
    calls: signalingManager.calls,
    camera: signalingManager.localStream?.getTracks().map(track) ?? null,
  };
  for (const video of document.querySelectorAll('[data-element-id] video'))
    facts[`video ${video.dataset.streamId}`] = {
      ...pick(video, ['readyState', 'paused', 'videoWidth', 'videoHeight', 'currentTime']),
      tracks: video.srcObject?.getTracks().map(track) ?? null,
    };
  for (const [peerId, pc] of signalingManager.peerConnections) {
    facts[`pc ${peerId}`] = {
      ...pick(pc, ['connectionState', 'iceConnectionState', 'iceGatheringState', 'signalingState']),
      media: pc.getTransceivers().map(({currentDirection, sender, receiver}) => ({
        currentDirection, sends: track(sender.track), receives: track(receiver.track),
      })),
    };
    for (const report of (await pc.getStats()).values()) {
      const about = `${report.type} ${report.kind ?? ''} of ${peerId}`;
      if (report.type === 'candidate-pair' && (report.nominated || report.bytesReceived))
        facts[about] = pick(report, ['state', 'nominated', 'bytesSent', 'bytesReceived']);
      if (report.kind !== 'video') continue;
      if (report.type === 'inbound-rtp') facts[about] = pick(report, ['packetsReceived',
        'packetsLost', 'framesReceived', 'framesDecoded', 'framesDropped', 'keyFramesDecoded',
        'pliCount', 'frameWidth']);
      if (report.type === 'outbound-rtp') facts[about] = pick(report, ['active', 'packetsSent',
        'framesEncoded', 'framesSent', 'keyFramesEncoded', 'pliCount', 'frameWidth',
        'qualityLimitationReason']);
      if (report.type === 'media-source')
        facts[about] = pick(report, ['frames', 'framesPerSecond', 'width', 'height']);
    }
  }
  return facts;
}"""

# The loudest frequency in what a tile plays, in hertz; 0: nothing is to be heard.
HEARD = """async stream => {
  const video = document.querySelector(`video[data-stream-id="${stream}"]`);
  const context = window.testContext ??= new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(video.srcObject);
  const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  source.connect(analyser);
  const levels = new Float32Array(analyser.frequencyBinCount);
  const found = [];
  for (let look = 0; look < 12; look++) {
    await new Promise(resolve => setTimeout(resolve, 100));
    analyser.getFloatFrequencyData(levels);
    const most = levels.reduce((best, level, bin) => level > levels[best] ? bin : best, 0);
    if (levels[most] > -60) found.push(most * context.sampleRate / analyser.fftSize);
  }
  source.disconnect();
  found.sort((a, b) => a - b);
  return found[found.length >> 1] ?? 0;
}"""
