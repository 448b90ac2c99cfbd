"""Links that let in, in a role: made, opened, taken back, as people do it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.window import Open, Window
from support.servers.invitations import SECRET, token
from support.servers.server import Server, running

pytestmark = pytest.mark.rule("TOK1", "TOK2", "TOK3", "TOK4")

MEDIA = """id => signalingManager.peerConnections.get(id).getTransceivers()
    .map(({currentDirection}) => currentDirection)"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    data = tmp_path_factory.mktemp("house") / "data"
    with running(data, env={"CANVAS_AUTH_SECRET": SECRET}) as server:
        yield server


def invited(window: Window, role: str) -> str:
    """Make a link in the dialog; return its path."""
    page = window.page
    page.get_by_role("button", name="Invite").first.click()
    page.get_by_label("They may").select_option(role)
    page.get_by_role("button", name="Make a link").click()
    field = page.get_by_label("The new link")
    expect(field).to_have_value(re.compile("/i/[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$"))
    site, _, code = field.input_value().partition("/i/")
    assert page.url.startswith(f"{site}/s/")
    return f"/i/{code}"


@pytest.mark.report(
    "lost",
    "A new link that is put into the window of an expired one does nothing",
    "Open a canvas without a good link, paste the new link into the same address bar",
    "The page opens with the new link",
)
def test_who_has_no_link_is_told_what_to_do(open_window: Open, house: Server) -> None:
    """And comes in with a new one, in the same window."""
    window = open_window("red", "late", at=house, becomes="closed")
    expect(window.page.locator("#closed-text")).to_contain_text("Ask whoever sent it for a new one")
    window.picture("no-token")
    late = token("--session", "late", "--role", "edit")
    window.page.evaluate("token => { location.hash = `token=${token}`; }", late)
    window.wait_connection("open")


@pytest.mark.rule("LNK2")
def test_somebody_watches_by_a_link_and_it_is_taken_back(open_window: Open, house: Server) -> None:
    session = "watching"
    boss = token("--session", session, "--role", "moderate")
    ada = open_window("red", session, "name=Ada", at=house, token=boss)
    assert "token" not in ada.page.url
    for role in ("edit", "view"):
        made = invited(ada, role)
        if role == "view":
            expect(ada.page.locator("[data-token-id]")).to_have_count(2)
            accessible(ada, "the dialog to invite")
            ada.picture("invite")
        ada.page.keyboard.press("Escape")
    vera = open_window("green", session, "name=Vera", at=house, path=made)
    assert vera.page.url.startswith(f"{house.url}/s/{session}?name=Vera"), "no code stays"
    assert vera.page.evaluate("document.querySelectorAll('meta[name=invitation]').length") == 0
    expect(ada.entry(vera)).to_contain_text("watches")
    expect(vera.page.locator(".toolbar")).to_be_hidden()
    vera.press("call", ada)
    ada.press("accept")
    vera.shows(ada)
    ada.wait_state(vera, "connected")
    assert vera.page.evaluate(MEDIA, ada.peer_id) == ["recvonly", "recvonly"]
    expect(vera.tile(vera)).to_have_count(0)
    expect(vera.page.locator('[data-action="camera"]')).to_be_hidden()
    ada.picture("watched")
    vera.picture("watching")

    vera.tile(ada).focus()
    vera.page.keyboard.press("ArrowRight")
    expect(vera.page.locator("#notices")).to_contain_text("look at this canvas, not change it")

    vera.page.reload()
    vera.wait_connection("open")
    vera.shows(ada)
    assert vera.page.evaluate(MEDIA, ada.peer_id) == ["recvonly", "recvonly"]

    ada.page.get_by_role("button", name="Invite").first.click()
    ada.page.get_by_role("button", name="Take back the link “Watch").click()
    ada.page.get_by_role("button", name="Take back", exact=True).last.click()
    vera.wait_connection("closed")
    expect(vera.page.locator("#closed-text")).to_contain_text("was taken back")
    expect(ada.page.locator("[data-token-id]")).to_have_count(1)
    ada.page.keyboard.press("Escape")
    expect(ada.entry(vera.peer_id)).to_have_count(0)
    ada.wait_clear_of_calls()


@pytest.mark.nightly
def test_somebody_is_called_by_who_watches_them_and_removed(
    open_window: Open, house: Server
) -> None:
    session = "removing"
    boss = token("--session", session, "--role", "moderate")
    ada = open_window("red", session, "name=Ada", at=house, token=boss)
    guest = token("--session", session, "--role", "view")
    vera = open_window("green", session, "name=Vera", at=house, token=guest)
    ada.sees(vera)
    ada.press("call", vera)
    expect(vera.page.locator(".ring")).to_contain_text("Your camera and microphone stay off.")
    vera.press("accept")
    vera.shows(ada)
    assert set(vera.page.evaluate(MEDIA, ada.peer_id)) == {"recvonly"}
    expect(vera.page.locator('[data-action="kick"]')).to_be_hidden()
    ada.press("kick", vera)
    ada.page.get_by_role("button", name="Remove", exact=True).click()
    vera.wait_connection("closed")
    expect(vera.page.locator("#closed-text")).to_contain_text("You were removed")
    ada.wait_clear_of_calls()


def test_files_and_the_past_take_the_token_along(open_window: Open, house: Server) -> None:
    session = "saving"
    made = token("--session", session)
    ada = open_window("red", session, "name=Ada", at=house, token=made)
    ada.page.get_by_role("tab", name="Save").click()
    with ada.page.expect_download() as download:
        ada.page.locator('[data-format="json"]').click()
    assert download.value.suggested_filename.endswith(".json")
    ada.page.get_by_role("tab", name="History").click()
    expect(ada.page.locator("#drawer")).not_to_contain_text("cannot")
    ada.page.get_by_role("button", name="Copy link").first.click()
    expect(ada.page.locator("#notices")).to_contain_text("opens only by a link")


@pytest.mark.rule("TOK6")
def test_the_name_of_a_link_is_shown_and_not_to_be_changed(
    open_window: Open, house: Server
) -> None:
    """The page does not pretend."""
    boss = token("--session", "named", "--role", "moderate", "--name", "Ada Lovelace")
    ada = open_window("red", "named", "name=The+CEO", at=house, token=boss)
    bob = open_window("green", "named", "name=Bob", at=house, token=token("--session", "named"))
    expect(bob.page.locator(".person-name").filter(has_text="Ada Lovelace")).to_be_visible()
    field = ada.page.get_by_label("Your name")
    expect(field).to_have_value("Ada Lovelace")
    expect(field).not_to_be_editable()
    expect(bob.page.get_by_label("Your name")).to_be_editable()
