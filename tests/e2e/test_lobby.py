"""The lobby before the call, and what is left of it in and after the call."""

import pytest
from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.window import Open

pytestmark = pytest.mark.rule("JON4", "SIG17")

CONTROLS = """() => [...document.querySelectorAll('[data-action]')]
    .filter(node => node.checkVisibility() && !node.closest('[data-peer-id]'))
    .map(node => node.dataset.action)"""
RUNNING = "document.querySelector('[data-lobby] video')?.srcObject?.active ?? false"


def test_who_opens_the_link_sees_themselves_and_who_is_there_and_joins_with_enter(
    open_window: Open,
) -> None:
    ada = open_window("red", query="name=Ada", lobby=True)
    page, lobby = ada.page, ada.page.locator("[data-lobby]")
    expect(lobby.get_by_text("Nobody is in the call yet")).to_be_visible()
    expect(page.get_by_label("Your name")).to_be_focused()
    until(page, f"() => {RUNNING}")  # the browser lets the page use it unasked
    accessible(ada, "lobby")
    actions = page.evaluate(CONTROLS)
    assert len(actions) == len(set(actions))
    assert {"mute", "camera", "join-call"} <= set(actions)
    page.mouse.dblclick(200, 150)  # the canvas behind it can be used
    page.get_by_role("textbox", name="Text", exact=True).wait_for()
    page.keyboard.type("Agenda")
    page.keyboard.press("Control+Enter")
    expect(lobby).to_be_visible()
    page.locator('[data-action="mute"]').click()
    lobby.locator('[data-action="join-call"]').click()
    expect(lobby).to_be_hidden()
    expect(page.locator("#dock")).to_be_focused()
    expect(page.locator('#dock [data-action="mute"]')).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Waiting for others")).to_be_visible()

    bob = open_window("green", query="name=Nobody", lobby=True)
    lobby = bob.page.locator("[data-lobby]")
    expect(lobby.get_by_text("Ada is in the call")).to_be_visible()
    bob.page.get_by_label("Your name").fill("Bob")
    bob.page.get_by_label("Your name").press("Enter")
    ada.entry(bob).get_by_text("Bob").wait_for()
    for window, other in ((ada, bob), (bob, ada)):
        window.shows(other)
    bob.press("leave-call")
    bob.wait_clear_of_calls()
    expect(lobby).to_be_hidden()
    expect(bob.page.locator('#dock [data-action="join-call"]')).to_be_visible()
    assert ada.page.evaluate("signalingManager.inCall"), "who pressed Join waits"


def test_no_camera_comes_on_by_a_link_and_what_is_wrong_is_said(open_window: Open) -> None:
    phone = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}
    ada = open_window("red", query="name=Ada", lobby=True, camera=False, **phone)
    name = ada.page.locator("[data-lobby]").get_by_label("Your name")
    expect(name).to_be_visible()
    expect(name).not_to_be_focused()  # no keyboard comes over the lobby
    lobby = ada.page.locator("[data-lobby]")
    turn_on = lobby.get_by_role("button", name="See and hear yourself")
    expect(turn_on).to_be_visible()
    assert not ada.page.evaluate(RUNNING)
    turn_on.click()  # a browser of tests refuses
    expect(lobby.get_by_text("You can join without it.").first).to_be_visible()
    accessible(ada, "lobby without devices")
    lobby.get_by_role("button", name="Close").click()
    expect(lobby).to_be_hidden()
    expect(ada.page.locator('#dock [data-action="join-call"]')).to_be_visible()
    ada.page.locator(".faces-button").click()
    expect(ada.page.locator("#people").get_by_label("Your name")).to_be_visible()
