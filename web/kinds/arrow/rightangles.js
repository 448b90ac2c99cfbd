/**
 * Routes of level and upright parts around two elements: the shortest with few corners, over the lines that their edges,
 * their middles and the middle between them give (Dijkstra). The export has the same (export/rightangles.py). Pure.
 */

import { boxOf, leaving } from "./polygons.js";

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {Polygon} from "./polygons.js" */

/** @typedef {{point: Point, polygon: Polygon | null}} Aim the middle of an element and its outline, or a place */
/** What a route does not go through. @typedef {{left: number, top: number, right: number, bottom: number}} Wall */
/** @typedef {{port: Point, stub: Point, side: number}} Exit where a route leaves an element, and where it may turn then */

/** Kept from the elements, where there is room. */
const MARGIN = 24;
const LEAST_MARGIN = 1;
/** What a corner is worth, in scene units of way. */
const CORNER = 60;
/** Along the edge of an element rather than in the middle between two. */
const ASIDE = 1.05;
const SIDES = [{ x: 1, y: 0 }, { x: 0, y: 1 }, { x: -1, y: 0 }, { x: 0, y: -1 }];

/**
 * @param {Aim} start
 * @param {Aim} end
 * @returns {Point[] | null} the corners, its ends among them; `null`: there is no room between them
 */
export function rightAngled(start, end) {
  const boxes = [start, end].map(({ polygon, point }) => roundedBox(polygon ? boxOf(polygon) : { ...point, width: 0, height: 0 }));
  const [one, other] = boxes;
  if (!one || !other) return null;
  const apart = Math.max(other.x - one.x - one.width, one.x - other.x - other.width, other.y - one.y - one.height, one.y - other.y - other.height);
  const margin = Math.floor(Math.min(MARGIN, apart / 2) * 100) / 100;
  if (margin < LEAST_MARGIN) return null;
  const walls = [start, end].flatMap(({ polygon }, place) => (polygon ? [grownBy(boxes[place] ?? one, margin)] : []));
  const exits = [start, end].map((aim, place) => exitsOf(aim, grownBy(boxes[place] ?? one, margin)));
  const [from = [], to = []] = exits;
  const stubs = [...from, ...to].map(({ stub }) => stub);
  const xs = linesOf(stubs.map(({ x }) => x), walls.flatMap(({ left, right }) => [left, right]), between(one.x, one.width, other.x, other.width));
  const ys = linesOf(stubs.map(({ y }) => y), walls.flatMap(({ top, bottom }) => [top, bottom]), between(one.y, one.height, other.y, other.height));
  return shortest(xs, ys, walls, from, to);
}

/**
 * @param {Aim} aim
 * @param {Wall} wall
 * @returns {Exit[]} one for each side; of a place itself one without a side
 */
function exitsOf({ point, polygon }, wall) {
  if (!polygon) {
    const place = { x: hundredth(point.x), y: hundredth(point.y) };
    return [{ port: point, stub: place, side: -1 }];
  }
  return SIDES.map((direction, side) => {
    const port = leaving(point, direction, polygon);
    const stub = {
      x: direction.x === 0 ? hundredth(port.x) : direction.x > 0 ? wall.right : wall.left,
      y: direction.y === 0 ? hundredth(port.y) : direction.y > 0 ? wall.bottom : wall.top,
    };
    return { port, stub, side };
  });
}

/** @typedef {{at: number, factor: number}} GridLine and what a way along it costs */

/**
 * @param {number[]} own of the ends
 * @param {number[]} edges
 * @param {number[]} middles
 * @returns {GridLine[]} in order
 */
function linesOf(own, edges, middles) {
  const cheap = new Set([...own, ...middles]);
  const all = new Set([...cheap, ...edges]);
  return [...all].sort((a, b) => a - b).map((at) => ({ at, factor: cheap.has(at) && !edges.includes(at) ? 1 : ASIDE }));
}

/**
 * @param {number} from
 * @param {number} length
 * @param {number} other
 * @param {number} otherLength
 * @returns {number[]} the middle of the room between two, if there is any
 */
function between(from, length, other, otherLength) {
  const [low, high] = from < other ? [from + length, other] : [other + otherLength, from];
  return low < high ? [hundredth((low + high) / 2)] : [];
}

/**
 * @param {GridLine[]} xs
 * @param {GridLine[]} ys
 * @param {Wall[]} walls
 * @param {Exit[]} from
 * @param {Exit[]} to
 * @returns {Point[] | null}
 */
