"""Routes of level and upright parts around two elements.

The shortest with few corners, over the lines that their edges, their middles and the middle between
them give (Dijkstra). The page has the same (web/kinds/arrow/rightangles.js). Pure.
"""

import heapq
import math
from collections.abc import Iterator, Sequence

from msgspec import Struct

from canvas_server.export.outlines import Point
from canvas_server.export.polygons import Extents, Polygon, bounds_of, leaving

_MARGIN = 24.0
_LEAST_MARGIN = 1.0
_CORNER = 60.0
"""What a corner is worth, in scene units of way."""
_ASIDE = 1.05
"""Along the edge of an element rather than in the middle between two."""
_SIDES = ((1, 0), (0, 1), (-1, 0), (0, -1))


class Aim(Struct, frozen=True):
    """What an arrow is aimed at: the middle of an element and its outline, or a place."""

    point: Point
    polygon: Polygon | None = None
    element: str | None = None


class _Exit(Struct, frozen=True):
    """Where a route leaves an element, and where it may turn then."""

    port: Point
    stub: Point
    side: int
    """-1: of a place itself, which has none."""

    @property
    def way(self) -> float:
        return abs(self.stub[0] - self.port[0]) + abs(self.stub[1] - self.port[1])


class _Wall(Struct, frozen=True):
    left: float
    top: float
    right: float
    bottom: float

    def is_in_the_way(self, x: float, y: float, next_x: float, next_y: float) -> bool:
        """Tell whether a level or upright line goes through it."""
        return (
            min(x, next_x) < self.right
            and max(x, next_x) > self.left
            and min(y, next_y) < self.bottom
            and max(y, next_y) > self.top
        )


class _GridLine(Struct, frozen=True):
    at: float
    factor: float
    """What a way along it costs."""


def right_angled(start: Aim, end: Aim) -> list[Point] | None:
    """Return the corners of a route, its ends among them; None: there is no room for it."""
    one, other = _box_of(start), _box_of(end)
    apart = max(
        other.x - one.x - one.width,
        one.x - other.x - other.width,
        other.y - one.y - one.height,
        one.y - other.y - other.height,
    )
    margin = math.floor(min(_MARGIN, apart / 2) * 100) / 100
    if margin < _LEAST_MARGIN:
        return None
    around = (_grown(one, margin), _grown(other, margin))
    aims = (start, end)
    walls = [wall for aim, wall in zip(aims, around, strict=True) if aim.polygon is not None]
    exits = [_exits_of(aim, wall) for aim, wall in zip(aims, around, strict=True)]
    stubs = [each.stub for some in exits for each in some]
    xs = _lines_of(
        [x for x, _ in stubs],
        [x for wall in walls for x in (wall.left, wall.right)],
        _between(one.x, one.width, other.x, other.width),
    )
    ys = _lines_of(
        [y for _, y in stubs],
        [y for wall in walls for y in (wall.top, wall.bottom)],
        _between(one.y, one.height, other.y, other.height),
    )
    return _Grid(xs, ys, walls).shortest(*exits)


def _exits_of(aim: Aim, wall: _Wall) -> list[_Exit]:
    if aim.polygon is None:
        return [_Exit(aim.point, (_hundredth(aim.point[0]), _hundredth(aim.point[1])), -1)]
    found: list[_Exit] = []
    for side, (dx, dy) in enumerate(_SIDES):
        port = leaving(aim.point, (dx, dy), aim.polygon)
        x = _hundredth(port[0]) if dx == 0 else wall.right if dx > 0 else wall.left
        y = _hundredth(port[1]) if dy == 0 else wall.bottom if dy > 0 else wall.top
        found.append(_Exit(port, (x, y), side))
    return found


def _lines_of(own: list[float], edges: list[float], middles: list[float]) -> list[_GridLine]:
    cheap = {*own, *middles} - {*edges}
    return [_GridLine(at, 1 if at in cheap else _ASIDE) for at in sorted({*own, *middles, *edges})]


def _between(start: float, length: float, other: float, other_length: float) -> list[float]:
    """Return the middle of the room between two, if there is any."""
    low, high = (start + length, other) if start < other else (other + other_length, start)
    return [_hundredth((low + high) / 2)] if low < high else []


