/** A stroke that is finished as an element: its points thinned and rounded, from the corner of their box. Pure. */

import { rounded } from "../../canvas/geometry.js";
import { distinct } from "../../kinds/ink/spline.js";
import { steadied, thinned } from "./thinning.js";

/** @import {InkPoint} from "../../kinds/ink/spline.js" */

/** How far from what is drawn the pointer may have been, in pixels: less than can be seen. */
const BOUND_PX = 0.4;
/** A device that always says the same has no pressure (Pointer Events, section 4.1.3). */
const NO_PRESSURE = 0.5;

/**
 * @param {number} scale pixels for a scene unit
 * @returns {number} in scene units
 */
export function boundAt(scale) {
  return Math.max(0.1, BOUND_PX / scale);
}

/**
 * @param {readonly InkPoint[]} seen
 * @param {number} scale pixels for a scene unit
 * @returns {InkPoint[]} in scene units, to a tenth
 */
export function finishedPoints(seen, scale) {
  const isPressed = seen.some((point) => point.length > 2 && point[2] !== NO_PRESSURE);
  const steady = steadied(seen, 1 / scale).map(([x, y, pressure = 0]) =>
    /** @type {InkPoint} */ (isPressed ? [rounded(x), rounded(y), hundredths(pressure)] : [rounded(x), rounded(y)]));
  return thinned(steady, boundAt(scale));
}

/**
 * @param {readonly InkPoint[]} points in scene units
 * @returns {{points: number[][], place: {x: number, y: number, width: number, height: number}}}
 */
export function boxed(points) {
  const all = distinct(points);
  const x = rounded(Math.min(...all.map((point) => point[0])));
  const y = rounded(Math.min(...all.map((point) => point[1])));
  const inside = all.map(([left, top, pressure]) => {
    const place = [rounded(left - x), rounded(top - y)];
    return pressure === undefined ? place : [...place, hundredths(pressure)];
  });
  const width = Math.max(...inside.map(([left = 0]) => left));
  const height = Math.max(...inside.map(([, top = 0]) => top));
  return { points: inside, place: { x, y, width, height } };
}

/** @param {number} pressure */
function hundredths(pressure) {
  return Math.round(Math.min(1, Math.max(0, pressure)) * 100) / 100;
}
