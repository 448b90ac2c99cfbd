/**
 * A mark in the storage of this browser while a canvas is being drawn: when the page dies or hangs over it, the next
 * one that opens it can ask before it draws. Pure but for the storage and the clock it is given.
 */

import { storageKey } from "../lib/site.js";

const KEY = storageKey("drawing.");
const TAB_KEY = "canvas-server.tab";
/** What another tab began to draw less long ago, it may still be drawing. */
const PATIENCE_MS = 10_000;

/**
 * @typedef {object} DrawGuardParts
 * @property {() => {local: Storage, own: Storage}} storage of the browser, and of this tab; throws where it is forbidden
 * @property {() => number} now milliseconds since 1970 UTC
 * @property {() => string} newId
 */

export class DrawGuard {
  #key;
  #parts;
  #begun = false;
  /** The last time this canvas was drawn in this browser, that did not end. */
  unfinished;

  /**
   * @param {string} sessionId
   * @param {DrawGuardParts} parts
   */
  constructor(sessionId, parts) {
    this.#key = KEY + sessionId;
    this.#parts = parts;
    this.unfinished = this.#try(({ local }) => {
      const [tab, at] = (local.getItem(this.#key) ?? "").split(" ");
      return Boolean(tab) && (tab === this.#tab() || parts.now() - Number(at) > PATIENCE_MS);
    }) ?? false;
  }

  /** Drawing begins, the first time. */
  begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.#try(({ local }) => local.setItem(this.#key, `${this.#tab()} ${this.#parts.now()}`));
  }

  /** It has ended, or the page goes as pages do. */
  end() {
    this.unfinished = false;
    if (this.#begun) this.#try(({ local }) => local.removeItem(this.#key));
  }

  get begun() {
    return this.#begun;
  }

  #tab() {
    return this.#try(({ own }) => {
      const tab = own.getItem(TAB_KEY) ?? this.#parts.newId();
      own.setItem(TAB_KEY, tab);
      return tab;
    }) ?? "";
  }

  /**
   * @template T
   * @param {(storage: {local: Storage, own: Storage}) => T} act
   * @returns {T | undefined} `undefined`: the browser keeps nothing
   */
  #try(act) {
    try {
      return act(this.#parts.storage());
    } catch {
      return undefined; // storage can be forbidden, or full
    }
  }
}
