/**
 * Wanted state of the devices, on or off: only the person's own press changes it. A window remembers it for its
 * reloads, the browser for windows to come, so that what was off is never turned on by itself.
 */

import { Emitter } from "../lib/emitter.js";

/** @import {MediaKind} from "./local.js" */

const KEY = "canvas-server.on";

/** `changed`: the person has pressed for this kind, also when they want what they wanted before. */
/** @extends {Emitter<{changed: MediaKind}>} */
export class Intentions extends Emitter {
  /** @type {Record<MediaKind, boolean>} */
  #on;

  constructor() {
    super();
    // What another window was told meanwhile is of no concern to this one.
    this.#on = { audio: true, video: true, ...recall("localStorage"), ...recall("sessionStorage") };
  }

  /** @param {MediaKind} kind */
  isOn(kind) {
    return this.#on[kind];
  }

  /**
   * @param {MediaKind} kind
   * @param {boolean} on
   */
  set(kind, on) {
    this.#on = { ...this.#on, [kind]: on };
    keep("sessionStorage", this.#on);
    keep("localStorage", { ...recall("localStorage"), [kind]: on });
    this.emit("changed", kind);
  }
}

/**
 * @param {"localStorage" | "sessionStorage"} where
 * @returns {Partial<Record<MediaKind, boolean>>} what is remembered there, as far as it means something
 */
function recall(where) {
  try {
    const kept = JSON.parse(globalThis[where].getItem(KEY) ?? "{}");
    const known = /** @type {const} */ (["audio", "video"]).filter((kind) => typeof kept[kind] === "boolean");
    return Object.fromEntries(known.map((kind) => [kind, kept[kind]]));
  } catch {
    return {};
  }
}

/**
 * @param {"localStorage" | "sessionStorage"} where
 * @param {Partial<Record<MediaKind, boolean>>} on
 */
function keep(where, on) {
  try {
    globalThis[where].setItem(KEY, JSON.stringify(on));
  } catch {
    // Storage can be forbidden; then it lasts as long as the page.
  }
}
