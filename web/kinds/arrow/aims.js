/** The places that an arrow is aimed at: the elements that its ends name, as they are shown now, else where the ends are. Pure. */

import { outlineIn } from "./polygons.js";

/** @import {Box, Point} from "../../canvas/geometry.js" */
/** @import {Kind, Shown} from "../definition.js" */
/** @import {Arrow, ArrowEnd, Transform} from "../../types/messages.js" */
/** @import {ArrowAim} from "./path.js" */

/**
 * @param {Pick<Arrow, "start" | "end">} arrow
 * @param {(id: string) => Shown | undefined} other an element as it is shown now
 * @param {(point: Point) => Point} [moved] where a free end is shown that is on the move
 * @returns {{start: ArrowAim, end: ArrowAim}}
 */
export function aimsOf({ start, end }, other, moved = (point) => point) {
  return { start: aimOf(start, other, moved), end: aimOf(end, other, moved) };
}

/**
 * @param {ArrowEnd} end
 * @param {(id: string) => Shown | undefined} other
 * @param {(point: Point) => Point} moved
 * @returns {ArrowAim}
 */
function aimOf({ x, y, element = null }, other, moved) {
  const shown = element === null ? undefined : other(element);
  if (element === null || !shown || !canBeFollowed(shown.kind)) return { point: moved({ x, y }), polygon: null, element: null };
  const { at } = shown;
  return { point: { x: at.x + at.width / 2, y: at.y + at.height / 2 }, polygon: outlineIn(shown.kind, at), element };
}

/**
 * @param {Kind} kind
 * @returns {boolean} an arrow can end at it; of arrows that follow each other nobody could say where they are
 */
export function canBeFollowed({ type }) {
  return type !== "Arrow";
}

/**
 * @param {Kind} kind
 * @returns {boolean} an end that is dropped on it is to be at it; of a group the elements in it are meant
 */
export function takesEnds(kind) {
  return canBeFollowed(kind) && kind.type !== "Group";
}

/**
 * @param {Kind} kind
 * @returns {boolean} others lie on it, and are meant rather than it
 */
export function isGround({ type }) {
  return type === "Frame" || type === "Group";
}

/**
 * @param {Kind | undefined} kind
 * @returns {kind is Arrow}
 */
export function isArrow(kind) {
  return kind?.type === "Arrow";
}

/**
 * @param {Omit<Arrow, "type">} parts
 * @returns {Arrow}
 */
export function arrowOf(parts) {
  return { type: "Arrow", ...parts };
}

/**
 * @param {Arrow} arrow
 * @returns {string[]} ids of the elements that its ends name
 */
export function followedBy({ start, end }) {
  return [start.element, end.element].flatMap((id) => id ?? []);
}

/**
 * How points go along with a box that is moved, resized and turned.
 *
 * @param {Required<Transform>} from
 * @param {Required<Transform>} to
 * @returns {(point: Point) => Point}
 */
export function carried(from, to) {
  const [across, down] = [from.width > 0 ? to.width / from.width : 1, from.height > 0 ? to.height / from.height : 1];
  const turn = to.rotation - from.rotation;
  const [sin, cos] = turn % 360 === 0 ? [0, 1] : [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  return (point) => {
    const x = (point.x - from.x - from.width / 2) * across;
    const y = (point.y - from.y - from.height / 2) * down;
    return { x: to.x + to.width / 2 + x * cos - y * sin, y: to.y + to.height / 2 + x * sin + y * cos };
  };
}

/**
 * The place of an arrow by its ends alone.
 *
 * @param {Pick<Arrow, "start" | "end">} arrow
 * @returns {Box}
 */
export function boxOfEnds({ start, end }) {
  return { x: Math.min(start.x, end.x), y: Math.min(start.y, end.y), width: Math.abs(start.x - end.x), height: Math.abs(start.y - end.y) };
}
