/** Words in the middle of a drawing: a paragraph that breaks within the room that it is given. */

import { make, setText } from "../../ui/dom.js";
import { shownText } from "./paragraph.js";
import { FAMILIES } from "./strokes.js";

/** @import {Area} from "../definition.js" */
/** @import {Shape} from "../../types/messages.js" */

export class MiddleWords {
  node = make("div", { class: "words", hidden: "" });
  #paragraph = make("p", { dir: "auto" });

  /** @param {HTMLElement} node of the element */
  constructor(node) {
    this.node.append(this.#paragraph);
    node.append(this.node);
  }

  /**
   * @param {string} words
   * @param {{font?: Shape["font"], size: number, color: string}} look colour: empty is the ink of the page
   */
  show(words, { font = "sans", size, color }) {
    this.node.hidden = words === "";
    setText(this.#paragraph, shownText(words));
    const { style } = this.#paragraph;
    style.fontFamily = FAMILIES[font] ?? FAMILIES.sans;
    style.fontSize = `${size}px`;
    style.color = color;
  }

  /** @param {Area} room in the units of the scene, within the element */
  place({ x, y, width, height }) {
    const { style } = this.node;
    style.left = `${x}px`;
    style.top = `${y}px`;
    style.width = `${width}px`;
    style.height = `${height}px`;
  }
}
