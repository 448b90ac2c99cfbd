/** Earlier scenes, and the entries of the history that lead from one to the next. Pure. */

import { Hierarchy } from "./hierarchy.js";
import { applied, subjectOf } from "./operations.js";
import { Emitter } from "../lib/emitter.js";

/** @import {Foreign, AddOperation, Element as SceneElement, RemoveOperation, SceneDocument, UpdateOperation} from "../types/messages.js" */

/**
 * The scene became these elements: it was cleared, restored or imported.
 *
 * @typedef {{op: "replace", elements: SceneElement[], restored?: number | null}} ReplaceChange
 */

/**
 * One accepted change, as `GET /api/scene/{session}/history` tells it. Without a peer it came over HTTP
 * or from the server itself.
 *
 * @typedef {object} Entry
 * @property {number} revision
 * @property {number} timestamp milliseconds since 1970 UTC
 * @property {AddOperation | UpdateOperation | RemoveOperation | ReplaceChange} change
 * @property {string | null} [peer_id]
 * @property {Foreign | null} [display_name]
 * @property {Foreign | null} [server] the other server that it comes from
 */

/** @typedef {ReadonlyMap<string, SceneElement>} Elements by id, in order */

/**
 * @param {SceneDocument} scene
 * @returns {Elements}
 */
export function elementsOf(scene) {
  return new Map(scene.elements.map((element) => [element.id, element]));
}

/**
 * The elements after changes that follow, in order. The given ones are not modified.
 *
 * @param {Elements} elements
 * @param {Iterable<Entry>} entries
 * @returns {Elements}
 */
export function after(elements, entries) {
  let now = new Map(elements);
  for (const { change } of entries) {
    if (change.op === "replace") {
      now = new Map(change.elements.map((element) => [element.id, element]));
      continue;
    }
    const id = subjectOf(change);
    const element = applied(now.get(id), change);
    if (element) now.set(id, element);
    else now.delete(id);
  }
  return now;
}

/**
 * An earlier scene, read like an `OptimisticScene`; it cannot be edited.
 *
 * @extends {Emitter<{changed: {ids: Iterable<string>}, replaced: null}>}
 */
export class HistoryScene extends Emitter {
  /** @type {Elements} */
  #elements = new Map();
  #hierarchy = new Hierarchy();
  viewport = { width: 1280, height: 720 };

  /** @param {string} id */
  get(id) {
    return this.#elements.get(id);
  }

  /** @param {string} id */
  has(id) {
    return this.#elements.has(id);
  }

  elements() {
    return this.#elements.values();
  }

  /** @param {string} id */
  childrenOf(id) {
    return this.#hierarchy.childrenOf(id);
  }

  get size() {
    return this.#elements.size;
  }

  /**
   * Become another moment; only what differs is reported as changed.
   *
   * @param {Elements} elements
   */
  become(elements) {
    const before = this.#elements;
    this.#elements = elements;
    this.#hierarchy.clear();
    for (const { id, parent } of elements.values()) this.#hierarchy.put(id, parent);
    const ids = new Set();
    for (const [id, element] of elements) if (before.get(id) !== element) ids.add(id);
    for (const id of before.keys()) if (!elements.has(id)) ids.add(id);
    if (ids.size > 0) this.emit("changed", { ids });
  }
}
