/**
 * What an edit of elements means for the arrows: one that is moved takes its free ends along, and an end at an element that
 * is removed stays where it is. Pure.
 */

import { streamOf, wholeTransform } from "../../scene/scene.js";
import { aimsOf, boxOfEnds, carried, followedBy, isArrow } from "./aims.js";
import { arrowPath } from "./path.js";

/** @import {Point} from "../../canvas/geometry.js" */
/** @import {Operation} from "../../scene/operations.js" */
/** @import {Kind, Shown} from "../definition.js" */
/** @import {Arrow, ArrowEnd, Element as SceneElement, UpdateOperation} from "../../types/messages.js" */

/** @typedef {{get: (id: string) => SceneElement | undefined, elements: () => Iterable<SceneElement>}} Elements */

/**
 * @param {readonly Operation[]} operations
 * @param {Elements} scene before them
 * @returns {Operation[]} with what the arrows do
 */
export function withArrows(operations, scene) {
  const removed = removedBy(operations, scene);
  const all = operations.map((operation) => (operation.op === "update" ? withEnds(operation, scene) : operation));
  if (removed.size === 0) return all;
  const changed = new Set(operations.flatMap((one) => (one.op === "update" ? one.id : [])));
  /** @type {Operation[]} */
  const freed = [];
  for (const element of scene.elements()) {
    const { id, kind } = element;
    if (kind.type !== "Arrow" || removed.has(id) || changed.has(id) || element.locked) continue;
    if (followedBy(kind).some((one) => removed.has(one))) freed.push(freedFrom(id, kind, removed, scene));
  }
  return [...freed, ...all]; // first: undone, they come when what they follow is there again
}

/**
 * The kind of a copy: an arrow goes from copy to copy; an end at what is not copied stays free, as far away as the copy is.
 *
 * @param {Kind} kind with ends where they are shown
 * @param {ReadonlyMap<string, string>} copies ids of the copies by those of what is copied
 * @param {number} dx in scene units
 * @param {number} dy
 * @returns {Kind}
 */
export function copiedKind(kind, copies, dx, dy) {
  if (!isArrow(kind)) return kind;
  const copied = (/** @type {ArrowEnd} */ { x, y, element }) => {
    const copy = copies.get(element ?? "");
    return { ...stored({ x: x + dx, y: y + dy }), ...(copy !== undefined && { element: copy }) };
  };
  return { ...kind, start: copied(kind.start), end: copied(kind.end) };
}

/**
 * @param {Elements} scene
 * @returns {(id: string) => Shown | undefined}
 */
function shownIn(scene) {
  return (id) => {
    const element = scene.get(id);
    return element && { kind: element.kind, at: wholeTransform(element.transform) };
  };
}

/**
 * @param {UpdateOperation} operation
 * @param {Elements} scene
 * @returns {UpdateOperation}
 */
function withEnds(operation, scene) {
  const element = scene.get(operation.id);
  const { transform, kind } = operation.changes;
  if (element?.kind.type !== "Arrow" || !transform || (kind && ("start" in kind || "end" in kind))) return operation;
  const { start, end } = element.kind;
  const before = wholeTransform(element.transform);
  const after = { ...before, ...transform };
  if (["x", "y", "width", "height", "rotation"].every((name) => Reflect.get(before, name) === Reflect.get(after, name))) return operation;
  const moved = carried(before, after);
  // An end that follows something keeps to it; where it was is of no use any more, and goes along.
  const ends = { start: stored(moved(start)), end: stored(moved(end)) };
  const box = boxOfEnds({ start: { ...start, ...ends.start }, end: { ...end, ...ends.end } });
  return { ...operation, changes: { ...operation.changes, transform: { ...transform, ...box, rotation: 0 }, kind: { ...kind, ...ends } } };
}

/**
 * @param {string} id
 * @param {Arrow} arrow
 * @param {ReadonlySet<string>} removed
 * @param {Elements} scene
 * @returns {UpdateOperation}
 */
function freedFrom(id, arrow, removed, scene) {
  const { start, end } = aimsOf(arrow, shownIn(scene));
  const { points } = arrowPath(arrow, start, end);
  const [first, last] = [points[0], points[points.length - 1]];
  /** @type {Record<string, unknown>} */
  const changes = {};
  const after = { start: arrow.start, end: arrow.end };
  for (const [name, point] of /** @type {const} */ ([["start", first], ["end", last]])) {
    const { element } = arrow[name];
    if (!point || !element || !removed.has(element)) continue;
    changes[name] = { ...stored(point), element: null };
    after[name] = stored(point);
  }
  return { op: "update", id, changes: { kind: changes, transform: { ...boxOfEnds(after), rotation: 0 } } };
}

/**
 * @param {readonly Operation[]} operations
 * @param {Elements} scene
 * @returns {Set<string>} ids of what they remove, with all that goes with it
 */
function removedBy(operations, scene) {
  const removed = new Set(operations.flatMap((operation) => (operation.op === "remove" ? operation.id : [])));
  let before = 0;
  while (removed.size > before) {
    before = removed.size;
    for (const { id, parent, kind } of scene.elements()) if (parent && removed.has(parent) && !streamOf(kind)) removed.add(id);
  }
  return removed;
}

/** As it is stored: a tenth of a unit is finer than anybody sees. @param {Point} point @returns {Point} */
function stored({ x, y }) {
  return { x: Math.round(x * 10) / 10 || 0, y: Math.round(y * 10) / 10 || 0 };
}
