"""A browser in a call with the peer that has none."""

from typing import Any, cast

from bots import BotProcess, bot
from servers import Server
from windows import PATIENCE_MS, Open, Window

HEARS = """async () => {
  for (const pc of signalingManager.peerConnections.values())
    for (const report of (await pc.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'audio')
        return report.totalAudioEnergy > 0;
  return false;
}"""


class Other:
    """The bot, as a window sees it."""

    def __init__(self, window: Window, color: str, name: str = "Bot") -> None:
        entry = window.page.locator("[data-peer-id]").filter(has_text=name).first
        self.peer_id = entry.get_attribute("data-peer-id")
        self.color = color


def other(window: Window, color: str) -> Window:
    return cast("Window", Other(window, color))


def hears(window: Window) -> None:
    """Wait until it receives a sound that is not silence."""
    window.page.wait_for_function(HEARS, timeout=PATIENCE_MS)


def run_for(window: Window, server: Server, *args: str) -> Any:
    session = window.page.url.split("/s/")[1].split("?")[0]
    return bot(server, session, *args)


def told(process: BotProcess, *lines: str) -> None:
    for line in lines:
        process.says(line)


def test_a_bot_calls_shows_its_picture_and_survives_an_ice_restart(
    open_window: Open, server: Server
) -> None:
    ada = open_window("red", session="bot-calls", query="name=Ada")
    with run_for(ada, server, "--call", "Ada") as process:
        ada.press("accept")
        bob = other(ada, "green")
        ada.shows(bob)
        hears(ada)
        told(process, "joined bot-calls as Bot", "calling Ada", "connected with Ada")
        assert "Bot" in ada.tile(bob).inner_text()
        ada.page.evaluate(
            """() => {
                [window.before] = signalingManager.peerConnections.values();
                window.before.restartIce();
            }"""
        )
        ada.page.wait_for_function(
            """() => {
                const [pc] = signalingManager.peerConnections.values();
                return pc !== window.before && pc?.connectionState === 'connected';
            }"""
        )
        ada.shows(bob)
        ada.press("hangup", bob)
        told(process, "call with Ada ended: hung up")
        ada.wait_clear()


def test_an_echo_shows_the_own_colour_and_leaves_on_interrupt(
    open_window: Open, server: Server
) -> None:
    ada = open_window("red", session="bot-echoes", query="name=Ada")
    with run_for(ada, server, "--echo", "--name", "Bot") as process:
        bob = other(ada, "red")
        ada.press("call", bob)
        ada.shows(bob)
        hears(ada)
        told(process, "called by Ada", "connected with Ada")
        assert process.interrupt() == 0
        told(process, "left")
        ada.wait_clear()
        ada.entry(bob).wait_for(state="detached")
