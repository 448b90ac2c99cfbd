/** The box of an element whose kind is shown as what is in it: around all of that. Pure. */

import { boundsOf, unionOf } from "./geometry.js";
import { motionOf, placeAfter } from "../scene/carrying.js";
import { definitionOf } from "../kinds/kinds.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Element as SceneElement, Transform, TransformChanges} from "../types/messages.js" */

/** @typedef {Pick<Editable, "get" | "childrenOf">} Nested */
/** @typedef {(id: string) => Required<Transform>} PlaceOf */

/**
 * @param {SceneElement["kind"] | undefined} kind
 * @returns {boolean} it is shown as what is in it, and nothing of its own
 */
export function isHull(kind) {
  return kind !== undefined && definitionOf(kind).hull === true;
}

/**
 * @param {Nested} scene
 * @param {string} id
 * @param {PlaceOf} placeOf of elements that are no hulls
 * @returns {Required<Transform>} of an element: of a hull, the upright box around what is in it, if anything is
 */
export function hullOf(scene, id, placeOf) {
  const element = scene.get(id);
  if (!isHull(element?.kind)) return placeOf(id);
  /** @type {Required<Transform>[]} */
  const inside = [];
  collect(scene, id, placeOf, inside, new Set());
  const box = unionOf(inside.map(boundsOf));
  return box ? { ...placeOf(id), ...box, rotation: 0 } : placeOf(id);
}

/**
 * @param {Nested} scene
 * @param {string} id
 * @returns {Required<Transform>} where an element is while nothing moves, of a hull the box around what is in it
 */
export function restingOf(scene, id) {
  return hullOf(scene, id, (one) => wholeTransform(scene.get(one)?.transform));
}

/**
 * The changes of an element that bring the box that it is seen in to another place. A hull has a transform of its own,
 * which goes the same way.
 *
 * @param {Nested} scene
 * @param {string} id
 * @param {TransformChanges} changes of `restingOf` it
 * @returns {TransformChanges}
 */
export function placedChanges(scene, id, changes) {
  const element = scene.get(id);
  if (!element || !isHull(element.kind)) return changes;
  const from = restingOf(scene, id);
  const motion = motionOf(from, { ...from, ...changes }, true);
  if (!motion) return changes.z_index === undefined ? {} : { z_index: changes.z_index };
  const { x, y, width, height, rotation } = placeAfter(wholeTransform(element.transform), motion);
  return { ...(changes.z_index !== undefined && { z_index: changes.z_index }), x, y, width, height, rotation };
}

/**
 * @param {Nested} scene
 * @param {string} id
 * @param {PlaceOf} placeOf
 * @param {Required<Transform>[]} inside where they are added
 * @param {Set<string>} seen
 */
function collect(scene, id, placeOf, inside, seen) {
  for (const child of scene.childrenOf(id)) {
    if (seen.has(child)) continue;
    seen.add(child);
    if (isHull(scene.get(child)?.kind)) collect(scene, child, placeOf, inside, seen);
    else if (scene.get(child)) inside.push(placeOf(child));
  }
}
