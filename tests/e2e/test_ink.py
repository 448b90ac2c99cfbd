"""Ink: drawn with mouse, finger and pen, seen by the other window at once, the same in every window ever after."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from support.browsers.conditions import until
from support.browsers.desk import PLACE, Desk
from support.browsers.watch import excuse_sockets
from support.browsers.window import Open, Window, connect, pair
from support.networks.proxy import Proxy
from support.servers.server import Server, exchange, running

STROKES = """() => [...document.querySelectorAll('[data-kind="Ink"]')]
  .map(node => node.querySelector('path.ink')?.getAttribute('d') ?? '')"""
LIVE = "() => document.querySelectorAll('.live-stroke').length"
Place = tuple[float, float]


def mode(window: Window, name: str) -> None:
    """Choose a tool."""
    button = window.page.locator(f'[data-tool="{name}"]').first
    if button.is_visible():
        button.click()
    else:
        window.page.evaluate(f"""document.querySelector('[data-tool="{name}"]').click()""")
    until(window.page, "name => document.body.dataset.mode === name", arg=name)


def wave(at: Place, steps: int = 40) -> Iterator[Place]:
    """Places along a wave to the right."""
    for step in range(steps + 1):
        yield at[0] + 5 * step, at[1] + 40 * math.sin(step / 4)


def draw(desk: Desk, places: Iterator[Place], *, lift: bool = True) -> None:
    """Draw with the mouse."""
    for number, place in enumerate(places):
        desk.mouse.move(*place)
        if not number:
            desk.mouse.down()
    if lift:
        desk.mouse.up()


def same(windows: tuple[Window, ...], count: int) -> list[str]:
    """Wait until the windows have so many strokes, and the same; return them."""
    first, *others = windows
    until(
        first.page,
        f"count => {{ const all = ({STROKES})(); return all.length === count && all.every(Boolean); }}",
        arg=count,
    )
    strokes: list[str] = first.page.evaluate(STROKES)
    for other in others:
        until(other.page, f"expected => String(({STROKES})()) === expected", arg=",".join(strokes))
    return strokes


@pytest.mark.rule("INK1", "INK2", "INK4", "INK5", "INK10")
def test_a_stroke_is_seen_while_it_is_drawn_and_hit_where_it_is(desk: Desk) -> None:
    note = desk.write((400, 260), "Below")
    mode(desk.ada, "pen")
    draw(desk, wave((300, 290)), lift=False)
    assert desk.page.evaluate(LIVE) == 1
    until(desk.bob.page, f"() => ({LIVE})() === 1 && ({STROKES})().length === 0")
    desk.mouse.up()
    (d,) = same((desk.ada, desk.bob), 1)
    assert 6 < d.count("C") < 35, "41 places were seen"
    for window in (desk.ada, desk.bob):
        until(window.page, f"() => ({LIVE})() === 0")
    desk.mouse.click(350, 420)
    same((desk.ada, desk.bob), 2)

    draw(desk, wave((500, 400)), lift=False)
    desk.keys.press("Escape")
    desk.mouse.up()
    until(desk.bob.page, f"() => ({LIVE})() === 0")
    same((desk.ada, desk.bob), 2)

    mode(desk.ada, "select")
    desk.mouse.click(*desk.middle(note))
    expect(desk.node(note)).to_have_attribute("data-selected", "")
    desk.keys.press("Escape")
    desk.mouse.click(300, 290)
    expect(desk.page.locator('[data-kind="Ink"][data-selected]')).to_have_count(1)
    desk.keys.press("Delete")
    desk.keys.press("Control+z")
    same((desk.ada, desk.bob), 2)


@pytest.mark.rule("INK6", "INK7")
def test_parts_of_a_stroke_are_erased_and_a_laser_leaves_nothing(desk: Desk) -> None:
    mode(desk.ada, "pen")
    draw(desk, wave((300, 300)))
    (whole,) = same((desk.ada, desk.bob), 1)
    mode(desk.ada, "eraser")
    desk.page.locator('[data-eraser="area"]').click()
    draw(desk, ((400.0, 200.0 + 10 * step) for step in range(20)))
    parts = same((desk.ada, desk.bob), 2)
    assert whole not in parts
    desk.keys.press("Control+z")
    assert same((desk.ada, desk.bob), 1) == [whole]
    desk.page.locator('[data-eraser="whole"]').click()
    draw(desk, ((400.0, 200.0 + 10 * step) for step in range(20)))
    same((desk.ada, desk.bob), 0)
    mode(desk.ada, "laser")
    trail = "() => document.querySelectorAll('g.laser path[d^=M]').length > 0"
    draw(desk, wave((300, 400)), lift=False)
    until(desk.bob.page, trail)
    desk.mouse.up()
    for window in (desk.ada, desk.bob):
        until(window.page, "() => !document.querySelector('g.laser')")
    same((desk.ada, desk.bob), 0)


@pytest.mark.rule("INK2")
def test_a_stroke_is_kept_when_the_page_is_loaded_anew_or_put_away(desk: Desk) -> None:
    """Also what was not lifted yet; what is drawn with the button still down afterwards is not."""
    mode(desk.ada, "pen")
    draw(desk, wave((300, 300)), lift=False)
    desk.page.reload()
    (first,) = same((desk.ada, desk.bob), 1)
    desk.mouse.up()
    mode(desk.ada, "pen")
    draw(desk, wave((300, 400)), lift=False)
    put_away = """() => {
      Object.defineProperty(document, 'hidden', {value: true, configurable: true});
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    desk.page.evaluate(put_away)
    assert first in same((desk.ada, desk.bob), 2)
    desk.mouse.move(800, 500)
    desk.mouse.up()
    assert first in same((desk.ada, desk.bob), 2)


@pytest.mark.rule("INK1", "INK2")
def test_fingers_and_pens_draw(open_window: Open) -> None:
    ada = open_window("red", query="name=Ada", has_touch=True)
    bob = open_window("green", query="name=Bob")
    desk = Desk(ada, bob)
    ada.sees(bob)

    def touch(kind: str, *points: Place) -> None:
        at: list[dict[str, Any]] = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        desk.devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    def pen(kind: str, place: Place, force: float) -> None:
        buttons = 0 if kind == "mouseReleased" else 1
        how = {"button": "left", "buttons": buttons, "clickCount": 1, "pointerType": "pen"}
        at = {"x": place[0], "y": place[1], "force": force}
        desk.devtools.send("Input.dispatchMouseEvent", {"type": kind, **at, **how})

    mode(ada, "pen")
    touch("touchStart", (300, 300))
    for place in wave((300, 300)):
        touch("touchMove", place)
    touch("touchEnd")
    same((ada, bob), 1)

    scale = ada.page.evaluate("() => document.getElementById('space').style.transform")
    touch("touchStart", (300, 450))
    touch("touchMove", (310, 455))
    touch("touchStart", (310, 455), (500, 455))
    for step in range(1, 6):
        touch("touchMove", (310 - 8 * step, 455), (500 + 8 * step, 455))
    touch("touchEnd")
    assert ada.page.evaluate("() => document.getElementById('space').style.transform") != scale
    until(bob.page, f"() => ({LIVE})() === 0")
    same((ada, bob), 1)

    places = [*wave((300, 520))]
    pen("mousePressed", places[0], 0.2)
    touch("touchStart", (600, 600))
    for number, place in enumerate(places):
        pen("mouseMoved", place, 0.2 + 0.6 * number / len(places))
    pen("mouseReleased", places[-1], 0)
    touch("touchEnd")
    strokes = same((ada, bob), 2)
    assert sorted(d.endswith("Z") for d in strokes) == [False, True], "one has pressure: an outline"


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """The way of one window to the server."""
    with Proxy(server.port) as proxy:
        yield proxy


@pytest.mark.rule("INK2", "INK5")
def test_a_stroke_is_the_same_after_a_cut_a_reload_and_a_restart(
    open_window: Open, tmp_path: Path
) -> None:
    with running(tmp_path) as first, Proxy(first.port) as proxy:
        ada = open_window("red", query="name=Ada", at=proxy)
        bob = open_window("green", query="name=Bob", at=first)
        desk = Desk(ada, bob)
        mode(ada, "pen")
        draw(desk, wave((300, 260)), lift=False)
        until(bob.page, f"() => ({LIVE})() === 1")
        proxy.refuse()
        proxy.cut()
        ada.wait_connection("resuming")
        draw(desk, wave((500, 300)))
        proxy.accept()
        ada.page.evaluate("() => { dispatchEvent(new Event('online')); }")
        ada.wait_connection("open")
        strokes = same((ada, bob), 1)
        until(bob.page, f"() => ({LIVE})() === 0")
        bob.page.reload()
        bob.wait_connection("open")
        assert same((bob,), 1) == strokes
        first.process.kill()
        first.process.wait(10)
    with running(tmp_path, "--port", str(first.port)):
        bob.wait_connection("open")
        bob.page.reload()
        bob.wait_connection("open")
        assert same((bob,), 1) == strokes
    excuse_sockets(ada, bob)


@pytest.mark.rule("INK3", "INK9")
def test_ink_on_a_live_picture_goes_where_the_tile_is_moved(
    open_window: Open, server: Server
) -> None:
    ada, bob = pair(open_window)
    desk, other = Desk(ada, bob), Desk(bob, ada)
    connect(ada, bob)
    ada.shows(bob)
    bob.shows(ada)
    tile = bob.tile(bob).get_attribute("data-element-id")
    assert tile
    x, y = desk.middle(tile)
    mode(ada, "pen")
    draw(desk, ((x - 30 + 3 * step, y - 20 + 10 * math.sin(step / 3)) for step in range(20)))
    (d,) = same((ada, bob), 1)
    session = ada.page.evaluate("location.pathname.split('/').at(-1)")
    _, _, body = exchange(f"{server.url}/api/scene/{session}")
    elements = json.loads(body)["scene"]["elements"]
    (ink,) = [element for element in elements if element["kind"]["type"] == "Ink"]
    assert ink["parent"] == tile
    expect(desk.node(ink["id"])).to_have_attribute("aria-label", re.compile("pen, on: .*Bob"))
    before, stood = desk.place(ink["id"]), desk.place(tile)

    left, top = other.middle(tile)
    other.drag((left, top + 50), (-40, 60), hold="Control")
    until(
        ada.page,
        f"([id, x]) => ({PLACE})(id)[0] !== x",
        arg=[ink["id"], before[0]],
    )
    desk.agree()
    now, stands = desk.place(ink["id"]), desk.place(tile)
    for axis in (0, 1):
        assert now[axis] - before[axis] == pytest.approx(stands[axis] - stood[axis], abs=0.2)
    assert same((ada, bob), 1) == [d]
    ada.picture("ink-on-tile")
