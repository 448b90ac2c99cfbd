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
const PARTS = 16;

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
  let kept = [0, all.length - 1];
  for (;;) {
    const points = kept.map((at) => /** @type {InkPoint} */ (all[at]));
    const added = kept.slice(1).map((end, at) => worst(all, points, at, kept[at] ?? 0, end, bound));
    if (added.every((one) => one === null)) return points;
    kept = kept.flatMap((one, at) => {
      const between = added[at - 1];
      return at > 0 && typeof between === "number" ? [between, one] : [one];
    });
  }
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
  const line = Array.from({ length: PARTS + 1 }, (_, part) => along(points, segment, controls, part / PARTS));
  let [found, most] = [/** @type {number | null} */ (null), 1];
  for (let at = from + 1; at < to; at++) {
    const [x, y, pressure] = /** @type {InkPoint} */ (all[at]);
    const near = nearest(line, x, y);
    const off = near.distance / bound;
    const pressed = pressure === undefined ? 0 : Math.abs(near.pressure - pressure) / PRESSURE_BOUND;
    if (Math.max(off, pressed) <= most) continue;
    most = Math.max(off, pressed);
    found = at;
  }
  return found;
}

/**
 * @param {readonly (readonly [number, number, number])[]} line
 * @param {number} x
 * @param {number} y
 * @returns {{distance: number, pressure: number}} of the place on the line that is nearest
 */
export function nearest(line, x, y) {
  let [best, pressure] = [Infinity, 0.5];
  for (let at = 1; at < line.length; at++) {
    const [x1, y1, p1] = /** @type {[number, number, number]} */ (line[at - 1]);
    const [x2, y2, p2] = /** @type {[number, number, number]} */ (line[at]);
    const [dx, dy] = [x2 - x1, y2 - y1];
    const t = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
    const distance = Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
    if (distance < best) [best, pressure] = [distance, p1 + (p2 - p1) * t];
  }
  return { distance: best, pressure };
}