class _Grid:
    """Crossings of lines; a state is one of them and the direction in which it was come to."""

    def __init__(
        self, xs: Sequence[_GridLine], ys: Sequence[_GridLine], walls: Sequence[_Wall]
    ) -> None:
        self._xs, self._ys, self._walls = xs, ys, walls
        self._columns = {line.at: place for place, line in enumerate(xs)}
        self._rows = {line.at: place for place, line in enumerate(ys)}

    def shortest(self, starts: list[_Exit], ends: list[_Exit]) -> list[Point] | None:
        """Return the cheapest way from one exit to another (Dijkstra)."""
        costs: dict[int, float] = {}
        before: dict[int, int] = {}
        for each in starts:
            for direction in _directions(each.side):
                costs[self._state(each.stub, direction)] = each.way
        goals: dict[int, float] = {}
        for each in ends:
            for direction in _directions(each.side, turned=2):
                goals[self._state(each.stub, direction)] = each.way
        waiting = [(cost, state) for state, cost in costs.items()]
        heapq.heapify(waiting)
        best, last = math.inf, -1
        done: set[int] = set()
        while waiting:
            cost, state = heapq.heappop(waiting)
            if state in done or cost >= best:
                continue
            done.add(state)
            if state in goals and cost + goals[state] < best:
                best, last = cost + goals[state], state
            for following, further in self._next(state):
                total = cost + further
                if total < costs.get(following, math.inf):
                    costs[following], before[following] = total, state
                    heapq.heappush(waiting, (total, following))
        return None if last < 0 else self._way(last, before, starts, ends)

    def _next(self, state: int) -> Iterator[tuple[int, float]]:
        side = state % 4
        column, row = state // 4 % len(self._xs), state // 4 // len(self._xs)
        x, y = self._xs[column], self._ys[row]
        for turn, (dx, dy) in enumerate(_SIDES):
            next_column, next_row = column + dx, row + dy
            if turn == (side + 2) % 4 or not (
                0 <= next_column < len(self._xs) and 0 <= next_row < len(self._ys)
            ):
                continue
            next_x, next_y = self._xs[next_column], self._ys[next_row]
            if any(wall.is_in_the_way(x.at, y.at, next_x.at, next_y.at) for wall in self._walls):
                continue
            way = abs(next_x.at - x.at) * y.factor + abs(next_y.at - y.at) * x.factor
            corner = 0 if turn == side else _CORNER
            yield (next_row * len(self._xs) + next_column) * 4 + turn, way + corner

    def _way(
        self, last: int, before: dict[int, int], starts: list[_Exit], ends: list[_Exit]
    ) -> list[Point]:
        states = [last]
        while states[-1] in before:
            states.append(before[states[-1]])
        states.reverse()
        first = states[0]
        start = next(
            each
            for each in starts
            if first in (self._state(each.stub, one) for one in _directions(each.side))
        )
        end = next(
            each
            for each in ends
            if last in (self._state(each.stub, one) for one in _directions(each.side, turned=2))
        )
        return _without_straights([start.port, *map(self._point, states), end.port])

    def _state(self, point: Point, direction: int) -> int:
        return (self._rows[point[1]] * len(self._xs) + self._columns[point[0]]) * 4 + direction

    def _point(self, state: int) -> Point:
        return self._xs[state // 4 % len(self._xs)].at, self._ys[state // 4 // len(self._xs)].at


def _directions(side: int, *, turned: int = 0) -> Sequence[int]:
    return range(4) if side < 0 else ((side + turned) % 4,)


def _without_straights(points: list[Point]) -> list[Point]:
    """Return the points where a way turns, and its ends."""
    kept: list[Point] = []
    for point in points:
        if kept and _near(kept[-1][0], point[0]) and _near(kept[-1][1], point[1]):
            continue
        if len(kept) > 1:
            one, two = kept[-2:]
            upright = _near(one[0], two[0]) and _near(two[0], point[0])
            if upright or (_near(one[1], two[1]) and _near(two[1], point[1])):
                kept.pop()
        kept.append(point)
    return kept


def _near(one: float, other: float) -> bool:
    return abs(one - other) < 0.02


def _box_of(aim: Aim) -> Extents:
    box = Extents(*aim.point, 0, 0) if aim.polygon is None else bounds_of(aim.polygon)
    left, top = _hundredth(box.x), _hundredth(box.y)
    right, bottom = _hundredth(box.x + box.width), _hundredth(box.y + box.height)
    return Extents(left, top, right - left, bottom - top)


def _grown(box: Extents, by: float) -> _Wall:
    return _Wall(
        _hundredth(box.x - by),
        _hundredth(box.y - by),
        _hundredth(box.x + box.width + by),
        _hundredth(box.y + box.height + by),
    )


def _hundredth(value: float) -> float:
    """Round as both sides do, whatever the last digits of a sine are."""
    return math.floor(value * 100 + 0.5) / 100
