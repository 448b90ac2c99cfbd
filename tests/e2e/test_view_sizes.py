"""What is shown small is sent small, and what is not seen is not sent."""

import pytest
from playwright.sync_api import expect

from support.browsers.conditions import until
from support.browsers.window import Open, Window, connect, pair

# What goes to somebody: height of the pictures, and how many were encoded so far.
SENT = """async peer => {
  const pc = signalingManager.peerConnections.get(peer);
  for (const report of (await pc.getStats()).values())
    if (report.type === 'outbound-rtp' && report.kind === 'video')
      return [report.active ? report.frameHeight : 0, report.framesEncoded];
}"""


def wait_sent(window: Window, other: Window, condition: str) -> None:
    until(
        window.page,
        f"async peer => {{ const [height] = await ({SENT})(peer); return {condition}; }}",
        arg=other.peer_id,
    )


@pytest.fixture
def people(open_window: Open) -> tuple[Window, Window]:
    ada, bob = pair(open_window)
    connect(ada, bob)
    for window, other in ((ada, bob), (bob, ada)):
        window.shows(other)
    return ada, bob


def test_pictures_are_sent_as_large_as_they_are_shown(people: tuple[Window, Window]) -> None:
    ada, bob = people
    wait_sent(ada, bob, "height === 240")
    for _ in range(7):
        bob.page.get_by_role("button", name="Smaller").click()
    wait_sent(ada, bob, "height > 0 && height <= 90")
    assert bob.page.evaluate(SENT, ada.peer_id)[0] == 240  # what Ada shows has not changed
    bob.shows(ada)
    bob.page.get_by_role("button", name="Show all there is").click()
    wait_sent(ada, bob, "height === 240")


@pytest.mark.nightly
def test_what_is_out_of_sight_is_not_sent(people: tuple[Window, Window]) -> None:
    """Nor is what somebody took off the canvas; it comes back with the tile."""
    ada, bob = people
    bob.page.mouse.move(400, 400)
    bob.page.mouse.wheel(0, 4000)
    wait_sent(ada, bob, "height === 0")
    before = ada.page.evaluate(SENT, bob.peer_id)[1]
    bob.page.mouse.wheel(0, -4000)
    bob.shows(ada)
    until(
        ada.page,
        f"async ([peer, before]) => (await ({SENT})(peer))[1] > before + 10",
        arg=[bob.peer_id, before],
    )
    # Another page of the same person knows nothing of what was told before.
    bob.page.mouse.move(400, 400)
    bob.page.mouse.wheel(0, 4000)
    wait_sent(ada, bob, "height === 0")
    bob.page.reload()
    bob.wait_state(ada, "connected")
    bob.shows(ada)
    expect(ada.tile(bob)).to_have_count(1)
