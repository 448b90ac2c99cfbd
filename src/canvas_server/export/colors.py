"""Colours: those of the page in its light theme, and those that people choose."""

import functools
import math
import re
from typing import Any, cast

from msgspec import Struct
from tinycss2.color4 import parse_color  # type: ignore[import-untyped]

PAGE = "#f3f4f7"
SURFACE = "#ffffff"
LINE = "#dfe2e8"
INK = "#1b1e27"
INK_SOFT = "#5c6373"
CARD = "#1c1f27"
SHADOW = "#141828"
SERIES = (
    "#4450c8",
    "#c4620a",
    "#0d8577",
    "#b8357f",
    "#8a7a00",
    "#1779ba",
    "#8e4fc4",
    "#6b7280",
)
# WCAG 2.2, success criterion 1.4.3; large is 24 CSS pixels.
_LEAST_CONTRAST = 4.5
_LEAST_CONTRAST_LARGE = 3
_LARGE = 24


_MIDDLE_LUMINANCE = 0.18
"""Of a ground on which dark words are read as well as light ones."""
_MOSTLY = 0.5


class Paint(Struct, frozen=True):
    """A colour as SVG writes it."""

    color: str
    opacity: float = 1.0


INKED = Paint(INK)


_NO_CHOICE = frozenset(("#000000", "#000", "black"))
"""The colours of authors who chose none: these are the page's own ink."""
_OF_THE_PAGE = frozenset(("currentcolor", "inherit", "unset", "revert", "revert-layer"))
_WIDE_GAMUT = re.compile(r"(lab|lch|oklab|oklch|color)\(")


@functools.lru_cache(maxsize=1024)
def paint_of(color: str) -> Paint | None:
    """Read a CSS colour (level 4); None: it is none, or one that only a browser knows."""
    name = color.strip().lower()
    if name in _NO_CHOICE or name in _OF_THE_PAGE:
        return INKED
    parts = _wide_gamut(name) if _WIDE_GAMUT.match(name) else _usual(name)
    if parts is None:
        return None
    red, green, blue, opacity = (min(1.0, max(0.0, part or 0.0)) for part in parts)
    parts = (round(part * 255) for part in (red, green, blue))
    return Paint("#" + "".join(f"{part:02x}" for part in parts), opacity)


def _usual(color: str) -> tuple[float | None, ...] | None:
    found = cast("Any", parse_color(color))
    return None if found is None else (*found.to("srgb").coordinates, found.alpha)


def _wide_gamut(color: str) -> tuple[float, ...] | None:
    from coloraide import Color  # noqa: PLC0415 - it takes long to load, and hardly anybody needs it

    found = Color.match(color, fullmatch=True)
    if found is None:
        return None
    parts = found.color.convert("srgb")[:4]
    return tuple(0.0 if math.isnan(part) else part for part in parts)


def vanishes(paint: Paint, size: float) -> bool:
    """Tell whether text of a colour cannot be read on the page."""
    least = _LEAST_CONTRAST if size < _LARGE else _LEAST_CONTRAST_LARGE
    dark, light = sorted((_luminance(paint.color), _luminance(PAGE)))
    return (light + 0.05) / (dark + 0.05) < least


def letters_on(ground: Paint) -> Paint:
    """Return what is read on a ground; one that is seen through for the most part is the page."""
    if ground.opacity < _MOSTLY:
        return INKED
    if ground is INKED:
        return Paint(PAGE)
    return INKED if _luminance(ground.color) > _MIDDLE_LUMINANCE else Paint("#ffffff")


def _luminance(color: str) -> float:
    """Return the relative luminance (WCAG 2.2) of `#rrggbb`."""
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
