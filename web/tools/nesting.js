/** What a press, a marquee or a drop means where elements are in others: groups are chosen whole, frames take in. */

import { boundsOf, holds, middleOf } from "../canvas/geometry.js";
import { isHull } from "../canvas/hull.js";
import { definitionOf } from "../kinds/kinds.js";
import { above, below } from "../scene/hierarchy.js";
import { wholeTransform } from "../scene/scene.js";

/** @import {Box, Point} from "../canvas/geometry.js" */
/** @import {Nested} from "../canvas/hull.js" */
/** @import {Editable} from "../scene/optimisticscene.js" */
/** @import {Transform} from "../types/messages.js" */

/**
 * The outermost of the groups that an element is in, or itself; within a group that was entered, of those in it.
 *
 * @param {Nested} scene
 * @param {string} id
 * @param {string | null} [entered]
 * @returns {string}
 */
export function chosenFor(scene, id, entered = null) {
  const line = [id, ...above(id, (one) => scene.get(one))];
  const inside = entered === null ? -1 : line.indexOf(entered);
  const within = inside > 0 ? line.slice(0, inside) : line;
  return within.findLast((one) => isHull(scene.get(one)?.kind)) ?? id;
}

/** The group that the person went into by a double click, until something outside of it is chosen. */
export class EnteredGroup {
  #scene;
  /** @type {string | null} */
  #id = null;
  #pressed = "";

  /** @param {Nested} scene */
  constructor(scene) {
    this.#scene = scene;
  }

  /**
   * @param {string} id of an element that is pressed
   * @returns {string} of what is meant
   */
  choose(id) {
    this.#pressed = id;
    if (this.#id !== null && !above(id, (one) => this.#scene.get(one)).includes(this.#id)) this.#id = null;
    return chosenFor(this.#scene, id, this.#id);
  }

  /** Nothing is chosen any more. */
  leave() {
    this.#id = null;
  }

  /**
   * @param {string} id of a group that was pressed twice
   * @returns {string | null} what is meant in it
   */
  enter(id) {
    this.#id = id;
    const [first] = this.#scene.childrenOf(id);
    const isInside = above(this.#pressed, (one) => this.#scene.get(one)).includes(id);
    const inside = isInside ? this.#pressed : first;
    return inside === undefined ? null : chosenFor(this.#scene, inside, id);
  }
}

/**
 * What is chosen of all that is touched: no group beside what is in it, nothing that is locked.
 *
 * @param {Nested} scene
 * @param {Iterable<string>} ids
 * @returns {string[]}
 */
export function chosenAmong(scene, ids) {
  const touched = [...ids].filter((id) => !isHull(scene.get(id)?.kind)).map((id) => chosenFor(scene, id));
  return [...new Set(touched)].filter((id) => scene.get(id)?.locked !== true);
}

/**
 * Elements without those that others of them bring along.
 *
 * @param {Nested} scene
 * @param {Iterable<string>} ids
 * @returns {string[]}
 */
export function topmost(scene, ids) {
  const all = new Set(ids);
  return [...all].filter((id) => !above(id, (one) => scene.get(one)).some((one) => all.has(one)));
}

/**
 * The nearest element that takes in what is put at a point: a frame.
 *
 * @param {Editable} scene
 * @param {Point} at in scene units
 * @param {ReadonlySet<string>} [except] what is put there
 * @returns {string | null}
 */
export function takerAt(scene, at, except = new Set()) {
  return takerOf(scene, { ...at, width: 0, height: 0 }, except);
}

/**
 * What a new element is in: as if it were dropped there.
 *
 * @param {Editable} scene
 * @param {Transform} transform of it
 * @returns {{parent?: string}} as part of it
 */
export function parentOfNew(scene, transform) {
  const parent = takerAt(scene, middleOf(boundsOf(wholeTransform(transform))));
  return parent === null ? {} : { parent };
}

/**
 * @param {Editable} scene
 * @param {Box} box
 * @param {ReadonlySet<string>} except
 * @returns {string | null}
 */
function takerOf(scene, box, except) {
  /** @type {string | null} */
  let found = null;
  let nearest = -Infinity;
  for (const { id, kind, transform } of scene.elements()) {
    if (!definitionOf(kind).takesIn || except.has(id) || !holds(boundsOf(wholeTransform(transform)), box)) continue;
    const depth = above(id, (one) => scene.get(one)).length;
    if (depth < nearest) continue;
    nearest = depth;
    found = id;
  }
  return found;
}

/**
 * What elements are in after they were dropped somewhere, where that is not what they were in.
 *
 * @param {Editable} scene
 * @param {ReadonlyMap<string, Box & {rotation: number}>} dropped where they are now
 * @returns {Map<string, string | null>}
 */
export function parentsAfterDrop(scene, dropped) {
  /** @type {Map<string, string | null>} */
  const parents = new Map();
  const except = new Set([...dropped.keys(), ...below(dropped.keys(), (id) => scene.childrenOf(id))]);
  for (const id of topmost(scene, dropped.keys())) {
    const place = dropped.get(id);
    const before = scene.get(id)?.parent ?? null;
    const isFree = before === null || definitionOf(scene.get(before)?.kind ?? { type: "" }).takesIn === true;
    if (!place || !isFree) continue;
    const after = takerAt(scene, middleOf(boundsOf(wholeTransform(place))), except);
    if (after !== before) parents.set(id, after);
  }
  return parents;
}

/**
 * What lies wholly in a box and is in nothing yet.
 *
 * @param {Editable} scene
 * @param {Box} box
 * @param {(id: string) => Box} boundsOfShown
 * @returns {string[]} ids
 */
export function looseIn(scene, box, boundsOfShown) {
  return [...scene.elements()]
    .filter(({ id, parent, locked }) => !parent && !locked && holds(box, boundsOfShown(id)))
    .map(({ id }) => id);
}
