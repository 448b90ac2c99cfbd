/**
 * The person's own operations that are not confirmed yet, over the committed scene, with what follows from each for what
 * has its element as parent (rule STR5). Pure.
 */

import { consequencesOf, placedBy } from "./consequences.js";
import { Hierarchy } from "./hierarchy.js";
import { applied, hasWords, subjectOf, withoutWords } from "./operations.js";

/** @import {Operation} from "./operations.js" */
/** @import {SceneState} from "./scene.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/** @type {ReadonlySet<string>} */
const NOTHING = new Set();

export class PendingOverlay {
  #scene;
  /** By element. @type {Map<string, Operation[]>} */
  #pending = new Map();
  /** What they make of the elements. @type {Map<string, SceneElement | undefined>} */
  #overlaid = new Map();
  /** Those whose words the server has: they come before the answer does. @type {WeakSet<Operation>} */
  #arrived = new WeakSet();
  /** @type {WeakMap<Operation, Operation[]>} */
  #consequences = new WeakMap();
  /** Of the elements as they are shown. */
  #hierarchy = new Hierarchy();

  /** @param {SceneState} scene what the server has committed */
  constructor(scene) {
    this.#scene = scene;
  }

  /**
   * @param {string} id
   * @returns {SceneElement | undefined}
   */
  get(id) {
    return this.#overlaid.has(id) ? this.#overlaid.get(id) : this.#scene.elements.get(id);
  }

  /** All elements, in the order in which they came. @returns {IterableIterator<SceneElement>} */
  *elements() {
    for (const id of this.#scene.elements.keys()) {
      const element = this.get(id);
      if (element) yield element;
    }
    for (const [id, element] of this.#overlaid) if (element && !this.#scene.elements.has(id)) yield element;
  }

  get size() {
    let size = this.#scene.elements.size;
    for (const [id, element] of this.#overlaid) {
      size += Number(element !== undefined) - Number(this.#scene.elements.has(id));
    }
    return size;
  }

  /**
   * @param {string} id
   * @returns {ReadonlySet<string>} those that have an element as their parent
   */
  childrenOf(id) {
    return this.#hierarchy.childrenOf(id);
  }

  /**
   * @param {string} id
   * @returns {readonly Operation[]} those on an element
   */
  pendingOf(id) {
    return this.#pending.get(id) ?? [];
  }

  /** The committed scene became another one. */
  replaced() {
    this.#hierarchy.clear();
    for (const { id, parent } of this.#scene.elements.values()) this.#hierarchy.put(id, parent);
    for (const id of this.#pending.keys()) this.changed(id);
  }

  /** @param {string} id of an element that the server has changed */
  changed(id) {
    const element = this.#scene.elements.get(id);
    const pending = this.pendingOf(id);
    const last = pending.findLastIndex((operation) => hasWords(element, operation));
    for (const operation of pending.slice(0, last + 1)) this.#arrived.add(operation);
    this.#redraw(id);
  }

  /**
   * Show the operations of one edit from now on.
   *
   * @param {readonly Operation[]} operations
   * @param {(operation: Operation) => void} [done]
   * @returns {Set<string>} ids of all that may look different
   */
  lay(operations, done = () => {}) {
    const look = (/** @type {string} */ id) => this.get(id);
    const childrenOf = (/** @type {string} */ id) => this.childrenOf(id);
    /** @type {Set<string>} */
    const ids = new Set();
    const placed = operations.length > 1 ? placedBy(operations, look) : NOTHING;
    for (const operation of operations) {
      const { before, after } = consequencesOf(operation, look, childrenOf, placed);
      if (before.length + after.length > 0) this.#consequences.set(operation, [...before, ...after]);
      for (const one of [...before, operation, ...after]) {
        this.#put(one);
        ids.add(subjectOf(one));
      }
      done(operation);
    }
    return ids;
  }

  /**
   * The server has confirmed or refused these: from now on its own state of the elements counts.
   *
   * @param {readonly Operation[]} operations
   * @returns {Set<string>} ids of all that may look different
   */
  settle(operations) {
    const settled = new Set(operations.flatMap((one) => [one, ...(this.#consequences.get(one) ?? [])]));
    const ids = new Set([...settled].map(subjectOf));
    for (const id of ids) {
      const rest = this.pendingOf(id).filter((operation) => !settled.has(operation));
      if (rest.length > 0) this.#pending.set(id, rest);
      else this.#pending.delete(id);
      this.#redraw(id);
    }
    return ids;
  }

  /**
   * @param {ReadonlyMap<Operation, Operation>} remade what is sent in the place of what
   * @returns {Set<string>} ids of all that may look different
   */
  remake(remade) {
    for (const [before, now] of remade) {
      const consequences = this.#consequences.get(before);
      if (consequences) this.#consequences.set(now, consequences);
    }
    const ids = new Set([...remade.keys()].map(subjectOf));
    for (const id of ids) {
      this.#pending.set(id, this.pendingOf(id).map((operation) => remade.get(operation) ?? operation));
      this.#redraw(id);
    }
    return ids;
  }

  /** @param {string} id */
  #redraw(id) {
    const pending = this.#pending.get(id);
    if (pending) {
      // Their words are there, and others' with them: they are not merged once more.
      const rest = pending.map((operation) => (this.#arrived.has(operation) ? withoutWords(operation) : operation));
      this.#overlaid.set(id, rest.reduce(applied, this.#scene.elements.get(id)));
    } else this.#overlaid.delete(id);
    this.#hierarchy.put(id, this.get(id)?.parent);
  }

  /** @param {Operation} operation */
  #put(operation) {
    const id = subjectOf(operation);
    // On top of what is shown: to apply all that waits anew each time would cost its square.
    const element = applied(this.get(id), operation);
    this.#overlaid.set(id, element);
    const pending = this.#pending.get(id);
    if (pending) pending.push(operation);
    else this.#pending.set(id, [operation]);
    this.#hierarchy.put(id, element?.parent);
  }
}
