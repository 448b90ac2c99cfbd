/** An overlay on the elements: their state after operations that are not sent yet. Pure. */

import { applied, subjectOf } from "./operations.js";

/** @import {Operation} from "./operations.js" */
/** @import {Element as SceneElement} from "../types/messages.js" */

/** @typedef {(id: string) => SceneElement | undefined} Look */

export class OperationOverlay {
  #look;
  /** @type {Map<string, SceneElement | undefined>} */
  #drawn = new Map();

  /** @param {Look} look */
  constructor(look) {
    this.#look = look;
  }

  /**
   * @param {string} id
   * @returns {SceneElement | undefined}
   */
  look(id) {
    return this.#drawn.has(id) ? this.#drawn.get(id) : this.#look(id);
  }

  /** @param {Operation} operation */
  apply(operation) {
    const id = subjectOf(operation);
    this.#drawn.set(id, applied(this.look(id), operation));
  }
}
