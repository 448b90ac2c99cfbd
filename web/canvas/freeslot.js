/** The first free place for a new tile, in a grid. Pure. */

import { wholeTransform } from "../scene/scene.js";
import { overlap } from "./geometry.js";

/** @import {Element as SceneElement} from "../types/messages.js" */
/** @import {Box} from "./geometry.js" */

const GAP = 24;
const MARGIN = 48;
const ASPECT = 16 / 9;
const MAX_ROWS = 256;

/**
 * The first free slot of a grid that has room for everybody here, looked for from the slot of the
 * peer's own index on: two peers that add their tiles at the same moment look at different slots
 * first and do not collide.
 *
 * @param {number} index of the peer in the peer list
 * @param {number} count of the peers
 * @param {Iterable<SceneElement>} elements
 * @param {{width: number, height: number}} viewport
 * @returns {Box}
 */
export function freeSlot(index, count, elements, viewport) {
  const taken = [...elements].map((element) => wholeTransform(element.transform));
  const columns = Math.max(2, Math.ceil(Math.sqrt(count)));
  const visible = columns * columns;
  for (let step = 0; step < columns * MAX_ROWS; step++) {
    const slot = slotBox(step < visible ? (index + step) % visible : step, columns, viewport);
    if (!taken.some((box) => overlap(slot, box))) return slot;
  }
  return slotBox(index % visible, columns, viewport);
}

/**
 * @param {number} number of the slot, row by row; beyond the viewport below it
 * @param {number} columns of the grid, which has as many rows
 * @param {{width: number, height: number}} viewport
 * @returns {Box}
 */
function slotBox(number, columns, viewport) {
  const gaps = GAP * (columns - 1);
  const widest = (viewport.width - 2 * MARGIN - gaps) / columns;
  const highest = (viewport.height - gaps) / columns;
  const width = Math.round(Math.max(32, Math.min(widest, highest * ASPECT)));
  const height = Math.round(width / ASPECT);
  const left = (viewport.width - columns * width - gaps) / 2;
  const top = (viewport.height - columns * height - gaps) / 2;
  return {
    x: Math.round(left + (number % columns) * (width + GAP)),
    y: Math.round(top + Math.floor(number / columns) * (height + GAP)),
    width,
    height,
  };
}
