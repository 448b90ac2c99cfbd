/** Alignment and even distribution of several elements. Pure. */

import { boundsOf, rounded, unionOf } from "./geometry.js";

/** @import {Transform, TransformChanges} from "../types/messages.js" */

/** @typedef {"left" | "center" | "right" | "top" | "middle" | "bottom"} Alignment */
/** @typedef {{id: string, transform: Transform}} Placed */

/** @type {Record<Alignment, ["x" | "y", number]>} the axis, and where on it: 0 start, 1 end */
const LINES = {
  left: ["x", 0],
  center: ["x", 0.5],
  right: ["x", 1],
  top: ["y", 0],
  middle: ["y", 0.5],
  bottom: ["y", 1],
};

/**
 * @param {Placed[]} items two or more
 * @param {Alignment} how
 * @returns {Map<string, TransformChanges>} of those that have to move
 */
export function aligned(items, how) {
  const [axis, place] = LINES[how];
  const size = axis === "x" ? "width" : "height";
  const boxes = items.map(({ transform }) => boundsOf(transform));
  const around = unionOf(boxes);
  /** @type {Map<string, TransformChanges>} */
  const changes = new Map();
  if (!around || items.length < 2) return changes;
  const line = around[axis] + around[size] * place;
  for (const [number, item] of items.entries()) {
    const box = boxes[number];
    if (box) move(changes, item, axis, line - box[size] * place - box[axis]);
  }
  return changes;
}

/**
 * Make the gaps between elements equal; the first and the last stay.
 *
 * @param {Placed[]} items three or more
 * @param {"x" | "y"} axis
 * @returns {Map<string, TransformChanges>} of those that have to move
 */
export function distributed(items, axis) {
  const size = axis === "x" ? "width" : "height";
  const row = items
    .map((item) => ({ item, box: boundsOf(item.transform) }))
    .sort((one, other) => middle(one.box) - middle(other.box));
  /** @param {import("./geometry.js").Box} box */
  function middle(box) {
    return box[axis] + box[size] / 2;
  }
  /** @type {Map<string, TransformChanges>} */
  const changes = new Map();
  const [first, last] = [row[0], row.at(-1)];
  if (!first || !last || row.length < 3) return changes;
  const start = first.box[axis] + first.box[size];
  const inner = row.slice(1, -1);
  const filled = inner.reduce((sum, { box }) => sum + box[size], 0);
  const gap = (last.box[axis] - start - filled) / (row.length - 1);
  let next = start + gap;
  for (const { item, box } of inner) {
    move(changes, item, axis, next - box[axis]);
    next += box[size] + gap;
  }
  return changes;
}

/**
 * @param {Map<string, TransformChanges>} changes
 * @param {Placed} item
 * @param {"x" | "y"} axis
 * @param {number} by
 */
function move(changes, { id, transform }, axis, by) {
  const from = transform[axis] ?? 0;
  const to = rounded(from + by);
  if (to !== from) changes.set(id, { [axis]: to });
}
