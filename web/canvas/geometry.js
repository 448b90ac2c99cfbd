/** Boxes on the canvas: what elements take up, and what becomes of them when they are resized or turned. Pure. */

import { wholeTransform } from "../scene/scene.js";

/** @import {Transform, TransformChanges} from "../types/messages.js" */

/** @typedef {{x: number, y: number}} Point in scene units */
/** @typedef {{x: number, y: number, width: number, height: number}} Box in scene units, upright */
/** @typedef {"nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w"} Handle a corner or a side, as on a map */

/** No element is made smaller than this by hand, so that it can be taken hold of again. */
export const LEAST_SIZE = 16;

/** Where each handle is: -1 left or top, 0 in the middle, 1 right or bottom. @type {Record<Handle, Point>} */
export const HANDLES = {
  nw: { x: -1, y: -1 },
  n: { x: 0, y: -1 },
  ne: { x: 1, y: -1 },
  e: { x: 1, y: 0 },
  se: { x: 1, y: 1 },
  s: { x: 0, y: 1 },
  sw: { x: -1, y: 1 },
  w: { x: -1, y: 0 },
};

/**
 * What is stored of a place: a tenth of a unit is finer than anybody sees.
 *
 * @param {number} value
 * @returns {number}
 */
export function rounded(value) {
  return Math.round(value * 10) / 10 || 0;
}

/**
 * @param {Box} box
 * @returns {Point}
 */
export function middleOf({ x, y, width, height }) {
  return { x: x + width / 2, y: y + height / 2 };
}

/**
 * @param {Point} point
 * @param {Point} about
 * @param {number} degrees clockwise
 * @returns {Point}
 */
export function turned(point, about, degrees) {
  if (degrees === 0) return point;
  const angle = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const [x, y] = [point.x - about.x, point.y - about.y];
  return { x: about.x + x * cos - y * sin, y: about.y + x * sin + y * cos };
}

/**
 * The upright box around an element.
 *
 * @param {Transform} transform
 * @returns {Box}
 */
export function boundsOf(transform) {
  const { x, y, width, height, rotation } = wholeTransform(transform);
  if (rotation % 180 === 0) return { x, y, width, height };
  const angle = (rotation * Math.PI) / 180;
  const [sin, cos] = [Math.abs(Math.sin(angle)), Math.abs(Math.cos(angle))];
  const wide = width * cos + height * sin;
  const high = width * sin + height * cos;
  return { x: x + (width - wide) / 2, y: y + (height - high) / 2, width: wide, height: high };
}

/**
 * @param {Iterable<Box>} boxes
 * @returns {Box | null} around all of them; `null` where there are none
 */
export function unionOf(boxes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return left === Infinity ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * @param {Point} one
 * @param {Point} other
 * @returns {Box} with these two corners
 */
export function boxBetween(one, other) {
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.abs(one.x - other.x),
    height: Math.abs(one.y - other.y),
  };
}

/**
 * @param {Box} one
 * @param {Box} other
 * @returns {boolean} whether they share more than an edge
 */
