/** The place of a new element: where, how large, and in which layer. */

import { boundsOf, middleOf, overlap, rounded } from "../canvas/geometry.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Box, Point} from "../canvas/geometry.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Transform} from "../types/messages.js" */

/** What is added at a place that is taken is put aside by this. */
const ASIDE = 20;
/** Places are looked for in so many steps each way, and so far from what is there, in scene units. */
const STEPS = 12;
const BESIDE = 40;

/** @typedef {{width: number, height: number}} Size in scene units */

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
 * The place in what is seen, beside bars, that is nearest to its middle and free; where none is, its middle.
 *
 * @param {EditContext} context
 * @param {Size} size
 * @returns {Point} the middle of it, in scene units
 */
export function freeSight({ stage, scene, view }, { width, height }) {
  const { left, top } = stage.frame.getBoundingClientRect();
  const free = stage.free();
  const corner = stage.toScene(left + free.x, top + free.y);
  const room = { ...corner, width: free.width / stage.scale, height: free.height / stage.scale };
  const taken = [...scene.elements()].map(({ id }) => boundsOf(view.transformOf(id))).filter((box) => overlap(box, room));
  return freeMiddle(room, { width, height }, taken);
}

/**
 * @param {Box} room
 * @param {Size} size
 * @param {readonly Box[]} taken
 * @returns {Point} the middle of the free place that is nearest to the middle of the room; of the room, where none is free
 */
export function freeMiddle(room, { width, height }, taken) {
  const middle = middleOf(room);
  const [across, down] = [Math.max(0, room.width - width), Math.max(0, room.height - height)];
  /** @type {Point[]} */
  const places = [middle];
  for (let row = 0; row <= STEPS; row++) {
    for (let column = 0; column <= STEPS; column++) {
      places.push({ x: room.x + width / 2 + (across * column) / STEPS, y: room.y + height / 2 + (down * row) / STEPS });
    }
  }
  const isFree = (/** @type {Point} */ { x, y }) => {
    const box = { x: x - width / 2 - BESIDE, y: y - height / 2 - BESIDE, width: width + 2 * BESIDE, height: height + 2 * BESIDE };
    return !taken.some((one) => overlap(one, box));
  };
  const away = (/** @type {Point} */ { x, y }) => Math.hypot(x - middle.x, y - middle.y);
  return places.filter(isFree).sort((one, other) => away(one) - away(other))[0] ?? middle;
}

/**
 * @param {EditContext} context
 * @param {Size} size
 * @param {Point} [middle] default: in free sight
 * @returns {Required<Transform>} in front of all, not exactly on another
 */
export function freshPlace(context, { width, height }, middle = freeSight(context, { width, height })) {
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
