"""The list of people: hands, reactions, and what who moderates does there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.window import Open, join
from support.servers.invitations import SECRET, token
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("JON5", "JON7")

# As the server tells that somebody waits.
WAITS = """() => {
    const peer = {peer_id: "00000001-0000-4000-8000-000000000000", since: 1, display_name: "Wim"};
    window.told({type: "peer_waiting", peer});
}"""
# All that the page can show is there, and what a server would say can be said.
SAYS = """() => {
    const Socket = WebSocket;
    window.WebSocket = class extends Socket {
        constructor(...how) {
            super(...how);
            const told = message =>
                this.dispatchEvent(new MessageEvent("message", {data: JSON.stringify(message)}));
            window.told = told;
            this.addEventListener("message", event => {
                const message = JSON.parse(event.data);
                if (message.type !== "welcome" || message.features.includes("hands")) return;
                event.stopImmediatePropagation();
                const more = ["hands", "reactions", "mute", "session_settings", "waiting_room"];
                told({...message, features: [...message.features, ...more]});
            });
        }
    };
}"""


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
        context.add_init_script(f"({SAYS})()")
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

    mona.page.evaluate(WAITS)
    expect(mona.page.locator(".waiting").get_by_text("Wim")).to_be_visible()
    expect(mona.page.locator(".notice").get_by_text("Wim waits to be let in")).to_be_visible()
    accessible(mona, "somebody waits")
