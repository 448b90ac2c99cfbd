/** The active mode of the pointer: `body[data-mode]`, and the cursor over the canvas. */

import { Emitter } from "../../lib/emitter.js";
import { modes } from "./modes.js";

/** @import {Gesture} from "../gestures.js" */
/** @import {Mode} from "./mode.js" */

/** @extends {Emitter<{changed: Mode}>} */
export class ActiveMode extends Emitter {
  #frame;
  /** @type {Mode} */
  #current = modes[0];

  /** @param {HTMLElement} frame of the stage */
  constructor(frame) {
    super();
    this.#frame = frame;
    document.body.dataset["mode"] = this.#current.name;
  }

  get current() {
    return this.#current;
  }

  /** @param {string} name of a mode of the list; another one changes nothing */
  set(name) {
    const mode = modes.find((one) => one.name === name);
    if (!mode || mode === this.#current) return;
    this.#current = mode;
    document.body.dataset["mode"] = name;
    this.#frame.style.cursor = mode.begin ? mode.cursor : "";
    this.emit("changed", mode);
  }

  /** @returns {boolean} another mode than the first was active */
  reset() {
    const was = this.#current !== modes[0];
    this.set(modes[0].name);
    return was;
  }

  /**
   * The gesture of a mode, after which the next one is active, unless it stays.
   *
   * @param {Gesture} gesture
   * @returns {Gesture}
   */
  once(gesture) {
    return {
      ...gesture,
      finish: () => {
        if (!this.#current.stays) this.reset(); // first: what is made may begin something that another press would end
        gesture.finish();
      },
    };
  }
}
