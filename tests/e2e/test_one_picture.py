"""The page, the PNG and the SVG of a canvas show one picture."""

import json
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from support.browsers import compared
from support.browsers.conditions import until
from support.browsers.window import OUTPUT
from support.servers.server import Server, post

FAR = 4.0
"""Units by which the boxes of ink may differ."""


def drawn_by_both(
    server: Server, browser: Browser, session: str, samples: list[dict[str, Any]]
) -> tuple[Page, list[tuple[str, Image.Image, Image.Image, Image.Image]], float, bytes]:
    """Return the page, what each of the three shows of each sample, the scale, and the drawing."""
    status, *answer = post(server, {"session_id": session, "add": compared.placed(samples)})
    assert status == 200, answer
    page = browser.new_context(viewport={"width": 1420, "height": 960}).new_page()
    page.goto(f"{server.url}/s/{session}?name=Ada")
    page.locator('[data-connection="open"]').wait_for(state="attached")
    until(page, "() => document.fonts.status === 'loaded' && document.fonts.size > 0")
    until(page, "count => document.querySelectorAll('[data-element-id] > *').length >= count", arg=len(samples))
    page.locator("body").evaluate(
        "() => { for (const one of document.querySelectorAll('.ground, .callbar, .notices, .zoom, .toolbar')) one.style.display = 'none'; }"
    )
    scale = compared.scale_of(page)
    shots = [compared.shot(page, f"s{n}", scale) for n in range(len(samples))]
    svg = server.get(f"/api/scene/{session}/export.svg")[1]
    left, top, width, _ = map(float, re.search(rb'viewBox="([^"]+)"', svg)[1].split())  # type: ignore[index]
    png = compared.opened(
        server.get(f"/api/scene/{session}/export.png?width={round(width * scale)}")[1]
    )
    opened = browser.new_page(viewport={"width": 1420, "height": 960})
    opened.goto(f"{server.url}/api/scene/{session}/export.svg")
    opened.evaluate(f"() => document.documentElement.setAttribute('width', '{width * scale}')")
    opened.evaluate("() => document.documentElement.removeAttribute('height')")
    drawing = compared.opened(opened.screenshot())
    opened.close()
    rows = [
        (
            sample["name"],
            shots[n],
            compared.cell(png, n, scale, left, top),
            compared.cell(drawing, n, scale, left, top),
        )
        for n, sample in enumerate(samples)
    ]
    return page, rows, scale, svg


@pytest.mark.parametrize("part", [0, 1])
def test_texts(server: Server, browsers: dict[str, Browser], part: int) -> None:
    samples = compared.TEXTS[part * compared.MOST : (part + 1) * compared.MOST]
    page, rows, scale, svg = drawn_by_both(server, browsers["red"], f"texts-{part}", samples)
    of_page = compared.page_lines(page, len(samples))
    page.context.close()
    OUTPUT.mkdir(exist_ok=True)
    compared.sheet(rows).save(OUTPUT / f"one-picture-texts-{part}.png")
    complaints = []
    for n, (lines, drawn) in enumerate(zip(of_page, compared.drawing_lines(svg), strict=True)):
        name, one, other, _ = rows[n]
        lines = [line for line in lines if line]
        drawn = [line for line in drawn if line]
        boxes = compared.ink(one), compared.ink(other)
        away = max(abs(a - b) / scale for a, b in zip(*boxes)) if all(boxes) else 99 * (boxes[0] != boxes[1])
        diff = compared.difference(one, other)
        print(f"{name:32} {away:5.1f} {diff:.4f} {'' if lines == drawn else f'{lines} {drawn}'}")
        if lines != drawn or away > FAR or diff > 0.05:
            complaints.append(name)
    assert complaints == []
