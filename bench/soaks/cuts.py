"""Sockets are cut at random moments while messages flow, and no message is lost or doubled."""

import random
import time
from typing import Any

from support.browsers.window import Window
from support.networks.proxy import Proxy
from support.servers.server import eventually

from .bare import BarePeer
from .figures import Figure, Outcome, Progress, exactly, spread
from .stage import NUMBERS, open_window, stage

DEADLINE_MS = 20_000
SESSION = "cuts"
APART_SECONDS = 0.06
STALL_SECONDS = 0.03
HANDSHAKE_SECONDS = 0.012
STALLED, AGAIN, BARE_TOO = 0.4, 0.2, 0.33  # how many of the cuts


def cut(proxy: Proxy, chance: random.Random) -> None:
    """Break every connection, perhaps with messages on the way, which are lost with it."""
    if chance.random() < STALLED:
        proxy.stall()
        time.sleep(chance.uniform(0, STALL_SECONDS))
    chance.choice((proxy.cut, proxy.reset))()
    proxy.flow()


def strike(near: Proxy, far: Proxy, chance: random.Random) -> None:
    """Cut the page off, sometimes again while it comes back, sometimes the other peer as well."""
    time.sleep(chance.uniform(0, APART_SECONDS))
    bare_too = chance.random() < BARE_TOO
    if bare_too and chance.random() < 0.5:
        cut(far, chance)
        bare_too = False
    cut(near, chance)
    if bare_too:
        cut(far, chance)
    if chance.random() < AGAIN:
        time.sleep(chance.uniform(0, HANDSHAKE_SECONDS))
        cut(near, chance)


def counted(window: Window, left: int) -> dict[str, Any]:
    """Return the page's counts once it is back from having been away so often."""
    return window.page.evaluate(f"numbers.back({left}, {DEADLINE_MS})")


def cut_off(
    window: Window, bare: BarePeer, proxies: tuple[Proxy, Proxy], count: int, chance: random.Random
) -> tuple[dict[str, Any], int]:
    """Cut again and again, then let everything arrive; return the page's counts and the cuts."""
    near, far = proxies
    here = counted(window, 0)
    cuts = 0
    with Progress("cuts", count) as progress:
        while cuts < count and here["back"] and not here["faults"] and not bare.faults:
            strike(near, far, chance)
            cuts += 1
            here = counted(window, here["left"] + 1)
            progress.step(
                f"{here['recovered']} recovered, {here['lost']} not, {here['came']} messages in, "
                f"{bare.came} out, bare peer {bare.recovered} recovered"
            )
    bare.stop()
    window.page.evaluate("numbers.stop()")

    def all_there() -> bool:
        here.update(window.page.evaluate("numbers.count()"))
        return here["came"] == bare.sent and bare.came == here["sent"]

    try:
        eventually(all_there, "every message has come")
    except AssertionError as error:
        here["faults"].append(str(error))
    return here, cuts


def run(count: int, seed: int) -> Outcome:
    """A page and a bare peer, both cut off again and again."""
    chance = random.Random(seed)
    with (
        stage() as (server, browser),
        Proxy(server.port) as near,
        Proxy(server.port) as far,
        BarePeer(far, SESSION, seed) as bare,
    ):
        window = open_window(browser, near.url, "/example/", NUMBERS)
        bare.start(window.page.evaluate(f"numbers.open('{SESSION}')"))
        window.page.evaluate(f"numbers.start('{bare.peer_id}')")
        here, cuts = cut_off(window, bare, (near, far), count, chance)
        window.page.close()
    faults = [*here["faults"], *bare.faults]
    figures = [
        exactly("cuts", cuts, count),
        exactly("times the page came back with recovered: true", here["recovered"], here["left"]),
        exactly("times the page came back with less", here["lost"], 0),
        exactly("times the bare peer came back with recovered: true", bare.recovered, bare.left),
        exactly("times the bare peer came back with less", bare.lost, 0),
        exactly("messages to the page, in order", here["came"], bare.sent),
        exactly("messages from the page, in order", bare.came, here["sent"]),
        exactly("messages lost, doubled or out of order", len(faults), 0),
        Figure("page: seconds from the cut to being back", spread(here["away"])),
        Figure("bare peer: seconds from the cut to being back", spread(bare.away)),
    ]
    return Outcome(figures, {"faults": faults})
