/** The part of a frame that the bars at its edges leave free. Pure. */

/** @import {Box} from "./geometry.js" */

/** @typedef {"top" | "right" | "bottom" | "left"} Edge */
/** @typedef {Box & {edge: Edge}} Bar that lies over a frame, at an edge of it */

/** Of its width and of its height a frame keeps at least this much, however large the bars are. */
const LEAST = 0.2;

/**
 * @param {Box} frame
 * @param {readonly Bar[]} bars in the same pixels; those that would leave too little take nothing, the smaller ones first
 * @returns {Box}
 */
export function freeBox({ x, y, width, height }, bars) {
  const sides = { top: y, right: x + width, bottom: y + height, left: x };
  for (const bar of [...bars].sort((one, other) => other.width * other.height - one.width * one.height)) {
    if (bar.x >= x + width || bar.y >= y + height || bar.x + bar.width <= x || bar.y + bar.height <= y) continue;
    const inner = { ...sides };
    if (bar.edge === "top") inner.top = Math.max(inner.top, bar.y + bar.height);
    else if (bar.edge === "bottom") inner.bottom = Math.min(inner.bottom, bar.y);
    else if (bar.edge === "left") inner.left = Math.max(inner.left, bar.x + bar.width);
    else inner.right = Math.min(inner.right, bar.x);
    const leaves = inner.right - inner.left >= width * LEAST && inner.bottom - inner.top >= height * LEAST;
    if (leaves) Object.assign(sides, inner);
  }
  const { top, right, bottom, left } = sides;
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}
