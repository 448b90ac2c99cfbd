"""How good a call is: the sign at the tile says it, the panel shows why, and a table can be saved."""

import csv
import re
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Locator, expect

from support.browsers.axe import accessible
from support.browsers.conditions import until
from support.browsers.window import Open, Window, connect, pair

# A machine with other things to do may be too slow for the largest pictures, and says so.
LIMITED = "Fair: (this computer is too busy for|the network takes no) larger pictures.*"
GOOD = re.compile(rf"^(Good: \d+ pictures a second, .*ms|{LIMITED})$")
DRAWN = """() => [...document.querySelectorAll('.plot canvas')].filter(canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some(value => value > 0);
}).length === 4"""


def sign_of(window: Window, other: Window) -> Locator:
    return window.tile(other).locator(".tile-signal")


def figure(window: Window, name: str) -> Locator:
    return window.page.locator(f'[data-figure="{name}"]')


def test_a_call_is_good_and_its_figures_say_so(open_window: Open, tmp_path: Path) -> None:
    ada, bob = pair(open_window)
    connect(ada, bob)
    sign = sign_of(ada, bob)
    expect(sign).to_have_attribute("title", GOOD)
    expect(sign).to_have_accessible_name(re.compile("^Call with Bob. (Good|Fair): "))
    expect(sign_of(ada, ada)).to_have_count(0)
    sign.focus()
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("tab", name="Quality")).to_be_focused()
    expect(ada.page.get_by_label("Call with", exact=True)).to_have_value(bob.peer_id)
    expect(ada.page.locator(".calls-rating")).to_contain_text(re.compile("^(Good|Fair): "))
    expect(figure(ada, "sizeIn")).to_have_text(re.compile(r"^\d+ \W \d+, [1-9]\d* a second$"))
    expect(figure(ada, "sizeOut")).to_have_text(re.compile(r"^\d+ \W \d+, [1-9]\d* a second$"))
    for name in ("bitrateIn", "bitrateOut"):
        expect(figure(ada, name)).to_have_text(re.compile(r"^[1-9][\d.]* [kM]bit/s$"))
    expect(figure(ada, "path")).to_have_text("host, UDP")
    expect(figure(ada, "codec")).to_have_text(re.compile(r"^\w+"))
    expect(figure(ada, "roundTrip")).to_have_text(re.compile(r"^(below )?\d+ ms$"))
    until(ada.page, DRAWN)
    expect(
        ada.page.get_by_role("img", name=re.compile("^Bitrate, .*: in from .*; out"))
    ).to_be_visible()
    ada.picture("monitor-light")
    accessible(ada, "the figures of a call")
    ada.picture("monitor-dark")
    check_table(ada, tmp_path / "call.csv")
    ada.press("leave-call")
    expect(sign).to_be_hidden()
    expect(ada.page.locator(".calls-over")).to_be_visible()
    ada.page.keyboard.press("Escape")
    ada.wait_clear()
    bob.wait_clear()


def check_table(window: Window, path: Path) -> None:
    """Save the figures and read them as another program would."""
    with window.page.expect_download() as download:
        window.page.get_by_role("button", name="Download as CSV").click()
    assert re.fullmatch(r"call-Bob-[\dT-]+\.csv", download.value.suggested_filename)
    download.value.save_as(path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    times = [datetime.fromisoformat(row["time"]) for row in rows]
    assert times == sorted(times)
    assert max(float(row["frames_in_per_second"] or 0) for row in rows) > 0
    assert (rows[-1]["path_local"], rows[-1]["path_protocol"]) == ("host", "udp")
