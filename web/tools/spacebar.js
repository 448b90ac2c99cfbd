/** The space bar, held: a press pans the canvas then. */

import { isSpaceBar } from "../lib/keys.js";
import { isOwnBusiness } from "./targets.js";

export class SpaceBar {
  #frame;
  held = false;

  /** @param {HTMLElement} frame of the stage */
  constructor(frame) {
    this.#frame = frame;
    addEventListener("keydown", (event) => this.#key(event, true));
    addEventListener("keyup", (event) => this.#key(event, false));
    addEventListener("blur", () => this.#hold(false));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {boolean} down
   */
  #key(event, down) {
    if (!isSpaceBar(event) || (down && isOwnBusiness(event.target))) return;
    this.#hold(down);
    if (down) event.preventDefault();
  }

  /** @param {boolean} held */
  #hold(held) {
    this.held = held;
    this.#frame.toggleAttribute("data-pannable", held);
  }
}
