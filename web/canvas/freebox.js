/** The part of a frame that the bars at its edges leave free. Pure. */

/** @import {Box} from "./geometry.js" */

/** @typedef {"top" | "right" | "bottom" | "left"} Edge */
/** @typedef {Box & {edge: Edge}} Bar that lies over a frame, at an edge of it */

/** Of its width and of its height a frame keeps at least this much, however large the bars are. */
const LEAST = 0.3;

/**
 * @param {Box} frame
 * @param {readonly Bar[]} bars in the same pixels
 * @returns {Box}
 */
export function freeBox({ x, y, width, height }, bars) {
  const inner = { top: y, right: x + width, bottom: y + height, left: x };
  for (const bar of bars) {
    if (bar.x >= x + width || bar.y >= y + height || bar.x + bar.width <= x || bar.y + bar.height <= y) continue;
    if (bar.edge === "top") inner.top = Math.max(inner.top, bar.y + bar.height);
    else if (bar.edge === "bottom") inner.bottom = Math.min(inner.bottom, bar.y);
    else if (bar.edge === "left") inner.left = Math.max(inner.left, bar.x + bar.width);
    else inner.right = Math.min(inner.right, bar.x);
  }
  const isWide = inner.right - inner.left >= width * LEAST;
  const isHigh = inner.bottom - inner.top >= height * LEAST;
  const [left, right] = isWide ? [inner.left, inner.right] : [x, x + width];
  const [top, bottom] = isHigh ? [inner.top, inner.bottom] : [y, y + height];
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}
