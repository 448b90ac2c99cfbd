/** Where a new tile goes. Pure. */

import { wholeTransform } from "./scene.js";

/** @import {Element as SceneElement} from "./types/messages.js" */

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const TILE = { width: 384, height: 216 };
const GAP = 24;
const MAX_SLOTS = 1024;

/**
 * The first free slot of the grid, looked for from the slot of the peer's own index on: two peers
 * that add their tiles at the same moment look at different slots first and do not collide.
 *
 * @param {number} index of the peer in the peer list
 * @param {Iterable<SceneElement>} elements
 * @param {{width: number, height: number}} viewport
 * @returns {Box}
 */
export function freeSlot(index, elements, viewport) {
  const taken = [...elements].map((element) => wholeTransform(element.transform));
  const columns = fitting(viewport.width, TILE.width);
  const visible = columns * fitting(viewport.height, TILE.height);
  for (let step = 0; step < MAX_SLOTS; step++) {
    const number = step < visible ? (index + step) % visible : step;
    const slot = slotBox(number, columns, viewport);
    if (!taken.some((box) => overlap(slot, box))) return slot;
  }
  return slotBox(index % visible, columns, viewport);
}

/**
 * @param {number} number
 * @param {number} columns
 * @param {{width: number, height: number}} viewport
 * @returns {Box}
 */
function slotBox(number, columns, viewport) {
  const rows = fitting(viewport.height, TILE.height);
  const left = Math.max(0, (viewport.width - extent(columns, TILE.width)) / 2);
  const top = Math.max(0, (viewport.height - extent(rows, TILE.height)) / 2);
  return {
    x: Math.round(left + (number % columns) * (TILE.width + GAP)),
    y: Math.round(top + Math.floor(number / columns) * (TILE.height + GAP)),
    ...TILE,
  };
}

/**
 * How many tiles fit side by side.
 *
 * @param {number} space
 * @param {number} tile
 * @returns {number}
 */
function fitting(space, tile) {
  return Math.max(1, Math.floor((space + GAP) / (tile + GAP)));
}

/**
 * @param {number} count
 * @param {number} tile
 * @returns {number}
 */
function extent(count, tile) {
  return count * (tile + GAP) - GAP;
}

/**
 * @param {Box} one
 * @param {Box} other
 * @returns {boolean}
 */
function overlap(one, other) {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
