"""The canvas while the network, the server or its disk fails: no edit is lost, and it is said."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.browsers.desk import Desk
from support.browsers.watch import excuse_sockets
from support.browsers.window import Open
from support.networks.proxy import Proxy
from support.servers.server import Server, running


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """The way of one window to the server."""
    with Proxy(server.port) as proxy:
        yield proxy


def test_edits_made_offline_arrive_and_their_fate_is_said(open_window: Open, proxy: Proxy) -> None:
    """What was made is kept; what somebody removed meanwhile is taken back, and that is said."""
    ada, bob = (
        open_window("red", query="name=Ada", at=proxy),
        open_window("green", query="name=Bob"),
    )
    desk, other = Desk(ada, bob), Desk(bob, ada)
    gone = desk.write((340, 200), "Here")
    expect(desk.node(gone, bob)).to_be_visible()
    proxy.refuse()
    proxy.cut()
    ada.wait_connection("resuming")
    note = desk.write((340, 420), "Offline")
    desk.select(gone)
    ada.page.keyboard.press("ArrowRight")
    other.select(gone)
    bob.page.keyboard.press("Delete")
    expect(desk.node(gone, bob)).to_have_count(0)
    assert desk.node(note, bob).count() == 0
    proxy.accept()
    ada.page.evaluate("() => { dispatchEvent(new Event('online')); }")
    ada.wait_connection("open")
    expect(desk.node(note, bob)).to_contain_text("Offline")
    expect(ada.page.locator("#notices")).to_contain_text("1 change you made offline is kept. 1 was")
    expect(desk.node(gone)).to_have_count(0)
    desk.agree()
    ada.picture("canvas-synced")
    excuse_sockets(ada)


@pytest.mark.rule("SCN2")
def test_a_killed_server_has_every_edit(open_window: Open, tmp_path: Path) -> None:
    """With what was edited while there was no server, too."""
    with running(tmp_path) as first:
        ada = open_window("red", query="name=Ada", at=first)
        bob = open_window("green", query="name=Bob", at=first)
        desk = Desk(ada, bob)
        before = desk.write((340, 200), "Before")
        expect(desk.node(before, bob)).to_be_visible()
        first.process.kill()
        first.process.wait(10)
        for window in (ada, bob):
            window.wait_connection("resuming")
        meanwhile = desk.write((340, 420), "Meanwhile")
    with running(tmp_path, "--port", str(first.port)):
        for window in (ada, bob):
            window.wait_connection("open")
        expect(desk.node(meanwhile, bob)).to_contain_text("Meanwhile")
        expect(desk.node(before, bob)).to_contain_text("Before")
        desk.agree()
        desk.select(before)
        desk.keys.press("Delete")
        expect(desk.node(before, bob)).to_have_count(0)
    excuse_sockets(ada, bob)


@pytest.mark.nightly
def test_what_the_disk_has_no_room_for_waits_in_the_window(
    open_window: Open, tmp_path: Path
) -> None:
    """The editor is told, sees the own edit, and nothing has to be done when there is room again."""
    with running(tmp_path) as server:
        ada = open_window("red", query="name=Ada", at=server)
        bob = open_window("green", query="name=Bob", at=server)
        desk = Desk(ada, bob)
        before = desk.write((340, 200), "Before")
        expect(desk.node(before, bob)).to_be_visible()
        _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, hard))
        note = desk.write((340, 420), "No room")
        expect(ada.page.get_by_role("alert")).to_contain_text("cannot store")
        assert desk.node(note).count() == 1
        assert desk.node(note, bob).count() == 0
        ada.picture("canvas-disk-full")
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        expect(desk.node(note, bob)).to_contain_text("No room")
        expect(ada.page.get_by_role("alert")).to_have_count(0)
        desk.agree()
