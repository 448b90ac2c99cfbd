/**
 * Places of new tiles: a grid that fills an empty canvas, else the largest free place that is whole and in sight of who
 * opens the canvas. The bot places its tile likewise (bot/placement.py). Pure.
 */

import { cameraOf, screenOf, streamOf, wholeTransform } from "../scene/scene.js";
import { overlap } from "./geometry.js";

/** @import {Element as SceneElement} from "../types/messages.js" */
/** @import {Box} from "./geometry.js" */

const GAP = 24;
const MARGIN = 32;
/** Proportions for which columns are chosen: between those of most cameras. */
const NOMINAL = 1.6;
const FINEST = 6;
/** Below what is in sight there are so many screens more. */
const MOST_SCREENS = 100;
/** Places differ by less where they are the same: they are rounded. */
const SAME = 4;
/** Proportions that differ by less are the same. */
const LIKE = 0.02;

/**
 * Somebody who looks for a place: `streams` of all that are to have one, in an order that all know, `own` among them.
 *
 * @typedef {object} Seeker
 * @property {string} own stream id
 * @property {readonly string[]} streams
 * @property {number} aspect width by height of the picture
 */

/**
 * The place of a new tile. While the canvas has nothing but tiles in their grid, those who look at the same moment take
 * one slot each, and the present tiles make room (`arrangedSlot`); else each takes another one of the free places.
 *
 * @param {Seeker} seeker
 * @param {Iterable<SceneElement>} elements
 * @param {{width: number, height: number}} viewport
 * @returns {Box}
 */
export function freeSlot({ own, streams, aspect }, elements, viewport) {
  const present = [...elements];
  const taken = present.map((element) => wholeTransform(element.transform));
  const isFree = (/** @type {Box} */ box) => !taken.some((other) => overlap(box, other));
  const count = Math.max(1, streams.length);
  const first = slotOf(Math.max(0, streams.indexOf(own)), count, aspect, viewport);
  if (isArranged(present, viewport) || isFree(first)) return first;
  const seated = new Set(present.map(({ kind }) => streamOf(kind)));
  const waiting = streams.filter((streamId) => streamId === own || !seated.has(streamId));
  const turn = Math.max(0, waiting.indexOf(own));
  /** @type {Box[]} */
  let most = [];
  for (let columns = 2; columns <= FINEST; columns++) {
    const free = cellsOf(columns ** 2, viewport).map((cell) => pictureIn(cell, aspect)).filter(isFree);
    const place = free[turn];
    if (free.length >= waiting.length && place) return place;
    if (free.length > most.length) most = free;
  }
  return most[turn % most.length] ?? below(turn, isFree, aspect, viewport);
}

/**
 * The slot of a tile that is there, when the number of tiles has changed.
 *
 * @param {Pick<Seeker, "own" | "aspect">} seeker
 * @param {Iterable<SceneElement>} elements in the order in which they came
 * @param {{width: number, height: number}} viewport
 * @returns {Box | null} `null`: somebody has moved a tile, or there is something else on the canvas: all stay
 */
export function arrangedSlot({ own, aspect }, elements, viewport) {
  const present = [...elements];
  if (!isArranged(present, viewport)) return null;
  // The order of the scene is the same in every window; that of people may differ where somebody came back.
  const rank = present.findIndex(({ kind }) => streamOf(kind) === own);
  return rank < 0 ? null : slotOf(rank, present.length, aspect, viewport);
}

/**
 * A tile in other proportions, as large as before and about the same middle.
 *
 * @param {Box} at
 * @param {number} aspect
 * @returns {Box | null} `null`: it has these proportions
 */
export function proportioned({ x, y, width, height }, aspect) {
  if (Math.abs(width / Math.max(1, height) / aspect - 1) < LIKE) return null;
  const wide = Math.max(32, Math.round(Math.sqrt(width * height * aspect)));
  const high = Math.max(1, Math.round(wide / aspect));
  return { x: Math.round(x + (width - wide) / 2), y: Math.round(y + (height - high) / 2), width: wide, height: high };
}

/**
 * The order of the tiles of a canvas: the cameras as their people came, then the screens.
 *
 * @param {Iterable<string>} peerIds in order of coming
 * @param {(streamId: string) => boolean} isWanted it has a tile, or is about to have one
 * @returns {string[]} stream ids
 */
