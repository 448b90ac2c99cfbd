"""Options of a command that say the bounds of an agent (AGT1)."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec

from canvas_server.protocol.bounds import ALL_SIGHTS, Area, Bounds, Sight

F = TypeVar("F", bound=Callable[..., Any])
UNBOUNDED = Bounds()
_SEES = ", ".join(ALL_SIGHTS)


class AreaType(click.ParamType[Any]):
    """A part of the canvas: X,Y,WIDTH,HEIGHT."""

    name = "X,Y,W,H"

    def convert(self, value: Any, param: Any, ctx: Any) -> Area:
        """Read the text."""
        if isinstance(value, Area):
            return value
        try:
            x, y, width, height = (float(part) for part in str(value).split(","))
            named = {"x": x, "y": y, "width": width, "height": height}
            return msgspec.convert(named, Area)
        except (ValueError, msgspec.ValidationError):
            self.fail(f"{value!r} is no area such as 0,0,1600,900", param, ctx)


_OPTIONS = (
    click.option("--kinds", help="An agent: kinds of elements it may change, with commas."),
    click.option("--area", type=AreaType(), help="An agent: where on the canvas it may change."),
    click.option(
        "--edits-per-minute", type=click.IntRange(1, 100_000), help="An agent: so many, at most."
    ),
    click.option(
        "--max-elements",
        type=click.IntRange(0, 20_000),
        help="An agent: so many of its own on the canvas, at most.",
    ),
    click.option("--propose", is_flag=True, help="An agent: people accept what it would change."),
    click.option("--sees", help=f"An agent: what it is shown, of {_SEES}; with commas, or none."),
)


def with_bounds(command: F) -> F:
    """Give a command these options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def bounds_of_options(
    kinds: str | None,
    area: Area | None,
    edits_per_minute: int | None,
    max_elements: int | None,
    sees: str | None,
    *,
    propose: bool,
) -> Bounds:
    """Return the bounds that options say.

    Raises:
        click.UsageError: there is no such kind of sight.
    """
    names = ALL_SIGHTS if sees is None else tuple(_listed(sees))
    for name in names:
        if name not in ALL_SIGHTS:
            raise click.UsageError(f"--sees: {name} is none of {_SEES}")
    return Bounds(
        None if kinds is None else tuple(_listed(kinds)),
        area,
        edits_per_minute,
        max_elements,
        "propose" if propose else "edit",
        tuple(map(Sight, names)),
    )


def _listed(text: str) -> list[str]:
    """Return what is listed; `none` is nothing."""
    return [part.strip() for part in text.split(",") if part.strip() not in ("", "none")]
