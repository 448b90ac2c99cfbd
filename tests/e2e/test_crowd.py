"""A window among 255 programs: everybody is in its list, a few tens of pointers are drawn."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import expect

from canvas_server.client import connect
from canvas_server.protocol.client import Cursor
from support.browsers.conditions import until
from support.browsers.window import Open
from support.servers.server import Server

pytestmark = pytest.mark.nightly

SESSION, PROGRAMS = "crowd", 255
MAX_DRAWN = 40  # drawnpointers.js


@contextlib.contextmanager
def crowd(url: str) -> Iterator[None]:
    """Have programs in a session that move their pointers, for the length of a block."""
    stop = asyncio.Event()
    loop = asyncio.new_event_loop()

    async def one(number: int) -> None:
        async with connect(url, SESSION, f"Program {number}") as client:
            for step in count():
                if stop.is_set():
                    return
                client.send(Cursor(20 + 3 * number, 20 + step * 7 % 500))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.1):
                        await stop.wait()

    async def everybody() -> None:
        await asyncio.gather(*(one(number) for number in range(PROGRAMS)))

    thread = threading.Thread(target=lambda: loop.run_until_complete(everybody()))
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.mark.rule("CRW1", "CRW2", "CRW4", "CRW5")
def test_a_window_among_many_programs(open_window: Open, server: Server) -> None:
    ada = open_window("red", SESSION, query="name=Ada", camera=False)
    entries = ada.page.locator("#people-list > [data-peer-id]")
    with crowd(server.url):
        expect(entries).to_have_count(PROGRAMS)
        until(
            ada.page, "n => document.querySelectorAll('[data-cursor-of]').length === n", MAX_DRAWN
        )
        names = ada.page.locator("#people-list .person-name").all_text_contents()
        assert sorted(names) == sorted(f"Program {number}" for number in range(PROGRAMS))
        ada.picture("crowd")
    expect(entries).to_have_count(0)
    expect(ada.page.locator("[data-cursor-of]")).to_have_count(0)
