"""A browser in a call with the peer that has none."""

import math
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from av import AudioFrame, VideoFrame

from canvas_server.bot.pattern import TONE_HERTZ
from support.browsers.conditions import until
from support.browsers.window import HEARD, PATIENCE_MS, Open, Window
from support.servers.bots import BotProcess, as_window, bot, session_of
from support.servers.server import Server

COMES = """async peer => {
  const pc = signalingManager.peerConnections.get(peer);
  for (const report of (await pc.getStats()).values())
    if (report.type === 'inbound-rtp' && report.kind === 'video')
      return [report.frameHeight, report.framesReceived];
}"""
FILM_HERTZ = 1200


def hears(window: Window, bot: Window, hertz: float) -> None:
    """Wait until a tone of this frequency is heard of the bot."""
    until(
        window.page,
        f"async ([stream, hertz]) => Math.abs(await ({HEARD})(stream) / hertz - 1) < 0.03",
        arg=[f"peer-{bot.peer_id}", hertz],
        timeout=PATIENCE_MS,
    )


def write_film(path: Path) -> None:
    """Two seconds of blue, with a tone."""
    with av.open(str(path), "w") as film:
        video = film.add_stream("libx264", 25)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio = film.add_stream("aac", 48_000)
        audio.layout = "mono"
        blue = VideoFrame(320, 240, "yuv420p")
        for plane, value in zip(blue.planes, (41, 240, 110), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        for number in range(50):
            blue.pts, blue.time_base = number, Fraction(1, 25)
            film.mux(video.encode(blue))
        for block in range(100):
            wave = (
                12_000 * math.sin(2 * math.pi * FILM_HERTZ * (block * 960 + n) / 48_000)
                for n in range(960)
            )
            sound = AudioFrame(format="s16", layout="mono", samples=960)
            sound.planes[0].update(array("h", map(int, wave)).tobytes())
            sound.pts, sound.sample_rate, sound.time_base = block * 960, 48_000, Fraction(1, 48_000)
            film.mux(audio.encode(sound))
        film.mux(video.encode(None))
        film.mux(audio.encode(None))


def run_for(window: Window, server: Server, *args: str) -> Any:
    return bot(server, session_of(window), *args)


def told(process: BotProcess, *lines: str) -> None:
    for line in lines:
        process.says(line)


def test_a_bot_calls_shows_its_picture_and_survives_an_ice_restart(
    open_window: Open, server: Server
) -> None:
    ada = open_window("red", session="bot-calls", query="name=Ada")
    with run_for(ada, server, "--call", "Ada") as process:
        ada.press("accept")
        bob = as_window(ada, "green")
        ada.shows(bob)
        hears(ada, bob, TONE_HERTZ)
        told(process, "joined bot-calls as Bot", "calling Ada", "connected with Ada")
        assert "Bot" in ada.tile(bob).inner_text()
        ada.page.evaluate(
            """() => {
                [window.before] = signalingManager.peerConnections.values();
                window.before.restartIce();
            }"""
        )
        until(
            ada.page,
            """() => {
                const [pc] = signalingManager.peerConnections.values();
                return pc !== window.before && pc?.connectionState === 'connected';
            }""",
        )
        ada.shows(bob)
        ada.press("hangup", bob)
        told(process, "call with Ada ended: hung up")
        ada.wait_clear()


@pytest.mark.nightly
def test_an_echo_shows_the_own_colour_and_leaves_on_interrupt(
    open_window: Open, server: Server
) -> None:
    ada = open_window("red", session="bot-echoes", query="name=Ada")
    with run_for(ada, server, "--echo", "--name", "Bot") as process:
        bob = as_window(ada, "red")
        ada.press("call", bob)
        ada.shows(bob)
        told(process, "called by Ada", "connected with Ada")
        assert process.interrupt() == 0
        told(process, "left")
        ada.wait_clear()
        ada.entry(bob).wait_for(state="detached")


@pytest.mark.nightly
def test_a_film_is_seen_and_heard(open_window: Open, server: Server, tmp_path: Path) -> None:
    write_film(tmp_path / "film.mp4")
    ada = open_window("red", session="bot-films", query="name=Ada")
    with run_for(ada, server, "--show", str(tmp_path / "film.mp4"), "--call", "Ada"):
        ada.press("accept")
        bob = as_window(ada, "blue")
        ada.shows(bob)
        hears(ada, bob, FILM_HERTZ)
        ada.press("hangup", bob)
        ada.wait_clear()


@pytest.mark.nightly
@pytest.mark.rule("SIG11")
def test_its_pictures_are_as_large_as_they_are_seen(open_window: Open, server: Server) -> None:
    ada = open_window("red", session="bot-fits", query="name=Ada")

    def comes(condition: str, *more: object) -> None:
        until(
            ada.page,
            f"""async ([peer, ...more]) => {{
                const [height, frames] = await ({COMES})(peer);
                return {condition};
            }}""",
            arg=[bob.peer_id, *more],
            timeout=PATIENCE_MS,
        )

    with run_for(ada, server, "--call", "Ada"):
        ada.press("accept")
        bob = as_window(ada, "green")
        ada.shows(bob)
        comes("height > 200")
        for _ in range(7):
            ada.page.get_by_role("button", name="Smaller").click()
        comes("height > 0 && height <= 100")
        ada.shows(bob)
        ada.page.get_by_role("button", name="Show all there is").click()
        comes("height > 200")
        ada.page.mouse.move(400, 400)
        ada.page.mouse.wheel(0, 4000)
        until(
            ada.page,
            f"""async peer => {{
                const [, before] = await ({COMES})(peer);
                await new Promise(resolve => setTimeout(resolve, 1_000));
                const [, after] = await ({COMES})(peer);
                return after === before;
            }}""",
            arg=bob.peer_id,
            timeout=PATIENCE_MS,
        )
        _, seen = ada.page.evaluate(COMES, bob.peer_id)
        ada.page.mouse.wheel(0, -4000)
        comes("frames > more[0] + 10", seen)
        ada.shows(bob)
