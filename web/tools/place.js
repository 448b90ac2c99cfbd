/** Where something new comes to lie, and above what. */

import { rounded } from "../canvas/geometry.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Point} from "../canvas/geometry.js" */
/** @import {Parts} from "./tools.js" */
/** @import {Transform} from "../types/messages.js" */

/** What is added at a place that is taken is put aside by this. */
const ASIDE = 20;

/**
 * @param {Parts} parts
 * @returns {number} a `z_index` in front of all
 */
export function frontLayer({ draft }) {
  let front = -1;
  for (const { transform } of draft.elements()) front = Math.max(front, transform.z_index ?? 0);
  return front + 1;
}

/**
 * @param {Parts} parts
 * @returns {Point} in the middle of what is seen
 */
export function middleOfSight({ stage }) {
  const { x, y, width, height } = stage.visible();
  return { x: x + width / 2, y: y + height / 2 };
}

/**
 * @param {Parts} parts
 * @param {{width: number, height: number}} size
 * @param {Point} [middle]
 * @returns {Required<Transform>} in front of all, not exactly on another
 */
export function freshPlace(parts, { width, height }, middle = middleOfSight(parts)) {
  const taken = new Set();
  for (const { transform } of parts.draft.elements()) {
    taken.add(`${Math.round(transform.x ?? 0)} ${Math.round(transform.y ?? 0)}`);
  }
  let [x, y] = [middle.x - width / 2, middle.y - height / 2];
  while (taken.has(`${Math.round(x)} ${Math.round(y)}`)) [x, y] = [x + ASIDE, y + ASIDE];
  return wholeTransform({
    x: rounded(x),
    y: rounded(y),
    width: rounded(width),
    height: rounded(height),
    z_index: frontLayer(parts),
  });
}

/**
 * A size in proportion that is well seen but fills no more than half of the window.
 *
 * @param {Parts} parts
 * @param {{width: number, height: number}} size
 * @returns {{width: number, height: number}}
 */
export function fittingSize({ stage }, { width, height }) {
  const sight = stage.visible();
  const factor = Math.min(1, sight.width / 2 / width, sight.height / 2 / height);
  return { width: width * factor, height: height * factor };
}
