/**
 * Storage for unfinished input, so that neither a reload nor a crash of the page loses it: in `sessionStorage`, which
 * belongs to one window and is restored with it.
 */

import { storageKey } from "../lib/site.js";
import { readText, writeText } from "../lib/stored.js";

/** @template T */
export class Unsaved {
  #key;
  /** What this page has kept. @type {T | null} */
  #value = null;

  /**
   * @param {string} sessionId of the canvas
   * @param {string} what is being made
   */
  constructor(sessionId, what) {
    this.#key = storageKey(`unsaved.${what}.${sessionId}`);
  }

  /**
   * @param {T} value as JSON can hold it
   * @returns {boolean} false: it lasts as long as the page
   */
  keep(value) {
    this.#value = value;
    const isKept = writeText("window", this.#key, JSON.stringify(value));
    if (!isKept) this.#remove(); // nothing older comes back in its place
    return isKept;
  }

  /** @returns {T | null} */
  recall() {
    if (this.#value !== null) return this.#value;
    try {
      return JSON.parse(readText("window", this.#key) ?? "null");
    } catch {
      return null;
    }
  }

  /** It is made, or not wanted any more. */
  forget() {
    this.#value = null;
    this.#remove();
  }

  #remove() {
    writeText("window", this.#key, null);
  }
}
