/** Place of a bar at the selection: above it, else below, inside of what is free. Pure. */

/** @import {Box} from "../canvas/geometry.js" */

/** Between the selection and the bar; above, the handle that turns is there as well. */
const ABOVE_PX = 44;
const BELOW_PX = 18;
const EDGE_PX = 8;

/**
 * @param {Box} selected in pixels
 * @param {{width: number, height: number}} bar
 * @param {Box} free
 * @returns {{x: number, y: number}} of the upper left corner
 */
export function barAt(selected, bar, free) {
  const x = within(selected.x + selected.width / 2 - bar.width / 2, free.x, free.width, bar.width);
  const above = selected.y - ABOVE_PX - bar.height;
  const below = selected.y + selected.height + BELOW_PX;
  if (above >= free.y + EDGE_PX) return { x, y: above };
  if (below + bar.height <= free.y + free.height - EDGE_PX) return { x, y: below };
  // It fills what is free: within it, where its words begin least likely.
  return { x, y: within(above, free.y, free.height, bar.height) };
}

/**
 * @param {number} wished
 * @param {number} from
 * @param {number} room
 * @param {number} length
 * @returns {number} the nearest at which all of it is inside
 */
function within(wished, from, room, length) {
  return Math.max(from + EDGE_PX, Math.min(wished, from + room - length - EDGE_PX));
}
