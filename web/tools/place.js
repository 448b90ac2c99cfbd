/** The place of a new element: where, how large, and in which layer. */

import { rounded } from "../canvas/geometry.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Box, Point} from "../canvas/geometry.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Transform} from "../types/messages.js" */

/** What is added at a place that is taken is put aside by this. */
const ASIDE = 20;

/**
 * @param {EditContext} context
 * @returns {number} a `z_index` in front of all
 */
export function frontLayer({ scene }) {
  let front = -1;
  for (const { transform } of scene.elements()) front = Math.max(front, transform.z_index ?? 0);
  return front + 1;
}

/**
 * @param {EditContext} context
 * @returns {Point} in the middle of what is seen
 */
export function middleOfSight({ stage }) {
  const { x, y, width, height } = stage.visible();
  return { x: x + width / 2, y: y + height / 2 };
}

/**
 * @param {EditContext} context
 * @param {{width: number, height: number}} size
 * @param {Point} [middle]
 * @returns {Required<Transform>} in front of all, not exactly on another
 */
export function freshPlace(context, { width, height }, middle = middleOfSight(context)) {
  const taken = new Set();
  for (const { transform } of context.scene.elements()) {
    taken.add(`${Math.round(transform.x ?? 0)} ${Math.round(transform.y ?? 0)}`);
  }
  let [x, y] = [middle.x - width / 2, middle.y - height / 2];
  while (taken.has(`${Math.round(x)} ${Math.round(y)}`)) [x, y] = [x + ASIDE, y + ASIDE];
  return wholeTransform({
    x: rounded(x),
    y: rounded(y),
    width: rounded(width),
    height: rounded(height),
    z_index: frontLayer(context),
  });
}

/**
 * A size in proportion that is well seen but fills no more than half of the window.
 *
 * @param {EditContext} context
 * @param {{width: number, height: number}} size
 * @returns {{width: number, height: number}}
 */
export function fittingSize({ stage }, { width, height }) {
  const sight = stage.visible();
  const factor = Math.min(1, sight.width / 2 / width, sight.height / 2 / height);
  return { width: width * factor, height: height * factor };
}

/** Places for several new elements: beside each other, as many in a row as there are rows. */
export class Rows {
  #columns;
  /** Those of the present row. @type {Box[]} */
  #row = [];
  /** Where the next row begins. @type {Point | null} */
  #start = null;
  #bottom = -Infinity;

  /** @param {number} count of all */
  constructor(count) {
    this.#columns = Math.ceil(Math.sqrt(count));
  }

  /**
   * @param {{width: number, height: number}} size of the next one
   * @returns {Point | null} its middle; `null`: it is the first one
   */
  next({ width, height }) {
    if (!this.#start) return null;
    const last = this.#row.at(-1);
    const { x, y } = last && this.#row.length < this.#columns
      ? { x: last.x + last.width + ASIDE, y: last.y }
      : { x: this.#start.x, y: this.#bottom + ASIDE };
    return { x: x + width / 2, y: y + height / 2 };
  }

  /** @param {Box} box of one that is there now */
  put(box) {
    this.#start ??= { x: box.x, y: box.y };
    if (this.#row.length === this.#columns) this.#row = [];
    this.#row.push(box);
    this.#bottom = Math.max(this.#bottom, box.y + box.height);
  }
}