function shortest(xs, ys, walls, from, to) {
  const columns = xs.length;
  // A state is a crossing of two lines and the direction in which it was come to: 4 states for each crossing.
  const count = columns * ys.length * 4;
  const costs = new Array(count).fill(Infinity);
  const before = new Array(count).fill(-1);
  const done = new Array(count).fill(false);
  const stateAt = (/** @type {Point} */ { x, y }, /** @type {number} */ side) =>
    (ys.findIndex(({ at }) => at === y) * columns + xs.findIndex(({ at }) => at === x)) * 4 + side;
  for (const { port, stub, side } of from) {
    const way = Math.abs(stub.x - port.x) + Math.abs(stub.y - port.y);
    for (const direction of side < 0 ? [0, 1, 2, 3] : [side]) costs[stateAt(stub, direction)] = way;
  }
  /** What is left to do from the crossings where it may end. @type {Map<number, number>} */
  const goals = new Map();
  for (const { port, stub, side } of to) {
    const way = Math.abs(stub.x - port.x) + Math.abs(stub.y - port.y);
    for (const direction of side < 0 ? [0, 1, 2, 3] : [(side + 2) % 4]) goals.set(stateAt(stub, direction), way);
  }
  let best = Infinity;
  let last = -1;
  for (;;) {
    let state = -1;
    for (let one = 0; one < count; one++) {
      if (!done[one] && costs[one] < best && (state < 0 || costs[one] < costs[state])) state = one;
    }
    if (state < 0) break;
    done[state] = true;
    const goal = goals.get(state);
    if (goal !== undefined && costs[state] + goal < best) [best, last] = [costs[state] + goal, state];
    const side = state % 4;
    const [column, row] = [((state - side) / 4) % columns, Math.floor(state / 4 / columns)];
    for (let turn = 0; turn < 4; turn++) {
      const direction = SIDES[turn];
      if (!direction || turn === (side + 2) % 4) continue;
      const [nextColumn, nextRow] = [column + direction.x, row + direction.y];
      const [x, y, nextX, nextY] = [xs[column], ys[row], xs[nextColumn], ys[nextRow]];
      if (!x || !y || !nextX || !nextY || walls.some((wall) => isWithin(x.at, y.at, nextX.at, nextY.at, wall))) continue;
      const way = Math.abs(nextX.at - x.at) * y.factor + Math.abs(nextY.at - y.at) * x.factor;
      const cost = costs[state] + way + (turn === side ? 0 : CORNER);
      const next = (nextRow * columns + nextColumn) * 4 + turn;
      if (cost < costs[next]) [costs[next], before[next]] = [cost, state];
    }
  }
  if (last < 0) return null;
  /** @type {Point[]} */
  const way = [];
  let first = last;
  for (let state = last; state >= 0; state = before[state]) {
    first = state;
    way.unshift({ x: xs[Math.floor(state / 4) % columns]?.at ?? 0, y: ys[Math.floor(state / 4 / columns)]?.at ?? 0 });
  }
  const start = from.find(({ stub, side }) => [side, 0, 1, 2, 3].slice(0, side < 0 ? 5 : 1).some((one) => stateAt(stub, one) === first));
  const end = to.find(({ stub, side }) => (side < 0 ? [0, 1, 2, 3] : [(side + 2) % 4]).some((one) => stateAt(stub, one) === last));
  return withoutStraights([start?.port ?? way[0] ?? { x: 0, y: 0 }, ...way, end?.port ?? way.at(-1) ?? { x: 0, y: 0 }]);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} nextX
 * @param {number} nextY
 * @param {Wall} wall
 * @returns {boolean} a level or upright line goes through it
 */
function isWithin(x, y, nextX, nextY, wall) {
  return Math.min(x, nextX) < wall.right && Math.max(x, nextX) > wall.left && Math.min(y, nextY) < wall.bottom && Math.max(y, nextY) > wall.top;
}

/**
 * @param {Point[]} points
 * @returns {Point[]} those where it turns, and the ends
 */
function withoutStraights(points) {
  /** @type {Point[]} */
  const kept = [];
  for (const point of points) {
    const [one, two] = [kept[kept.length - 2], kept[kept.length - 1]];
    if (two && near(two.x, point.x) && near(two.y, point.y)) continue;
    const straight = one && two && ((near(one.x, two.x) && near(two.x, point.x)) || (near(one.y, two.y) && near(two.y, point.y)));
    if (straight) kept.pop();
    kept.push(point);
  }
  return kept;
}

/** @param {number} one @param {number} other */
function near(one, other) {
  return Math.abs(one - other) < 0.02;
}

/** @param {Box} box @param {number} by @returns {Wall} */
function grownBy({ x, y, width, height }, by) {
  return { left: hundredth(x - by), top: hundredth(y - by), right: hundredth(x + width + by), bottom: hundredth(y + height + by) };
}

/** @param {Box} box @returns {Box} */
function roundedBox({ x, y, width, height }) {
  const [left, top] = [hundredth(x), hundredth(y)];
  return { x: left, y: top, width: hundredth(x + width) - left, height: hundredth(y + height) - top };
}

/** As both sides compute it, whatever the last digits of a sine are. @param {number} value */
function hundredth(value) {
  return Math.floor(value * 100 + 0.5) / 100;
}
