/** View of the latest figures of a call. */

import { make, setText } from "../ui/dom.js";
import { figureText } from "../text/monitor.js";

/** @import {Figure} from "../text/monitor.js" */
/** @import {Present} from "./rating.js" */

export class Figures {
  node = make("dl", { class: "figures" });
  /** @type {Map<Figure, HTMLElement>} */
  #values = new Map();

  constructor() {
    for (const [name, { label }] of figures()) {
      const value = make("dd", { "data-figure": name });
      this.#values.set(name, value);
      this.node.append(make("div", {}, make("dt", {}, label), value));
    }
  }

  /** @param {Present} present */
  show(present) {
    for (const [name, { value }] of figures()) {
      const node = this.#values.get(name);
      if (node) setText(node, value(present) || "–");
    }
  }
}

/** @returns {[Figure, (typeof figureText)[Figure]][]} */
function figures() {
  return /** @type {[Figure, (typeof figureText)[Figure]][]} */ (Object.entries(figureText));
}
