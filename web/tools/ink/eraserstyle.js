/** What the eraser takes: whole strokes, or what it passes over. Remembered in this window. */

import { Emitter } from "../../lib/emitter.js";
import { asOneOf, StoredRecord } from "../../lib/stored.js";

export const ERASERS = /** @type {const} */ (["whole", "area"]);
/** @typedef {typeof ERASERS[number]} EraserStyle */

/** @extends {Emitter<{changed: null}>} */
class Eraser extends Emitter {
  /** @type {StoredRecord<{eraser: EraserStyle}>} */
  #kept = new StoredRecord("window", "eraser", { eraser: asOneOf(ERASERS) });
  /** @type {EraserStyle | null} */
  #style = null;

  get current() {
    return (this.#style ??= this.#kept.read().eraser ?? "whole");
  }

  /** @param {EraserStyle} style */
  set(style) {
    this.#style = style;
    this.#kept.write({ eraser: style });
    this.emit("changed", null);
  }
}

export const eraser = new Eraser();
