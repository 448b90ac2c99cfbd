"""The list of people: hands, reactions, and what who moderates does there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.window import Open, join
from support.servers.invitations import SECRET, token
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("JON5", "JON7")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens, so that somebody moderates."""
    data = tmp_path_factory.mktemp("people") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server


def test_hands_reactions_and_what_a_moderator_stops(
    open_window: Open, house: Server, browsers: dict[str, object]
) -> None:
    windows = []
    for color, name, role in (("red", "Mona", "moderate"), ("green", "Bob", "edit")):
        context = browsers[color].new_context()  # type: ignore[attr-defined]
        context.grant_permissions(["camera", "microphone"], origin=house.url)
        links = token("--session", "people", "--role", role)
        query = f"name={name}"
        windows.append(open_window(color, "people", query, token=links, at=house, context=context))
    mona, bob = windows
    for window in windows:
        join(window)
    for window, other in ((mona, bob), (bob, mona)):
        window.wait_state(other, "connected")
    expect(bob.page.locator('[data-action="manage"]')).to_be_hidden()

    bob.page.keyboard.press("h")
    expect(mona.entry(bob).locator('[data-mark="hand"]')).to_be_visible()
    bob.press("react")
    bob.page.get_by_role("button", name="applause").click()
    expect(mona.page.locator(".reaction svg")).to_be_visible()
    expect(mona.page.get_by_role("status").filter(has_text="Bob: applause")).to_have_count(1)
    bob.page.keyboard.press("Escape")
    expect(bob.page.locator('[data-action="react"]')).to_be_focused()

    mona.press("manage", bob)
    accessible(mona, "the menu of a person")
    mona.picture("manage")
    mona.press("mute-peer")
    expect(bob.page.get_by_text("Mona muted your microphone")).to_be_visible()
    expect(mona.entry(bob).locator('[data-mark="mic-off"]')).to_be_visible()
    mona.press("manage", bob)
    mona.press("lower-hand")
    expect(mona.entry(bob).locator('[data-mark="hand"]')).to_have_count(0)
    bob.press("mute")  # its own person turns it on again
    expect(mona.entry(bob).locator('[data-mark="mic-off"]')).to_have_count(0)

    mona.page.locator('[data-action="waiting-room"]').check()
    wim = open_window(
        "blue",
        "people",
        "name=Wim",
        token=token("--session", "people", "--role", "edit"),
        at=house,
        becomes="connecting",
        lobby=True,
    )
    wim.page.get_by_text("You are let in when somebody of the room agrees").wait_for()
    wim.picture("waiting")
    accessible(wim, "waiting")
    controls = wim.page.locator("button:visible, input:visible, [role=tab]:visible")
    assert all(node.evaluate("node => node.closest('#lobby') !== null") for node in controls.all())
    expect(mona.page.locator(".waiting").get_by_text("Wim")).to_be_visible()
    expect(mona.page.locator(".notice").get_by_text("Wim waits to be let in")).to_be_visible()
    expect(bob.page.get_by_text("Wim")).to_have_count(0)
    accessible(mona, "somebody waits")
    mona.press("admit")
    wim.wait_connection("open")
    bob.sees(wim)
    expect(wim.page.locator("[data-lobby]")).to_be_visible()  # with all that it has before a call
    expect(wim.page.locator("#dock")).to_be_visible()
    kiosk = open_window(
        "blue",
        "people",
        "name=Kiosk&auto=1",
        token=token("--session", "people", "--role", "edit"),
        at=house,
        becomes="connecting",
        lobby=True,
    )
    kiosk.page.get_by_text("You are let in when somebody of the room agrees").wait_for()
    mona.press("admit")
    kiosk.wait_connection("open")
    expect(kiosk.page.locator("[data-lobby]")).to_be_hidden()
