"""Carrying: the place of what has a parent, after that has been moved, turned or scaled. Pure.

Both the server and the page do so; `tests/samples/carrying.json` says what both have to find (rule
STR2). Positive angles are clockwise, since y grows downwards.
"""

import math
from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Struct

from canvas_server.protocol import client
from canvas_server.protocol.http import ChangedElement, SceneEdit
from canvas_server.protocol.kinds import KIND_TRAITS, ArrowEnd, flat_kind
from canvas_server.protocol.scene import Element, ElementChanges, Transform, TransformChanges

_FINEST = 1000
"""Parts of a scene unit that a carried place is rounded to: two programs find the same."""
_COLLAPSED = 1.0
"""Sides below so many units are none: what was scaled to them could not be scaled back."""
_FARTHEST = 1e7
_LARGEST = 1e6
_TURNS = 360_000
_ENDS = frozenset(end for traits in KIND_TRAITS.values() for end in traits.ends)
_PLACE = ("x", "y", "width", "height", "rotation")


class Motion(Struct, frozen=True):
    """The way of a parent from one transform to another, for what lies on it.

    A point is taken relative to `origin` in axes turned by `angle`, then stretched, shifted and
    brought back relative to `target` in axes turned by `turn` more; all in scene units and degrees.
    """

    origin: tuple[float, float]
    target: tuple[float, float]
    angle: float
    turn: float
    stretch: tuple[float, float] = (1.0, 1.0)
    shift: tuple[float, float] = (0.0, 0.0)

    def of_point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point comes to lie."""
        u, v = _turned(x - self.origin[0], y - self.origin[1], -self.angle)
        u, v = u * self.stretch[0] + self.shift[0], v * self.stretch[1] + self.shift[1]
        dx, dy = _turned(u, v, self.angle + self.turn)
        return self.target[0] + dx, self.target[1] + dy

    def of_transform(self, transform: Transform) -> Transform:
        """Return the transform of an element that is carried, without its rounding."""
        x, y = self.of_point(*_middle(transform))
        width, height = transform.width, transform.height
        if self.stretch != (1.0, 1.0):
            cosine, sine = _direction(transform.rotation - self.angle)
            across, along = self.stretch
            width *= math.hypot(across * cosine, along * sine)
            height *= math.hypot(across * sine, along * cosine)
        rotation = transform.rotation + self.turn
        return Transform(x - width / 2, y - height / 2, width, height, rotation, transform.z_index)


def motion_of(before: Transform, after: Transform, *, scales: bool) -> Motion | None:
    """Return how what lies on an element is carried; None: it stays.

    Where the element does not scale what lies on it, that is moved by as much as both opposite
    edges are: to draw out one edge of a frame moves nothing.
    """
    if all(getattr(before, name) == getattr(after, name) for name in _PLACE):
        return None
    origin, target = _middle(before), _middle(after)
    turn = after.rotation - before.rotation
    if scales:
        stretch = _ratio(before.width, after.width), _ratio(before.height, after.height)
        return Motion(origin, target, before.rotation, turn, stretch)
    u, v = _turned(target[0] - origin[0], target[1] - origin[1], -after.rotation)
    shift = (
        _common(u, (after.width - before.width) / 2),
        _common(v, (after.height - before.height) / 2),
    )
    if shift == (0.0, 0.0) and turn == 0:
        return None
    return Motion(origin, origin, before.rotation, turn, shift=shift)


def carried(element: Element, motion: Motion) -> ElementChanges | None:
    """Return the changes of an element that is carried; None: it stays where it is.

    What has ends is where they are: its transform becomes their box.
    """
    now = element.transform
    ends = {name: _carried_end(getattr(element.kind, name), motion) for name in _ends(element)}
    then = _box(now, ends.values()) if ends else motion.of_transform(now)
    values = {
        "x": _bounded(_rounded(then.x, now.x), _FARTHEST),
        "y": _bounded(_rounded(then.y, now.y), _FARTHEST),
        "width": _bounded(_rounded(then.width, now.width), _LARGEST),
        "height": _bounded(_rounded(then.height, now.height), _LARGEST),
        "rotation": _within_turns(_rounded(then.rotation, now.rotation)),
    }
    moved = {name: value for name, value in values.items() if value != getattr(now, name)}
    patch = {
        name: {"x": x, "y": y}
        for name, (x, y) in ends.items()
        if (x, y) != _place_of(getattr(element.kind, name))
    }
    if not moved and not patch:
        return None
    transform = msgspec.structs.replace(TransformChanges(), **moved) if moved else UNSET
    return ElementChanges(transform=transform, kind=patch or UNSET)


def placed_by(message: client.Edit | SceneEdit) -> frozenset[str]:
    """Return the ids of elements whose place a message of several changes says itself."""
    updates: Iterable[client.UpdateOperation | ChangedElement]
    match message:
        case client.SyncQueue(operations=operations):
            updates = (each for each in operations if isinstance(each, client.UpdateOperation))
        case SceneEdit():
            updates = message.update
        case _:
            return frozenset()
    return frozenset(each.id for each in updates if _places(each.changes))


def _places(changes: ElementChanges) -> bool:
    transform = changes.transform
    if transform is not UNSET and any(getattr(transform, name) is not UNSET for name in _PLACE):
        return True
    return changes.kind is not UNSET and not _ENDS.isdisjoint(flat_kind(changes.kind))


def _ends(element: Element) -> tuple[str, ...]:
    return element.kind.traits.ends


def _place_of(end: ArrowEnd) -> tuple[float, float]:
    return end.x, end.y


def _carried_end(end: ArrowEnd, motion: Motion) -> tuple[float, float]:
    x, y = motion.of_point(end.x, end.y)
    return _bounded(_rounded(x, end.x), _FARTHEST), _bounded(_rounded(y, end.y), _FARTHEST)


def _box(now: Transform, points: Iterable[tuple[float, float]]) -> Transform:
    across, down = zip(*points, strict=True)
    left, top = min(across), min(down)
    size = max(across) - left, max(down) - top
    return Transform(left, top, *size, now.rotation, now.z_index)


def _middle(transform: Transform) -> tuple[float, float]:
    return transform.x + transform.width / 2, transform.y + transform.height / 2


def _ratio(before: float, after: float) -> float:
    """Return how far what lies on a side is stretched: not where it collapses, nor back."""
    return after / before if min(before, after) >= _COLLAPSED else 1.0


def _common(middle: float, grown: float) -> float:
    """Return how far both edges of a side have gone, whose middle went and half of which grew."""
    low, high = middle - grown, middle + grown
    if low * high <= 0:
        return 0.0
    return low if abs(low) < abs(high) else high


def _turned(x: float, y: float, degrees: float) -> tuple[float, float]:
    cosine, sine = _direction(degrees)
    return x * cosine - y * sine, x * sine + y * cosine


_QUARTERS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def _direction(degrees: float) -> tuple[float, float]:
    """Return cosine and sine, exact for quarters of a turn."""
    quarters, rest = divmod(degrees, 90)
    if rest == 0:
        return _QUARTERS[int(quarters) % 4]
    radians = math.radians(math.fmod(degrees, 360))
    return math.cos(radians), math.sin(radians)


def _rounded(value: float, before: float) -> float:
    """Round to a thousandth, unless it is what it was to as much."""
    if abs(value - before) < 0.5 / _FINEST:
        return before
    return math.floor(value * _FINEST + 0.5) / _FINEST


def _bounded(value: float, most: float) -> float:
    return min(max(value, -most), most)


def _within_turns(degrees: float) -> float:
    return degrees if abs(degrees) <= _TURNS else math.fmod(degrees, 360)
