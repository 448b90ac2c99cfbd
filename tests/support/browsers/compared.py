"""One canvas, drawn by the page and by the server: how both can be compared."""

import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from playwright.sync_api import Page

TEXTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "samples" / "texts.json").read_text()
)
COLUMNS, CELL_WIDTH, CELL_HEIGHT, LEFT = 6, 210, 118, 12
MOST = COLUMNS * 6
"""Samples of one canvas: so many are seen at once."""
INVISIBLE = re.compile(
    "[\U000e0000-\U000e0fff\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\\s]"
)

# The words of each line of a text, and the boxes of its ink are found where they are drawn.
LINES = """(p) => {
  const lines = [];
  const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const height = parseFloat(getComputedStyle(p).lineHeight);
  const scale = p.getBoundingClientRect().height / p.offsetHeight || 1;
  const top = p.getBoundingClientRect().top;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    let at = 0;
    for (const { segment } of new Intl.Segmenter("en").segment(node.data)) {
      range.setStart(node, at);
      range.setEnd(node, at + segment.length);
      at += segment.length;
      const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
      if (!rects.length) continue;
      const { top: upper, bottom } = rects.at(-1);  // the first may be a hyphen
      const line = Math.floor(((upper + bottom) / 2 - top) / scale / height);
      lines[line] = (lines[line] ?? "") + segment;
    }
  }
  return Array.from(lines, (line) => line ?? "");
}"""


def placed(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return elements that show samples beside each other."""
    elements: list[dict[str, Any]] = []
    for n, sample in enumerate(samples):
        x, y = n % COLUMNS * CELL_WIDTH + LEFT, n // COLUMNS * CELL_HEIGHT
        kind = sample.get("kind") or {
            "type": "Text",
            "content": sample["content"],
            "font_size": sample.get("size", 16),
            "align": sample.get("align", "left"),
            "color": sample.get("color", "#000000"),
        }
        width = sample.get("width", CELL_WIDTH - 24)
        at = {"x": x, "y": y, "width": width, "height": CELL_HEIGHT - 26}
        at |= sample.get("at", {})
        elements.append({"id": f"s{n}", "kind": kind, "transform": at})
    return elements


def page_lines(page: Page, count: int) -> list[list[str]]:
    """Return the lines of each text as the page breaks them, without what is not seen."""
    found: list[list[str]] = []
    for n in range(count):
        paragraph = page.locator(f'[data-element-id="s{n}"] p')
        found.append([seen(line) for line in paragraph.evaluate(LINES)])
    return found


def drawing_lines(svg: bytes) -> list[list[str]]:
    """Return the lines of each text of a drawing, without what is not seen."""
    root = ElementTree.fromstring(svg)
    found: list[list[str]] = []
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        by_height: dict[str, str] = {}
        for line in text:
            height = line.attrib["y"]
            by_height[height] = by_height.get(height, "") + "".join(line.itertext())
        found.append([seen(line) for line in by_height.values()])
    return found


def seen(line: str) -> str:
    """Return what is seen of a line, but spaces."""
    return INVISIBLE.sub("", line).rstrip("\u2010")


def camera_of(page: Page) -> tuple[float, float, float]:
    """Return where the canvas begins in the window, and how many pixels a unit of it has."""
    left, top, scale = page.evaluate(
        """() => {
          const space = document.querySelector(".space");
          const { left, top } = space.getBoundingClientRect();
          return [left, top, new DOMMatrix(getComputedStyle(space).transform).a];
        }"""
    )
    return left, top, scale


def opened(png: bytes) -> Image.Image:
    """Return a PNG, decoded."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def cell(drawing: Image.Image, n: int, scale: float, left: float, top: float) -> Image.Image:
    """Cut the cell of a sample out of a picture of the canvas, whose view begins at `left`, `top`."""
    x = (n % COLUMNS * CELL_WIDTH + LEFT - 6 - left) * scale
    y = (n // COLUMNS * CELL_HEIGHT - 6 - top) * scale
    box = (x, y, x + (CELL_WIDTH - 8) * scale, y + (CELL_HEIGHT - 6) * scale)
    return drawing.crop(tuple(map(round, box)))  # type: ignore[arg-type]


def ink(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Return the box of what is not the ground."""
    ground = Image.new("RGB", picture.size, picture.getpixel((0, 0)))  # type: ignore[arg-type]
    darker = (
        ImageChops.difference(picture, ground)
        .convert("L")
        .point([255 * (v > 60) for v in range(256)])
    )
    return darker.getbbox()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how much two pictures differ, of 1, once both are blurred a little."""
    other = other.resize(one.size)
    blurred = [picture.filter(ImageFilter.GaussianBlur(3)) for picture in (one, other)]
    histogram = ImageChops.difference(*blurred).convert("L").histogram()
    return sum(v * v * count for v, count in enumerate(histogram)) ** 0.5 / (
        255 * (one.width * one.height) ** 0.5
    )


def sheet(rows: list[tuple[str, Image.Image, Image.Image, Image.Image]]) -> Image.Image:
    """Return a contact sheet: of each sample the page, the PNG and the SVG beside each other."""
    width, height = rows[0][1].size
    across = 2
    whole = Image.new(
        "RGB", (across * (3 * width + 30), -(-len(rows) // across) * (height + 22)), "white"
    )
    pen = ImageDraw.Draw(whole)
    for n, (name, *pictures) in enumerate(rows):
        x, y = n % across * (3 * width + 30), n // across * (height + 22)
        pen.text((x + 4, y + 2), name, fill="black")
        for place, picture in enumerate(pictures):
            whole.paste(picture.resize((width, height)), (x + place * (width + 6), y + 16))
    return whole