export function overlap(one, other) {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/**
 * @param {Box} outer
 * @param {Box} inner
 * @returns {boolean} nothing of the inner one is outside
 */
export function holds(outer, inner) {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

/**
 * @param {Box} box
 * @param {number} times its own size are added on each side
 * @returns {Box}
 */
export function grown({ x, y, width, height }, times) {
  return {
    x: x - width * times,
    y: y - height * times,
    width: width * (1 + 2 * times),
    height: height * (1 + 2 * times),
  };
}

/**
 * Where a handle of an element is.
 *
 * @param {Required<Transform>} transform
 * @param {Handle} handle
 * @returns {Point}
 */
export function handleAt(transform, handle) {
  const middle = middleOf(transform);
  const side = HANDLES[handle];
  const x = middle.x + (side.x * transform.width) / 2;
  const y = middle.y + (side.y * transform.height) / 2;
  return turned({ x, y }, middle, transform.rotation);
}

/** @type {Record<Handle, Handle>} */
const OPPOSITE = { nw: "se", n: "s", ne: "sw", e: "w", se: "nw", s: "n", sw: "ne", w: "e" };

/**
 * Pull a handle of an element to a point. What is opposite stays where it is, also on an element
 * that is turned; it is never turned inside out.
 *
 * @param {Required<Transform>} transform
 * @param {Handle} handle
 * @param {Point} to
 * @param {object} [options]
 * @param {boolean} [options.keepAspect]
 * @param {number} [options.least] of width and height
 * @returns {Box} its new x, y, width and height
 */
export function resized(transform, handle, to, { keepAspect = false, least = LEAST_SIZE } = {}) {
  const { width, height, rotation } = transform;
  const side = HANDLES[handle];
  const anchor = handleAt(transform, OPPOSITE[handle]);
  const pulled = turned(to, anchor, -rotation);
  let wide = side.x === 0 ? width : side.x * (pulled.x - anchor.x);
  let high = side.y === 0 ? height : side.y * (pulled.y - anchor.y);
  if (keepAspect && width > 0 && height > 0) {
    const ratios = [];
    if (side.x !== 0) ratios.push(wide / width);
    if (side.y !== 0) ratios.push(high / height);
    const factor = Math.max(...ratios, leastFactor({ width, height }, least));
    [wide, high] = [width * factor, height * factor];
  } else {
    wide = Math.max(wide, Math.min(width, least));
    high = Math.max(high, Math.min(height, least));
  }
  const away = { x: anchor.x + (side.x * wide) / 2, y: anchor.y + (side.y * high) / 2 };
  const middle = turned(away, anchor, rotation);
  return { x: middle.x - wide / 2, y: middle.y - high / 2, width: wide, height: high };
}

/**
 * Give an element another height; its upper edge stays where it is, also when it is turned.
 *
 * @param {Required<Transform>} transform
 * @param {number} height
 * @returns {Box}
 */
export function withHeight(transform, height) {
  const { x, y, width, rotation } = transform;
  const middle = middleOf(transform);
  const down = turned({ x: 0, y: (height - transform.height) / 2 }, { x: 0, y: 0 }, rotation);
  if (rotation === 0) return { x, y, width, height };
  return { x: middle.x + down.x - width / 2, y: middle.y + down.y - height / 2, width, height };
}

/**
 * How much a box may shrink so that both of its sides keep the least size, if they have it now.
 *
 * @param {{width: number, height: number}} box
 * @param {number} least
 * @returns {number}
 */
function leastFactor({ width, height }, least) {
  return Math.min(1, Math.max(least / width, least / height));
}

/**
 * How much larger a box becomes, in its proportions, when a handle of it is pulled to a point.
 *
 * @param {Box} box around several elements
 * @param {Handle} handle
 * @param {Point} to
 * @param {Iterable<Box>} parts the elements in it: none becomes too small
 * @returns {number}
 */
export function pulledFactor(box, handle, to, parts) {
  if (box.width <= 0 || box.height <= 0) return 1;
  const whole = wholeTransform(box);
  const { width } = resized(whole, handle, to, { keepAspect: true, least: 1 });
  let factor = width / box.width;
  for (const part of parts) factor = Math.max(factor, leastFactor(part, LEAST_SIZE));
  return factor;
}

/**
 * Make an element larger or smaller as a part of a group.
 *
 * @param {Required<Transform>} transform
 * @param {Box} box around the group
 * @param {Handle} handle that is pulled: what is opposite stays
 * @param {number} factor
 * @returns {Box}
 */
export function scaled(transform, box, handle, factor) {
  const anchor = handleAt(wholeTransform(box), OPPOSITE[handle]);
  const middle = middleOf(transform);
  const width = transform.width * factor;
  const height = transform.height * factor;
  return {
    x: anchor.x + (middle.x - anchor.x) * factor - width / 2,
    y: anchor.y + (middle.y - anchor.y) * factor - height / 2,
    width,
    height,
  };
}

/**
 * Turn an element about a point.
 *
 * @param {Required<Transform>} transform
 * @param {Point} about
 * @param {number} degrees clockwise
 * @returns {{x: number, y: number, rotation: number}}
 */
export function rotated(transform, about, degrees) {
  const middle = turned(middleOf(transform), about, degrees);
  return {
    x: middle.x - transform.width / 2,
    y: middle.y - transform.height / 2,
    rotation: normalDegrees(transform.rotation + degrees),
  };
}

/**
 * @param {number} degrees
 * @returns {number} the same direction, above -180 and up to 180
 */
export function normalDegrees(degrees) {
  const turn = degrees % 360;
  if (turn > 180) return turn - 360;
  return turn <= -180 ? turn + 360 : turn;
}

/**
 * The direction from one point to another.
 *
 * @param {Point} from
 * @param {Point} to
 * @returns {number} degrees clockwise; 0 is to the right
 */
export function directionOf(from, to) {
  return (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
}

/**
 * @param {TransformChanges} changes
 * @returns {TransformChanges} as they are stored
 */
export function roundedChanges(changes) {
  const entries = Object.entries(changes).map(([name, value]) => [name, rounded(value)]);
  return Object.fromEntries(entries);
}
