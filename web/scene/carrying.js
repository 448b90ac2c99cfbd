/**
 * Carrying: the place of what has a parent, after that has been moved, turned or scaled, as the server will have it (rule
 * STR2; both are held to tests/samples/carrying.json). Pure. In scene units and degrees, clockwise.
 */

import { KIND_TRAITS } from "../types/traits.js";

/** @import {Element as SceneElement, ElementChanges, Transform} from "../types/messages.js" */

/** @typedef {Required<Transform>} Place */
/** @typedef {[number, number]} Pair */

/**
 * The way of a parent: a point is taken relative to `origin` in axes turned by `angle`, then stretched, shifted and
 * brought back relative to `target` in axes turned by `turn` more.
 *
 * @typedef {object} Motion
 * @property {Pair} origin
 * @property {Pair} target
 * @property {number} angle
 * @property {number} turn
 * @property {Pair} stretch
 * @property {Pair} shift
 */

/** Parts of a scene unit that a carried place is rounded to. */
const FINEST = 1000;
/** Sides below so many units are none: what was scaled to them could not be scaled back. */
const COLLAPSED = 1;
const FARTHEST = 1e7;
const LARGEST = 1e6;
const TURNS = 360_000;
const PARTS = /** @type {const} */ (["x", "y", "width", "height", "rotation"]);

/**
 * How what lies on an element is carried; `null`: it stays. Where the element does not scale what lies on it, that is
 * moved by as much as both opposite edges are.
 *
 * @param {Place} before
 * @param {Place} after
 * @param {boolean} scales
 * @returns {Motion | null}
 */
export function motionOf(before, after, scales) {
  if (PARTS.every((name) => before[name] === after[name])) return null;
  const origin = middleOf(before);
  const target = middleOf(after);
  const turn = after.rotation - before.rotation;
  if (scales) {
    const stretch = /** @type {Pair} */ ([ratio(before.width, after.width), ratio(before.height, after.height)]);
    return { origin, target, angle: before.rotation, turn, stretch, shift: [0, 0] };
  }
  const [u, v] = turned(target[0] - origin[0], target[1] - origin[1], -after.rotation);
  const shift = /** @type {Pair} */ ([
    common(u, (after.width - before.width) / 2),
    common(v, (after.height - before.height) / 2),
  ]);
  if (shift[0] === 0 && shift[1] === 0 && turn === 0) return null;
  return { origin, target: origin, angle: before.rotation, turn, stretch: [1, 1], shift };
}

/**
 * The changes of an element that is carried; `null`: it stays where it is. What has ends is where they are.
 *
 * @param {SceneElement} element
 * @param {Motion} motion
 * @returns {ElementChanges | null}
 */
export function carried(element, motion) {
  const now = /** @type {Place} */ (element.transform);
  const ends = carriedEnds(element.kind, motion);
  const then = ends.length > 0 ? boxOf(now, ends.map(([, place]) => place)) : placeAfter(now, motion);
  /** @type {Record<string, number>} */
  const transform = {};
  for (const name of PARTS) {
    const value = name === "rotation"
      ? withinTurns(rounded(then[name], now[name]))
      : bounded(rounded(then[name], now[name]), name === "x" || name === "y" ? FARTHEST : LARGEST);
    if (value !== now[name]) transform[name] = value;
  }
  /** @type {Record<string, unknown>} */
  const kind = {};
  for (const [name, [x, y], end] of ends) if (x !== end.x || y !== end.y) kind[name] = { x, y };
  const isMoved = Object.keys(transform).length > 0;
  const hasEnds = Object.keys(kind).length > 0;
  if (!isMoved && !hasEnds) return null;
  return { ...(isMoved && { transform }), ...(hasEnds && { kind }) };
}

/**
 * Whether changes of an element say where it is.
 *
 * @param {ElementChanges} changes
 * @param {SceneElement["kind"] | undefined} kind
 * @returns {boolean}
 */
export function places({ transform, kind: patch }, kind) {
  if (transform && PARTS.some((name) => transform[name] !== undefined)) return true;
  return patch !== undefined && kind !== undefined && endsOf(kind).some((name) => name in patch);
}

/**
 * @param {SceneElement["kind"]} kind
 * @returns {boolean}
 */
export function scalesChildren(kind) {
  return Object.hasOwn(KIND_TRAITS, kind.type) && KIND_TRAITS[kind.type].scalesChildren;
}

