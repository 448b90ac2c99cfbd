/** A text on the canvas. */

import { make } from "../../ui/dom.js";
import { vanishes } from "./contrast.js";
import { theme } from "../../canvas/theme.js";

/** @import {Text} from "../../types/messages.js" */

/** What a text has whose author chose no colour: it is written in the page's own ink. */
const NO_CHOICE = new Set(["#000000", "#000", "black"]);

export class TextContent {
  #paragraph = make("p", { dir: "auto" });
  #color = "";
  #size = 0;
  #off;

  /** @param {HTMLElement} node */
  constructor(node) {
    node.append(this.#paragraph);
    this.#off = theme.on("changed", () => this.#paint());
  }

  /** @param {Text} kind */
  show({ content, font_size = 16, color = "#000000", align = "left" }) {
    const paragraph = this.#paragraph;
    if (paragraph.textContent !== content) paragraph.textContent = content;
    paragraph.style.fontSize = `${font_size}px`;
    paragraph.style.textAlign = align;
    this.#color = color;
    this.#size = font_size;
    this.#paint();
  }

  close() {
    this.#off();
  }

  #paint() {
    const own = NO_CHOICE.has(this.#color.trim().toLowerCase());
    this.#paragraph.style.color = own ? "" : this.#color;
    this.#paragraph.classList.toggle("carded", !own && vanishes(this.#color, this.#size));
  }
}
