/**
 * Thinning: what a pointer was seen to do, in as few points as draw the same line. The line is the spline through the
 * points that are kept (kinds/ink/spline.js); no place the pointer was at lies farther from it than a bound. Pure.
 */

import { along, controlsOf, distinct } from "../../kinds/ink/spline.js";

/** @import {InkPoint} from "../../kinds/ink/spline.js" */

/** Of a pressure, 0 to 1. */
const PRESSURE_BOUND = 0.08;
/** A pointer that is seen at whole pixels trembles by no more, in pixels. */
const TREMBLE = 0.5;
/** Parts of a segment in which the nearest place on it is looked for. */
const PARTS = 12;
/** One of so many points is kept at first, so that no segment has many to look at. */
const FIRST = 12;

/**
 * @param {readonly InkPoint[]} seen
 * @param {number} pixel in the units of the points
 * @returns {InkPoint[]} without the trembling of a pointer that is seen at whole pixels; corners stay
 */
export function steadied(seen, pixel) {
  const most = TREMBLE * pixel;
  return seen.map((point, at) => {
    const [before, after] = [seen[at - 1], seen[at + 1]];
    if (!before || !after) return point;
    const dx = (before[0] + after[0] - 2 * point[0]) / 4;
    const dy = (before[1] + after[1] - 2 * point[1]) / 4;
    const shift = Math.hypot(dx, dy);
    const part = shift > most ? most / shift : 1;
    return moved(point, point[0] + dx * part, point[1] + dy * part);
  });
}

/**
 * @param {InkPoint} point
 * @param {number} x
 * @param {number} y
 * @returns {InkPoint} with the same pressure
 */
export function moved(point, x, y) {
  return point.length > 2 ? [x, y, point[2]] : [x, y];
}

/**
 * @param {readonly InkPoint[]} seen
 * @param {number} bound how far from the drawn line the pointer may have been, in the units of the points
 * @returns {InkPoint[]} some of them, the first and the last among them
 */
export function thinned(seen, bound) {
  const all = distinct(seen);
  if (all.length < 3) return all;
  let kept = [...all.keys()].filter((at) => at % FIRST === 0 || at === all.length - 1);
  for (;;) {
    const points = kept.map((at) => /** @type {InkPoint} */ (all[at]));
    const added = kept.slice(1).map((end, at) => worst(all, points, at, kept[at] ?? 0, end, bound));
    if (added.every((one) => one === null)) return spared(all, kept, bound).map((at) => /** @type {InkPoint} */ (all[at]));
    kept = kept.flatMap((one, at) => {
      const between = added[at - 1];
      return at > 0 && typeof between === "number" ? [between, one] : [one];
    });
  }
}

/**
 * @param {readonly InkPoint[]} all
 * @param {readonly number[]} kept places in `all`
 * @param {number} bound
 * @returns {number[]} without those that were needed only until others came
 */
function spared(all, kept, bound) {
  const left = [...kept];
  for (let at = 1; at < left.length - 1;) {
    const without = left.toSpliced(at, 1);
    if (isNear(all, without, at, bound)) left.splice(at, 1);
    else at++;
  }
  return left;
}

/**
 * @param {readonly InkPoint[]} all
 * @param {readonly number[]} kept places in `all`
 * @param {number} at where one is left out
 * @param {number} bound
 * @returns {boolean} the line passes by all points around
 */
function isNear(all, kept, at, bound) {
  const first = Math.max(0, at - 3); // what lies further off does not feel it
  const around = kept.slice(first, at + 4);
  const points = around.map((one) => /** @type {InkPoint} */ (all[one]));
  for (let segment = Math.max(0, at - first - 2); segment < Math.min(points.length - 1, at - first + 1); segment++) {
    if (worst(all, points, segment, around[segment] ?? 0, around[segment + 1] ?? 0, bound) !== null) return false;
  }
  return true;
}

/**
 * @param {readonly InkPoint[]} all
 * @param {readonly InkPoint[]} points that are kept
 * @param {number} segment of the kept points
 * @param {number} from the place in `all` where it begins
 * @param {number} to
 * @param {number} bound
 * @returns {number | null} the place of the point between that is worst off; `null`: all are near enough
 */
function worst(all, points, segment, from, to, bound) {
  if (to - from < 2) return null;
  const controls = controlsOf(points, segment);
  const line = new Float64Array(3 * (PARTS + 1));
  for (let part = 0; part <= PARTS; part++) line.set(along(points, segment, controls, part / PARTS), 3 * part);
  let [found, most] = [/** @type {number | null} */ (null), 1];
  for (let at = from + 1; at < to; at++) {
    const [x, y, pressure] = /** @type {InkPoint} */ (all[at]);
    const near = nearest(line, x, y);
    const off = Math.sqrt(near.squared) / bound;
    const pressed = pressure === undefined ? 0 : Math.abs(near.pressure - pressure) / PRESSURE_BOUND;
    if (Math.max(off, pressed) <= most) continue;
    most = Math.max(off, pressed);
    found = at;
  }
  return found;
}

/**
 * @param {Float64Array} line x, y and pressure of each place
 * @param {number} x
 * @param {number} y
 * @returns {{squared: number, pressure: number}} of the place on the line that is nearest: its distance, squared
 */
function nearest(line, x, y) {
  let [best, pressure] = [Infinity, 0.5];
  for (let at = 3; at < line.length; at += 3) {
    const x1 = line[at - 3] ?? 0;
    const y1 = line[at - 2] ?? 0;
    const dx = (line[at] ?? 0) - x1;
    const dy = (line[at + 1] ?? 0) - y1;
    const t = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
    const [offX, offY] = [x - x1 - t * dx, y - y1 - t * dy];
    const squared = offX * offX + offY * offY;
    if (squared >= best) continue;
    best = squared;
    pressure = (line[at - 1] ?? 0) * (1 - t) + (line[at + 2] ?? 0) * t;
  }
  return { squared: best, pressure };
}
