/** Visibility of a tile in this window: how much of it is shown, and whether that is enough to see a person. Pure. */

import { turned } from "../canvas/geometry.js";

/** @import {Box} from "../canvas/geometry.js" */
/** @import {Transform} from "../types/messages.js" */

/** @typedef {Required<Transform>} Place in scene units */

/** A tile whose longer side is shorter on the screen shows nobody, in CSS pixels. */
export const LEAST_PX = 120;
/** More than half of it has to be shown. */
const LEAST_SHARE = 0.5;
/** What was not seen has to be this much more to be seen again, so that nothing flickers at the bound. */
const CLEARLY = 1.15;
/** A tile is looked at in as many points across as down. */
const POINTS = 8;

/**
 * The share of a tile that is shown: inside what is free of bars, and below nothing that lies above it.
 *
 * @param {Place} tile
 * @param {Box} free of the scene, in scene units
 * @param {readonly Place[]} above elements nearer than the tile that are not seen through
 * @returns {number} from 0 to 1
 */
export function shownShare(tile, free, above) {
  const middle = { x: tile.x + tile.width / 2, y: tile.y + tile.height / 2 };
  let shown = 0;
  for (let row = 0; row < POINTS; row++) {
    for (let column = 0; column < POINTS; column++) {
      const flat = {
        x: tile.x + (tile.width * (column + 0.5)) / POINTS,
        y: tile.y + (tile.height * (row + 0.5)) / POINTS,
      };
      const point = turned(flat, middle, tile.rotation);
      if (isInside(point, free) && !above.some((place) => covers(place, point))) shown++;
    }
  }
  return shown / POINTS ** 2;
}

/**
 * @param {Place} tile
 * @param {number} scale CSS pixels per scene unit
 * @param {number} share of it that is shown
 * @param {boolean} was it was seen until now
 * @returns {boolean} it shows its person
 */
export function isSeen(tile, scale, share, was) {
  const factor = was ? 1 : CLEARLY;
  const side = Math.max(tile.width, tile.height) * scale;
  return side >= LEAST_PX * factor && share > 0 && share >= Math.min(1, LEAST_SHARE * factor);
}

/**
 * @param {Place} place
 * @param {{x: number, y: number}} point
 */
function covers(place, point) {
  const middle = { x: place.x + place.width / 2, y: place.y + place.height / 2 };
  return isInside(turned(point, middle, -place.rotation), place);
}

/**
 * @param {{x: number, y: number}} point
 * @param {Box} box
 */
function isInside({ x, y }, box) {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
}
