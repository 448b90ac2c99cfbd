/** The colours of the page, for what is not drawn by style sheets. */

import { Emitter } from "../lib/emitter.js";

/** @extends {Emitter<{changed: null}>} */
class Theme extends Emitter {
  /** @type {Map<string, string>} */
  #values = new Map();

  constructor() {
    super();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#values.clear();
      this.emit("changed", null);
    });
  }

  /**
   * @param {string} name of a custom property of the page, such as `--ink`
   * @returns {string} a CSS colour
   */
  color(name) {
    let value = this.#values.get(name);
    if (value === undefined) {
      value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      this.#values.set(name, value);
    }
    return value;
  }
}

export const theme = new Theme();
