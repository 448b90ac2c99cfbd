/** The colours of the page, and when they change: for what is drawn by a program and not by CSS. */

import { Emitter } from "../lib/emitter.js";

/** @extends {Emitter<{changed: null}>} */
class Theme extends Emitter {
  /** @type {Map<string, string>} */
  #values = new Map();
  #follows = false;

  /**
   * @template {"changed"} Name
   * @param {Name} name
   * @param {(detail: null) => void} listener
   * @override
   */
  on(name, listener) {
    this.#follow();
    return super.on(name, listener);
  }

  /**
   * @param {string} name of a custom property of the page, such as `--ink`
   * @returns {string} a CSS colour
   */
  color(name) {
    this.#follow();
    let value = this.#values.get(name);
    if (value === undefined) {
      value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      this.#values.set(name, value);
    }
    return value;
  }

  /** Not before it is used: modules that may draw are also imported where there is no page. */
  #follow() {
    if (this.#follows) return;
    this.#follows = true;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#values.clear();
      this.emit("changed", null);
    });
  }
}

export const theme = new Theme();
