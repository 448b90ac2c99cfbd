"""Two people compare the code of their call, and are told when it is another one."""

from playwright.sync_api import expect

from support.browsers.axe import accessible
from support.browsers.window import Open, Window, connect, pair


def code_of(window: Window) -> list[str]:
    """Open the dialog and read what is in it; it stays open."""
    page = window.page
    check = page.locator('[data-action="check-code"]')
    if not check.is_visible():
        page.locator(".tile-signal").first.click()
    check.click()
    expect(page.locator(".code-pictures li")).to_have_count(10)
    return page.locator(".code-pictures li span:last-child").all_inner_texts()


def test_both_see_the_same_code_and_a_change_of_it(open_window: Open) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    code = code_of(ada)
    assert code_of(bob) == code
    ada.picture("code-light")
    accessible(ada, "the code of a call")
    ada.page.locator('[data-action="same-code"]').click()
    expect(ada.page.locator('[data-action="check-code"]')).to_have_text("The code was compared")
    bob.page.locator('[data-action="other-code"]').click()
    expect(bob.page.locator(".code-said")).to_contain_text("Hang up")
    bob.page.reload()
    bob.wait_connection("open")
    expect(ada.page.locator("#notices")).to_contain_text("compare it anew")
    expect(ada.page.locator('[data-action="check-code"]')).to_have_text("Check the code")
    ada.shows(bob)
    assert code_of(ada) != code