/**
 * The fields of a kind that are places in scene units, each of which may follow an element.
 *
 * @param {SceneElement["kind"]} kind
 * @returns {readonly string[]}
 */
export function endsOf(kind) {
  return Object.hasOwn(KIND_TRAITS, kind.type) ? KIND_TRAITS[kind.type].ends : [];
}

/**
 * @param {SceneElement["kind"]} kind
 * @param {Motion} motion
 * @returns {[string, Pair, {x: number, y: number}][]}
 */
function carriedEnds(kind, motion) {
  return endsOf(kind).map((name) => {
    const end = /** @type {{x: number, y: number}} */ (/** @type {Record<string, unknown>} */ (/** @type {unknown} */ (kind))[name]);
    const [x, y] = pointAfter(motion, end.x, end.y);
    return [name, [bounded(rounded(x, end.x), FARTHEST), bounded(rounded(y, end.y), FARTHEST)], end];
  });
}

/**
 * @param {Place} now
 * @param {Pair[]} points
 * @returns {Place}
 */
function boxOf(now, points) {
  const across = points.map(([x]) => x);
  const down = points.map(([, y]) => y);
  const [x, y] = [Math.min(...across), Math.min(...down)];
  return { ...now, x, y, width: Math.max(...across) - x, height: Math.max(...down) - y };
}

/**
 * @param {Place} now
 * @param {Motion} motion
 * @returns {Place} where an element comes to lie, without rounding
 */
export function placeAfter(now, motion) {
  const [x, y] = pointAfter(motion, ...middleOf(now));
  let { width, height } = now;
  const [across, along] = motion.stretch;
  if (across !== 1 || along !== 1) {
    const [cosine, sine] = direction(now.rotation - motion.angle);
    width *= Math.hypot(across * cosine, along * sine);
    height *= Math.hypot(across * sine, along * cosine);
  }
  return { ...now, x: x - width / 2, y: y - height / 2, width, height, rotation: now.rotation + motion.turn };
}

/**
 * @param {Motion} motion
 * @param {number} x
 * @param {number} y
 * @returns {Pair}
 */
function pointAfter({ origin, target, angle, turn, stretch, shift }, x, y) {
  const [u, v] = turned(x - origin[0], y - origin[1], -angle);
  const [dx, dy] = turned(u * stretch[0] + shift[0], v * stretch[1] + shift[1], angle + turn);
  return [target[0] + dx, target[1] + dy];
}

/**
 * @param {Place} place
 * @returns {Pair}
 */
function middleOf({ x, y, width, height }) {
  return [x + width / 2, y + height / 2];
}

/**
 * @param {number} before
 * @param {number} after
 */
function ratio(before, after) {
  return Math.min(before, after) >= COLLAPSED ? after / before : 1;
}

/**
 * How far both edges of a side have gone.
 *
 * @param {number} middle how far the middle has
 * @param {number} grown half of what the side has grown by
 */
function common(middle, grown) {
  const low = middle - grown;
  const high = middle + grown;
  if (low * high <= 0) return 0;
  return Math.abs(low) < Math.abs(high) ? low : high;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} degrees
 * @returns {Pair}
 */
function turned(x, y, degrees) {
  const [cosine, sine] = direction(degrees);
  return [x * cosine - y * sine, x * sine + y * cosine];
}

/** @type {readonly Pair[]} */
const QUARTERS = [[1, 0], [0, 1], [-1, 0], [0, -1]];

/**
 * Cosine and sine, exact for quarters of a turn.
 *
 * @param {number} degrees
 * @returns {Pair}
 */
function direction(degrees) {
  const quarters = Math.floor(degrees / 90);
  if (quarters * 90 === degrees) return /** @type {Pair} */ (QUARTERS[((quarters % 4) + 4) % 4]);
  const radians = ((degrees % 360) * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/**
 * @param {number} value
 * @param {number} before stays where it is the same to as much
 */
function rounded(value, before) {
  if (Math.abs(value - before) < 0.5 / FINEST) return before;
  return Math.floor(value * FINEST + 0.5) / FINEST;
}

/**
 * @param {number} value
 * @param {number} most
 */
function bounded(value, most) {
  return Math.min(Math.max(value, -most), most);
}

/** @param {number} degrees */
function withinTurns(degrees) {
  return Math.abs(degrees) <= TURNS ? degrees : degrees % 360;
}
