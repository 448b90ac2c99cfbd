"""How good a call is: the sign at the tile says it."""

import re

from playwright.sync_api import expect

from axe import accessible
from windows import Open, connect, pair

# A machine with other things to do may be too busy for the largest pictures, and says so.
GOOD = re.compile(r"^(Good: \d+ pictures a second, \d+ ms|Fair: this computer is too busy.*)$")


def test_a_call_is_good_and_says_so_as_long_as_it_lasts(open_window: Open) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    sign = ada.tile(bob).locator(".tile-signal")
    expect(sign).to_have_attribute("title", GOOD)
    expect(sign).to_have_accessible_name(re.compile("^Call with Bob. (Good|Fair): "))
    expect(ada.tile(ada).locator(".tile-signal")).to_have_count(0)
    accessible(ada, "a call with its sign")
    ada.picture("monitor-sign")
    ada.press("hangup", bob)
    expect(sign).to_be_hidden()
    ada.wait_clear()
    bob.wait_clear()
