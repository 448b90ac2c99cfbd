/** Choices of the view of this window: the layout, what is pinned, whose shared screen was put away. */

import { Emitter } from "../lib/emitter.js";
import { asOneOf, StoredRecord } from "../lib/stored.js";
import { LAYOUTS } from "./members.js";

/** @import {Layout} from "./members.js" */

/** `pip`: the picture in picture is to be opened or closed. @extends {Emitter<{changed: null, pip: null}>} */
export class Layouts extends Emitter {
  /** @type {StoredRecord<{layout: Layout}>} */
  #kept = new StoredRecord("browser", "canvas-server.layout", { layout: asOneOf(LAYOUTS) });
  /** @type {Layout} */
  #layout = this.#kept.read().layout ?? "canvas";
  /** Stream that has the stage by the person's wish. @type {string | null} */
  #pinned = null;
  /** Screens whose stage the person gave back. @type {Set<string>} */
  #putAway = new Set();

  get layout() {
    return this.#layout;
  }

  set layout(layout) {
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#kept.write({ layout });
    this.emit("changed", null);
  }

  get pinned() {
    return this.#pinned;
  }

  /** @returns {ReadonlySet<string>} */
  get putAway() {
    return this.#putAway;
  }

  /** @param {string | null} streamId `null`: nothing is pinned */
  pin(streamId) {
    if (streamId === this.#pinned) return;
    this.#pinned = streamId;
    this.emit("changed", null);
  }

  /** Open the picture in picture, or close it. */
  togglePip() {
    this.emit("pip", null);
  }

  /** Give the stage back. @param {string} streamId that has it */
  giveBack(streamId) {
    if (streamId === this.#pinned) this.#pinned = null;
    if (streamId.startsWith("screen-")) this.#putAway.add(streamId);
    this.emit("changed", null);
  }

  /** @param {string} streamId that is over: if it is shared again it takes the stage again */
  over(streamId) {
    this.#putAway.delete(streamId);
    if (streamId === this.#pinned) this.#pinned = null;
  }
}
