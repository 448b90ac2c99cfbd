/** The selection: the elements that the person has chosen. Pure. */

import { Emitter } from "../lib/emitter.js";

/** @extends {Emitter<{changed: null}>} */
export class Selection extends Emitter {
  /** @type {Set<string>} */
  #ids = new Set();

  /** @returns {ReadonlySet<string>} in the order in which they were chosen */
  get ids() {
    return this.#ids;
  }

  get size() {
    return this.#ids.size;
  }

  /**
   * @param {string} id
   * @returns {boolean}
   */
  has(id) {
    return this.#ids.has(id);
  }

  /** @param {Iterable<string>} ids replace what was chosen */
  set(ids) {
    const next = new Set(ids);
    if (next.size === this.#ids.size && [...next].every((id) => this.#ids.has(id))) return;
    this.#ids = next;
    this.emit("changed", null);
  }

  /** @param {string} id */
  toggle(id) {
    const next = new Set(this.#ids);
    if (!next.delete(id)) next.add(id);
    this.set(next);
  }

  clear() {
    this.set([]);
  }

  /** @param {(id: string) => boolean} isThere what is not there is no longer chosen */
  keep(isThere) {
    this.set([...this.#ids].filter(isThere));
  }
}
