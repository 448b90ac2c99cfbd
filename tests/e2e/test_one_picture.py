"""The page, the PNG and the SVG of a canvas show one picture."""

import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from support.browsers import compared, looks
from support.browsers.conditions import until
from support.browsers.window import OUTPUT
from support.servers.server import Server, post

Row = tuple[str, Image.Image, Image.Image, Image.Image]
FAR = 4.0
"""Units by which the boxes of ink may differ."""
UNLIKE = 0.05
"""Root of the mean square of differences, of 1, once both are blurred."""


def drawn_by_both(
    server: Server, browser: Browser, session: str, samples: list[dict[str, Any]]
) -> tuple[Page, list[Row], float, bytes]:
    """Return the page, what each of the three shows of each sample, the scale, and the drawing."""
    status, *answer = post(server, {"session_id": session, "add": compared.placed(samples)})
    assert status == 200, answer
    OUTPUT.mkdir(exist_ok=True)
    page = browser.new_context(viewport={"width": 1520, "height": 1000}).new_page()
    page.goto(f"{server.url}/s/{session}?name=Ada&auto=1")
    page.locator(".toolbar").wait_for(state="attached")  # all is there, the tools too
    until(page, "() => document.fonts.status === 'loaded' && document.fonts.size > 0")
    until(
        page,
        "count => document.querySelectorAll('[data-element-id] > *').length >= count",
        arg=len(samples),
    )
    page.locator("body").evaluate(
        "() => { for (const one of document.querySelectorAll('.ground, .dock, .notices, .zoom')) one.style.visibility = 'hidden'; }"
    )
    x, y, scale = compared.camera_of(page)
    shown = compared.opened(page.screenshot())
    svg = server.get(f"/api/scene/{session}/export.svg")[1]
    left, top, width, height = map(float, re.search(rb'viewBox="([^"]+)"', svg)[1].split())  # type: ignore[index]
    png = compared.opened(
        server.get(f"/api/scene/{session}/export.png?width={round(width * scale)}")[1]
    )
    opened = browser.new_page(viewport={"width": 1520, "height": 1000})
    opened.goto(f"{server.url}/api/scene/{session}/export.svg")
    opened.evaluate(
        """([width, height]) => { document.documentElement.setAttribute("width", width);
                                 document.documentElement.setAttribute("height", height); }""",
        [width * scale, height * scale],
    )
    until(opened, "() => document.fonts.status === 'loaded'")
    drawing = compared.opened(opened.screenshot())
    opened.close()
    rows = [
        (
            sample["name"],
            compared.cell(shown, n, scale, -x / scale, -y / scale),
            compared.cell(png, n, scale, left, top),
            compared.cell(drawing, n, scale, left, top),
        )
        for n, sample in enumerate(samples)
    ]
    return page, rows, scale, svg


@pytest.mark.report(
    "picture",
    "Japanese, Chinese and Korean are boxes in the exported picture.",
    "texts in these scripts, with the fonts of the image of deploy/",
    "They are drawn, and break where the page breaks them.",
)
@pytest.mark.report(
    "picture",
    "Persian and Arabic text is out of line in the exported SVG, and what is aligned at the right is not.",
    "Arabic and Persian texts, with brackets and digits, at the left and at the right",
    "Letters join and stand as on the page.",
)
@pytest.mark.report(
    "picture",
    "Fonts of an exported SVG are lost where it is opened.",
    "an SVG of every script, opened in a browser without these web fonts",
    "The letters are in the file.",
)
@pytest.mark.report(
    "picture",
    "Emoji of several parts, and flags, are boxes once other letters stand beside them.",
    "families, flags, keycaps and skin tones in a line of words",
    "They are drawn in colour.",
)
@pytest.mark.report(
    "picture",
    "Thai is broken in the middle of words, or its marks move, in an export.",
    "a Thai sentence without spaces",
    "It breaks between words, as on the page.",
)
@pytest.mark.report(
    "picture",
    "Text wraps differently in the export than on the canvas.",
    "long words, addresses, soft hyphens, no-break spaces, tabulators, many spaces, empty lines",
    "The same words are in the same lines.",
)
@pytest.mark.report(
    "picture",
    "Chinese and Japanese lines break elsewhere in the export, wherever two marks follow each other.",
    "`、「` `」。` `。《` in texts",
    "The same words are in the same lines: no mark is drawn narrower than it is.",
)
@pytest.mark.report(
    "picture",
    "Vowels of Sinhala are missing or at the wrong letter in an exported SVG.",
    "ලංකාවේ, whose last vowel is drawn as two signs",
    "Both signs are in the font of the file.",
)
@pytest.mark.report(
    "picture",
    "Letters of Urdu stand apart in the exported picture.",
    "یہ and ہے, of which the first font has only some letters",
    "A word is written in one font that has all of it, and so its letters join.",
)
@pytest.mark.report(
    "picture",
    "Lines of other systems run together or stand twice.",
    "line ends of Windows, of old Macs, and U+2028",
    "Each is one line end, on the page and in the export.",
)
@pytest.mark.parametrize("part", [0, 1])
def test_texts(server: Server, browsers: dict[str, Browser], part: int) -> None:
    samples = compared.TEXTS[part * compared.MOST : (part + 1) * compared.MOST]
    page, rows, scale, svg = drawn_by_both(server, browsers["red"], f"texts-{part}", samples)
    of_page = compared.page_lines(page, len(samples))
    page.context.close()
    compared.sheet(rows).save(OUTPUT / f"one-picture-texts-{part}.png")
    complaints = complaints_about(rows, scale)
    for n, (lines, drawn) in enumerate(zip(of_page, compared.drawing_lines(svg), strict=True)):
        name = rows[n][0]
        lines = [line for line in lines if line]
        drawn = [line for line in drawn if line]
        if lines != drawn:
            complaints.append(f"{name}: {lines} on the page, {drawn} in the drawing")
    assert complaints == []


@pytest.mark.report(
    "picture",
    "Newer colours are black in the export.",
    "oklch(), lab(), color(display-p3 …), hwb(), colours with an alpha, and what is no colour",
    "Page, PNG and SVG show the same colour.",
)
@pytest.mark.report(
    "picture",
    "Turned elements lie beside their place in the export.",
    "pictures and texts turned by 15, 20, 90, 180, 200 and -45 degrees",
    "They lie where they do on the page.",
)
@pytest.mark.parametrize("part", [0, 1])
def test_looks(server: Server, browsers: dict[str, Browser], part: int) -> None:
    samples = (looks.samples, looks.colored)[part]()
    page, rows, scale, _ = drawn_by_both(server, browsers["red"], f"looks-{part}", samples)
    page.context.close()
    compared.sheet(rows).save(OUTPUT / f"one-picture-looks-{part}.png")
    assert complaints_about(rows, scale) == []


def complaints_about(rows: list[Row], scale: float) -> list[str]:
    """Say where the pictures of samples differ, in their boxes of ink or all over."""
    found: list[str] = []
    for name, shown, *drawn in rows:
        for form, other in zip(("PNG", "SVG"), drawn, strict=True):
            one, two = compared.ink(shown), compared.ink(other)
            away = (
                max(abs(a - b) / scale for a, b in zip(one, two, strict=True)) if one and two else 0
            )
            diff = compared.difference(shown, other)
            print(f"{name:32} {form} {away:5.1f} {diff:.4f}")
            if (one is None) != (two is None) or away > FAR or diff > UNLIKE:
                found.append(f"{name}: the {form} is {away:.1f} units off, and {diff:.3f} unlike")
    return found
