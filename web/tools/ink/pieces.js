/** Pieces of a stroke that an eraser has passed over, as operations. Pure. */

import { boundsOf, middleOf, overlap, turned } from "../../canvas/geometry.js";
import { fitted } from "../../kinds/ink/outline.js";
import { asStroke, left, merged, under } from "./erasing.js";
import { boxed } from "./finished.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Range, Strip} from "./erasing.js" */
/** @import {Operation} from "../../scene/operations.js" */
/** @import {Element as SceneElement, Ink} from "../../types/messages.js" */

/** Parts of the scene by which one stroke may leave the line of another that it is a piece of. */
const ALONG = 1;
/** So many places of a stroke say whether it is a piece of another. */
const SAMPLES = 24;

/**
 * @param {SceneElement} element a stroke
 * @param {Strip} strip that an eraser has passed over, in scene units
 * @returns {Range[]} of the points as large as the element
 */
export function touched(element, { from, to, radius }) {
  const ink = /** @type {Ink} */ (element.kind);
  const reach = radius + 100 * (ink.size ?? 4);
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  const near = { x: x - reach, y: y - reach, width: Math.abs(to.x - from.x) + 2 * reach, height: Math.abs(to.y - from.y) + 2 * reach };
  if (!overlap(boundsOf(element.transform), near)) return [];
  const { points, width: brush } = pointsOf(element);
  return under(points, { from: inside(element, from), to: inside(element, to), radius: radius + brush / 2 });
}

/**
 * @param {SceneElement} element a stroke
 * @param {readonly Strip[]} strips
 * @param {() => string} newId
 * @returns {Operation[]} none: it lies under none of them; the first piece stays the element, the others are new ones, and where
 *   nothing is left it is removed
 */
export function piecesOf(element, strips, newId) {
  const ranges = merged(strips.flatMap((strip) => touched(element, strip)));
  if (ranges.length === 0) return [];
  const ink = /** @type {Ink} */ (element.kind);
  const { x = 0, y = 0, width = 0, height = 0, rotation = 0 } = element.transform;
  const { points, width: brush } = pointsOf(element);
  const size = (ink.size ?? 4) * (brush / fitted(ink, ...natural(ink)).width);
  const about = middleOf({ x, y, width, height });
  /** @type {Operation[]} */
  const operations = left(points, ranges).map((piece, index) => {
    const { points: own, place } = boxed(asStroke(piece));
    const middle = turned(middleOf({ ...place, x: x + place.x, y: y + place.y }), about, rotation);
    const transform = { ...element.transform, ...place, x: middle.x - place.width / 2, y: middle.y - place.height / 2 };
    if (index === 0) return { op: "update", id: element.id, changes: { kind: { points: own, size }, transform } };
    const { author: _, ...same } = element;
    return { op: "add", element: { ...same, id: newId(), kind: { ...ink, points: own, size }, transform } };
  });
  return operations.length > 0 ? operations : [{ op: "remove", id: element.id }];
}

/**
 * @param {SceneElement} piece a stroke
 * @param {SceneElement} whole another one
 * @returns {boolean} it runs along that: it may be what an eraser has left of it
 */
export function isPieceOf(piece, whole) {
  const { points } = pointsOf(piece);
  const line = pointsOf(whole).points;
  const apart = Math.max(1, Math.floor(points.length / SAMPLES));
  const { x = 0, y = 0, width = 0, height = 0, rotation = 0 } = piece.transform;
  return points.filter((_, index) => index % apart === 0).every(([left, top]) => {
    const place = inside(whole, turned({ x: x + left, y: y + top }, middleOf({ x, y, width, height }), rotation));
    return under(line, { from: place, to: place, radius: ALONG }).length > 0;
  });
}

/** @param {SceneElement} element a stroke */
function pointsOf({ kind, transform: { width = 0, height = 0 } }) {
  return fitted(/** @type {Ink} */ (kind), width, height);
}

/**
 * @param {SceneElement} element
 * @param {Point} place in the scene
 * @returns {Point} from the corner of the element, as that is turned
 */
function inside({ transform: { x = 0, y = 0, width = 0, height = 0, rotation = 0 } }, place) {
  const back = turned(place, middleOf({ x, y, width, height }), -rotation);
  return { x: back.x - x, y: back.y - y };
}

/**
 * @param {Ink} ink
 * @returns {[width: number, height: number]}
 */
function natural({ points }) {
  return [Math.max(0, ...points.map(([x = 0]) => x)), Math.max(0, ...points.map(([, y = 0]) => y))];
}
