"""The chat of a canvas, as people use it: read by all or by one, also later, and nothing of it lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.watch import excuse_sockets
from support.browsers.window import Open, Window, pair
from support.networks.proxy import Proxy
from support.servers.server import Server

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "call.png"
# As on a line that is dead, and nobody has noticed: what is said is not sent.
SWALLOW = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (!text.startsWith('{"type":"chat"')) send.call(this, text);
  };
}"""


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """The way of one window to the server."""
    with Proxy(server.port) as proxy:
        yield proxy


def open_chat(window: Window) -> None:
    """Press the control of the chat."""
    window.press("chat")
    field(window).wait_for()


def field(window: Window) -> Locator:
    return window.page.get_by_role("textbox", name="Write a message")


def say(window: Window, words: str) -> None:
    """Write something, and send it with Enter."""
    field(window).fill(words)
    field(window).press("Enter")


def message(window: Window, words: str) -> Locator:
    """The message with these words, once it is acknowledged."""
    return window.page.locator(".chat-message:not([data-outgoing])", has_text=words)


def reads(window: Window, *texts: str) -> None:
    """Wait until these messages are there, in this order, and no others."""
    words = window.page.locator(".chat-message:not([data-outgoing]) .chat-words")
    expect(words).to_have_text(list(texts))
    expect(window.page.locator("[data-outgoing]")).to_have_count(0)


@pytest.mark.rule("MAN1", "MAN2", "MAN3", "MAN4", "MAN5", "MAN7")
def test_people_talk(open_window: Open) -> None:
    ada, bob = pair(open_window)
    badge = bob.page.locator('[data-action="chat"] .badge')
    title = bob.page.title()
    expect(badge).to_be_hidden()
    open_chat(ada)
    expect(field(ada)).to_be_focused()
    say(ada, "see https://a.example/x?y=1, or `code`")
    expect(badge).to_have_text("1")
    expect(bob.page).to_have_title(f"(1) {title}")
    expect(bob.page.locator("#notices")).to_contain_text("Ada: see https://a.example")
    open_chat(bob)
    reads(bob, "see https://a.example/x?y=1, or code")
    expect(badge).to_be_hidden()
    expect(bob.page).to_have_title(title)
    link = message(bob, "see").get_by_role("link")
    assert link.evaluate("({href, target, rel}) => [href, target, rel]") == [
        "https://a.example/x?y=1",
        "_blank",
        "noopener",
    ]
    say(bob, "<b>second</b>")
    say(ada, "third")
    for window in (ada, bob):
        reads(window, "see https://a.example/x?y=1, or code", "<b>second</b>", "third")
        expect(window.page.locator(".chat-list b")).to_have_count(0)

    ada.page.get_by_label("To", exact=True).select_option(label="Bob")
    say(ada, "between us")
    expect(message(bob, "between us")).to_contain_text("only to you")
    expect(message(ada, "between us")).to_contain_text("only to Bob")
    ada.page.get_by_label("To", exact=True).select_option(label="Everyone")
    ada.page.locator(".chat-form input[type=file]").set_input_files(PICTURE)
    expect(ada.page.locator(".chat-attached img")).to_be_visible()
    say(ada, "")
    picture = bob.page.locator(".chat-picture img")
    until(bob.page, "document.querySelector('.chat-picture img')?.naturalWidth > 100")
    picture.click()
    expect(bob.page.locator(".chat-viewer img")).to_be_visible()
    bob.page.keyboard.press("Escape")

    eve = open_window("blue", query="name=Eve")
    open_chat(eve)
    until(eve.page, "document.querySelector('.chat-picture img')?.naturalWidth > 100")
    reads(eve, "see https://a.example/x?y=1, or code", "<b>second</b>", "third")
    message(ada, "third").hover()
    message(ada, "third").get_by_role("button", name="Remove").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    for window in (ada, bob, eve):
        expect(message(window, "third")).to_have_count(0)
    accessible(ada, "chat")
    ada.picture("chat")


@pytest.mark.rule("MAN1", "MAN2")
def test_nothing_said_is_lost_or_doubled(open_window: Open, proxy: Proxy) -> None:
    ada, bob = (
        open_window("red", query="name=Ada", at=proxy),
        open_window("green", query="name=Bob"),
    )
    ada.sees(bob)
    for window in (ada, bob):
        open_chat(window)
    say(ada, "before")
    reads(bob, "before")
    proxy.refuse()
    proxy.cut()
    ada.wait_connection("resuming")
    say(ada, "offline")
    sending = ada.page.locator('[data-outgoing="sending"]', has_text="offline")
    expect(sending).to_contain_text("when the connection is back")
    say(bob, "meanwhile")
    proxy.accept()
    ada.wake()
    for window in (ada, bob):
        reads(window, "before", "meanwhile", "offline")

    ada.page.evaluate(SWALLOW)
    say(ada, "kept")
    field(ada).fill("half a thou")
    expect(ada.page.locator('[data-outgoing="sending"]')).to_contain_text("kept")
    ada.page.on("dialog", lambda dialog: dialog.accept())
    ada.page.reload()
    ada.wait_connection("open")
    for window in (ada, bob):
        reads(window, "before", "meanwhile", "offline", "kept")
    expect(field(ada)).to_have_value("half a thou")
    excuse_sockets(ada)


@pytest.mark.nightly
@pytest.mark.rule("MAN2")
def test_a_long_chat_is_searched_page_by_page(open_window: Open) -> None:
    ada, bob = pair(open_window)
    open_chat(ada)
    say(ada, "the needle")
    for number in range(130):
        say(ada, f"hay {number}")
    expect(message(ada, "hay 129")).to_be_visible()
    open_chat(bob)
    expect(message(bob, "hay 129")).to_be_visible()
    expect(message(bob, "the needle")).to_have_count(0)
    bob.page.get_by_role("searchbox").fill("Needle")
    found = bob.page.locator(".chat-results button")
    expect(found).to_have_count(1)
    expect(bob.page.locator(".chat-progress")).to_have_text("1 found in 131 messages.")
    found.click()
    expect(message(bob, "the needle")).to_be_in_viewport()
    bob.page.locator('[data-action="latest-message"]').click()
    expect(message(bob, "hay 129")).to_be_in_viewport()
    assert bob.page.locator(".chat-message").count() <= 160
