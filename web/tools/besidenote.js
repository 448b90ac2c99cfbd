/** The place beside an element, to go on writing: the neighbour that is there, else a free place. Pure. */

import { overlap } from "../canvas/geometry.js";

/** @import {Box, Point} from "../canvas/geometry.js" */
/** @import {Transform} from "../types/messages.js" */

/** Between two, in scene units. */
const GAP = 20;
/** A neighbour is no further away than this many of its own widths. */
const NEAR = 0.75;
const MOST_TRIES = 50;

/** @typedef {{id: string, isSame: boolean, box: Box}} Neighbour `isSame`: it is of the same kind */

/**
 * @param {Required<Transform>} now
 * @param {readonly Neighbour[]} others
 * @param {boolean} isBack at its left, not at its right
 * @returns {{neighbour: string | null, place: Point}} `place`: of the upper left corner of a new one, where there is no neighbour
 */
export function besideOf(now, others, isBack) {
  const { x, y, width, height } = now;
  const distance = (/** @type {Neighbour} */ { box }) => (isBack ? x - (box.x + box.width) : box.x - (x + width));
  const row = others.filter((other) =>
    other.isSame && distance(other) >= 0 && distance(other) <= width * NEAR
    && Math.abs(other.box.y + other.box.height / 2 - (y + height / 2)) < height / 2);
  const [nearest] = row.sort((one, other) => distance(one) - distance(other));
  const place = { x: x + width + GAP, y };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const box = { ...place, width, height };
    const taken = others.find((other) => overlap(other.box, box));
    if (!taken) break;
    place.x = taken.box.x + taken.box.width + GAP;
  }
  return { neighbour: nearest?.id ?? null, place };
}