export function tileOrder(peerIds, isWanted) {
  const ids = [...peerIds];
  return [...ids.map(cameraOf), ...ids.map(screenOf)].filter(isWanted);
}

/**
 * The canvas has nothing but tiles, each in a slot of some grid.
 *
 * @param {readonly SceneElement[]} elements
 * @param {{width: number, height: number}} viewport
 */
function isArranged(elements, viewport) {
  if (elements.length > FINEST ** 2) return false;
  /** @type {Box[]} */
  const cells = [];
  for (let count = 1; count <= FINEST ** 2; count++) cells.push(...cellsOf(count, viewport));
  return elements.every(({ kind, transform }) => {
    const box = wholeTransform(transform);
    const aspect = box.width / Math.max(1, box.height);
    const isSlot = () => cells.some((cell) => isSame(box, pictureIn(cell, aspect)));
    return streamOf(kind) !== "" && box.rotation === 0 && isSlot();
  });
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function isSame(one, other) {
  return (
    Math.abs(one.x - other.x) < SAME && Math.abs(one.y - other.y) < SAME &&
    Math.abs(one.width - other.width) < SAME && Math.abs(one.height - other.height) < SAME
  );
}

/**
 * @param {number} count
 * @param {{width: number, height: number}} viewport
 * @returns {Box[]} cells that fill the viewport, row by row; a row that is not full is in the middle
 */
function cellsOf(count, viewport) {
  const columns = columnsFor(count, viewport);
  const rows = Math.ceil(count / columns);
  const across = (viewport.width - 2 * MARGIN - GAP * (columns - 1)) / columns;
  const down = (viewport.height - 2 * MARGIN - GAP * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, number) => {
    const row = Math.floor(number / columns);
    const empty = row === rows - 1 ? columns * rows - count : 0;
    return {
      x: MARGIN + (empty * (across + GAP)) / 2 + (number % columns) * (across + GAP),
      y: MARGIN + row * (down + GAP),
      width: Math.max(1, across),
      height: Math.max(1, down),
    };
  });
}

/**
 * @param {number} count
 * @param {{width: number, height: number}} viewport
 */
function columnsFor(count, { width, height }) {
  let [best, widest] = [1, 0];
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (width - 2 * MARGIN - GAP * (columns - 1)) / columns;
    const down = (height - 2 * MARGIN - GAP * (rows - 1)) / rows;
    const shown = Math.min(across, down * NOMINAL);
    if (shown > widest) [best, widest] = [columns, shown];
  }
  return best;
}

/**
 * The largest box of some proportions in the middle of a cell.
 *
 * @param {Box} cell
 * @param {number} aspect
 * @returns {Box}
 */
function pictureIn(cell, aspect) {
  const width = Math.max(32, Math.floor(Math.min(cell.width, cell.height * aspect)));
  const height = Math.max(1, Math.round(width / aspect));
  return {
    x: Math.round(cell.x + (cell.width - width) / 2),
    y: Math.round(cell.y + (cell.height - height) / 2),
    width,
    height,
  };
}

/**
 * @param {number} number
 * @param {number} count
 * @param {number} aspect
 * @param {{width: number, height: number}} viewport
 */
function slotOf(number, count, aspect, viewport) {
  const cells = cellsOf(count, viewport);
  return pictureIn(cells[number % cells.length] ?? { x: 0, y: 0, ...viewport }, aspect);
}

/**
 * A place in the rows below all that is in sight.
 *
 * @param {number} turn of those who look for one
 * @param {(box: Box) => boolean} isFree
 * @param {number} aspect
 * @param {{width: number, height: number}} viewport
 */
function below(turn, isFree, aspect, viewport) {
  const cells = cellsOf(9, viewport);
  let left = turn;
  for (let screen = 1; screen <= MOST_SCREENS; screen++) {
    for (const cell of cells) {
      const box = pictureIn({ ...cell, y: cell.y + screen * viewport.height }, aspect);
      if (isFree(box) && left-- === 0) return box;
    }
  }
  return slotOf(turn, 9, aspect, viewport);
}
