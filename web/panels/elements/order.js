/** The order in which the elements of a scene are read. Pure. */

import { wholeTransform } from "../../scene/scene.js";

/** @import {Element as SceneElement} from "../../types/messages.js" */

/** @typedef {"reading" | "stacking"} Order */

/** An element belongs to a line when it begins above this part of the line's first element. */
const SAME_LINE = 0.5;

/**
 * Ids in an order in which each element is followed by what is in it.
 *
 * @param {readonly string[]} ids in some order
 * @param {(id: string) => string | null | undefined} parentOf
 * @returns {{id: string, depth: number}[]}
 */
export function nested(ids, parentOf) {
  const all = new Set(ids);
  /** @type {Map<string, string[]>} */
  const inside = new Map();
  /** @type {string[]} */
  const outermost = [];
  for (const id of ids) {
    const parent = parentOf(id);
    if (!parent || !all.has(parent)) outermost.push(id);
    else inside.set(parent, [...(inside.get(parent) ?? []), id]);
  }
  /** @type {{id: string, depth: number}[]} */
  const rows = [];
  const put = (/** @type {string} */ id, /** @type {number} */ depth) => {
    if (!all.delete(id)) return;
    rows.push({ id, depth });
    for (const child of inside.get(id) ?? []) put(child, depth + 1);
  };
  for (const id of outermost) put(id, 0);
  for (const id of ids) put(id, 0); // parents that lead round in a circle
  return rows;
}

/**
 * The ids of elements in an order: `reading` goes line by line from the top left, `stacking` from the
 * front to the back.
 *
 * @param {Iterable<SceneElement>} elements as the scene has them: of two in one layer the later is in front
 * @param {Order} order
 * @returns {string[]}
 */
export function inOrder(elements, order) {
  const placed = [...elements].map(({ id, transform }, place) => ({ id, place, ...wholeTransform(transform) }));
  if (order === "stacking") {
    placed.sort((a, b) => b.z_index - a.z_index || b.place - a.place);
    return placed.map(({ id }) => id);
  }
  placed.sort((a, b) => a.y - b.y || a.x - b.x || a.place - b.place);
  /** @type {(typeof placed)[]} */
  const lines = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const one of placed) {
    const line = lines.at(-1);
    if (line && one.y <= end) line.push(one);
    else {
      lines.push([one]);
      end = one.y + one.height * SAME_LINE;
    }
  }
  return lines.flatMap((line) => line.sort((a, b) => a.x - b.x || a.y - b.y).map(({ id }) => id));
}
