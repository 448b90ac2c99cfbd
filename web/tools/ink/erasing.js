/** Erasing a part of a stroke: what was under the eraser goes, what is left goes on as strokes of its own. Pure. */

import { along, controlsOf, lengthOf } from "../../kinds/ink/spline.js";
import { thinned } from "./thinning.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {InkPoint} from "../../kinds/ink/spline.js" */

/** @typedef {readonly [from: number, to: number]} Range of a stroke: which point, and how far on to the next one */
/** @typedef {{from: Point, to: Point, radius: number}} Strip what an eraser has passed over */

const FEWEST_PARTS = 12;
const MOST_PARTS = 256;
const HALVINGS = 14;
/** Places of what is left: so far from each other, about, and so many of a segment. */
const APART = 5;
const FEWEST_EXTRA = 4;
const MOST_EXTRA = 128;
/** As far as the line of what is left may leave the line that was there. */
const BOUND = 0.2;

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {Strip} strip in the units of the points
 * @returns {Range[]} what of the stroke is under the eraser
 */
export function under(points, strip) {
  const isIn = (/** @type {number} */ at) => isUnder(placeAt(points, at), strip);
  const last = points.length - 1;
  if (last === 0) return isIn(0) ? [[0, 0]] : [];
  /** @type {Range[]} */
  const ranges = [];
  let [start, before] = [isIn(0) ? 0 : NaN, 0];
  for (const at of steps(points, strip.radius / 2)) {
    const inside = isIn(at);
    if (inside && Number.isNaN(start)) start = edge(isIn, before, at);
    if (!inside && !Number.isNaN(start)) {
      ranges.push([start, edge(isIn, at, before)]);
      start = NaN;
    }
    before = at;
  }
  if (!Number.isNaN(start)) ranges.push([start, last]);
  return ranges;
}

/**
 * @param {readonly Range[]} some
 * @returns {Range[]} in order, and none of them touches another
 */
export function merged(some) {
  /** @type {[number, number][]} */
  const whole = [];
  for (const [from, to] of [...some].sort(([a], [b]) => a - b)) {
    const last = whole.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else whole.push([from, to]);
  }
  return whole;
}

/**
 * @param {readonly InkPoint[]} points distinct
 * @param {readonly Range[]} erased as `merged` has them
 * @returns {InkPoint[][]} many places of each stroke that is left
 */
export function left(points, erased) {
  const last = points.length - 1;
  /** @type {InkPoint[][]} */
  const pieces = [];
  let from = 0;
  for (const [start, end] of [...erased, /** @type {const} */ ([last + 1, last + 1])]) {
    const to = Math.min(start, last);
    if (to > from || (last === 0 && erased.length === 0)) pieces.push(piece(points, from, to));
    from = end;
  }
  return pieces;
}

/**
 * @param {readonly InkPoint[]} places as `left` has them
 * @returns {InkPoint[]} points of a stroke that runs there
 */
export function asStroke(places) {
  return thinned(places, BOUND);
}

/**
 * A segment follows the points around it, which are others now: many of its places keep the line where it was.
 *
 * @param {readonly InkPoint[]} points
 * @param {number} from
 * @param {number} to
 * @returns {InkPoint[]}
 */
function piece(points, from, to) {
  const [first, end] = [Math.floor(from), Math.ceil(to)];
  const places = new Set([from, to]);
  for (let at = first; at <= end; at++) if (at > from && at < to) places.add(at);
  for (let segment = first; segment < end; segment++) {
    for (const at of extras(points, Math.max(from, segment), Math.min(to, segment + 1))) places.add(at);
  }
  return [...places].sort((a, b) => a - b).map((at) => placeAt(points, at));
}

/**
 * @param {readonly InkPoint[]} points
 * @param {number} from
 * @param {number} to of the same segment
 * @returns {number[]} places between
 */
function extras(points, from, to) {
  const [[x1, y1], [x2, y2]] = [placeAt(points, from), placeAt(points, to)];
  const parts = Math.min(MOST_EXTRA, Math.max(FEWEST_EXTRA, Math.ceil(lengthOf(x2 - x1, y2 - y1) / APART)));
  return Array.from({ length: parts - 1 }, (_, part) => from + ((to - from) * (part + 1)) / parts);
}

/**
 * @param {readonly InkPoint[]} points
 * @param {number} at
 * @returns {InkPoint}
 */
function placeAt(points, at) {
  const index = Math.min(Math.floor(at), Math.max(0, points.length - 2));
  const point = /** @type {InkPoint} */ (points[index]);
  if (points.length < 2) return point;
  const [x, y, pressure] = along(points, index, controlsOf(points, index), at - index);
  return point.length > 2 ? [x, y, pressure] : [x, y];
}

/**
 * @param {readonly InkPoint[]} points
 * @param {number} apart at most, about, in the units of the points
 * @returns {Generator<number>}
 */
function* steps(points, apart) {
  for (let at = 0; at < points.length - 1; at++) {
    const [one, other] = [/** @type {InkPoint} */ (points[at]), /** @type {InkPoint} */ (points[at + 1])];
    const parts = Math.min(MOST_PARTS, Math.max(FEWEST_PARTS, Math.ceil(lengthOf(other[0] - one[0], other[1] - one[1]) / apart)));
    for (let part = 1; part <= parts; part++) yield at + part / parts;
  }
}

/**
 * @param {(at: number) => boolean} isIn
 * @param {number} outside
 * @param {number} inside
 * @returns {number} where the eraser's edge is; it is outside
 */
function edge(isIn, outside, inside) {
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (outside + inside) / 2;
    if (isIn(middle)) inside = middle;
    else outside = middle;
  }
  return outside;
}

/**
 * @param {InkPoint} place
 * @param {Strip} strip
 */
function isUnder([x, y], { from, to, radius }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const t = Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1)));
  return lengthOf(x - from.x - t * dx, y - from.y - t * dy) <= radius;
}
