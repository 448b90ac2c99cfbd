/** The extent of a scene: the box around its content, and how much of it is out of sight. Pure. */

import { overlap, unionOf } from "./geometry.js";

/** @import {Box} from "./geometry.js" */

/** @typedef {"left" | "right" | "up" | "down"} Side */
/** What is out of sight on one side: how many, and the one that is nearest. @typedef {{count: number, nearest: Box}} Beyond */

/** Of so many elements at most it is tried how many can be seen together with them. */
const MOST_TRIED = 200;

/**
 * The box that shows what there is: around all where that can be seen at once, else around the most that can.
 *
 * @param {readonly Box[]} boxes
 * @param {{width: number, height: number}} most that can be seen at once, in scene units
 * @returns {Box | null} `null`: there is nothing
 */
export function boxToFit(boxes, most) {
  const all = unionOf([...boxes]);
  if (!all || (all.width <= most.width && all.height <= most.height)) return all;
  const step = Math.ceil(boxes.length / MOST_TRIED);
  /** @type {Box[]} */
  let best = [];
  for (let place = 0; place < boxes.length; place += step) {
    const about = boxes[place];
    if (!about) continue;
    const together = seenTogether(boxes, about, most);
    if (together.length > best.length) best = together;
  }
  return unionOf(best);
}

/**
 * The boxes that fit into what can be seen at once, with one of them in its middle, or at its start.
 *
 * @param {readonly Box[]} boxes
 * @param {Box} about
 * @param {{width: number, height: number}} most
 * @returns {Box[]}
 */
function seenTogether(boxes, about, { width, height }) {
  const middle = { x: about.x + about.width / 2 - width / 2, y: about.y + about.height / 2 - height / 2, width, height };
  const inside = boxes.filter((box) =>
    box.x >= middle.x && box.y >= middle.y && box.x + box.width <= middle.x + width && box.y + box.height <= middle.y + height);
  return inside.length > 0 ? inside : [about]; // it is larger than can be seen
}

/**
 * @param {readonly Box[]} boxes
 * @param {Box} sight
 * @returns {{seen: number, beyond: Partial<Record<Side, Beyond>>}}
 */
export function outOfSight(boxes, sight) {
  /** @type {Partial<Record<Side, Beyond & {way: number}>>} */
  const beyond = {};
  let seen = 0;
  for (const box of boxes) {
    if (overlap(box, sight)) {
      seen++;
      continue;
    }
    const { side, way } = directionTo(box, sight);
    const before = beyond[side];
    const isNearer = !before || way < before.way;
    beyond[side] = { count: (before?.count ?? 0) + 1, nearest: isNearer ? box : before.nearest, way: isNearer ? way : before.way };
  }
  return { seen, beyond };
}

/**
 * @param {Box} box outside
 * @param {Box} sight
 * @returns {{side: Side, way: number}} how far it is, in scene units
 */
function directionTo(box, sight) {
  const right = box.x - (sight.x + sight.width);
  const left = sight.x - (box.x + box.width);
  const down = box.y - (sight.y + sight.height);
  const up = sight.y - (box.y + box.height);
  const across = Math.max(left, right);
  const along = Math.max(up, down);
  if (across >= along) return { side: right > left ? "right" : "left", way: across };
  return { side: down > up ? "down" : "up", way: along };
}
