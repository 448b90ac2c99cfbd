/** Content of a kind in which something is written: one paragraph, readable on the page whatever its colour. */

import { make } from "../../ui/dom.js";
import { theme } from "../../ui/theme.js";
import { chosenColor, vanishes } from "./contrast.js";
import { showWritten } from "./written.js";

/** @import {Kind} from "../definition.js" */

/** How the paragraph looks: size in scene units, a CSS colour, alignment of its lines. */
/** @typedef {{content: string, fontSize: number, color: string, align: string}} ParagraphLook */

/** The colours of authors who chose none: these are written in the page's own ink. */
const NO_CHOICE = new Set(["#000000", "#000", "black"]);

/** Of other systems and programs; a paragraph of CSS ends at a line feed alone. */
const LINE_ENDS = /\r\n?|[\u2028\u2029]/g;
/** What no document holds (XML 1.0 section 2.2), and each font shows differently. */
const UNWRITABLE = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** @template {Kind} K */
export class ParagraphContent {
  paragraph = make("p", { dir: "auto" });
  #lookOf;
  #color = "";
  #size = 0;
  #off;

  /**
   * @param {HTMLElement} node
   * @param {(kind: K) => ParagraphLook} lookOf
   */
  constructor(node, lookOf) {
    this.#lookOf = lookOf;
    node.append(this.paragraph);
    this.#off = theme.on("changed", () => this.#paint());
  }

  /** @param {K} kind */
  show(kind) {
    const { content, fontSize, color, align } = this.#lookOf(kind);
    const { paragraph } = this;
    showWritten(paragraph, shownText(content));
    paragraph.style.fontSize = `${fontSize}px`;
    paragraph.style.textAlign = align;
    this.#color = color;
    this.#size = fontSize;
    this.#paint();
  }

  close() {
    this.#off();
  }

  #paint() {
    const color = NO_CHOICE.has(this.#color.trim().toLowerCase()) ? "" : chosenColor(this.#color);
    this.paragraph.style.color = color;
    this.paragraph.classList.toggle("carded", color !== "" && vanishes(color, this.#size));
  }
}

/**
 * @param {string} content as it was written
 * @returns {string} as a paragraph shows it
 */
export function shownText(content) {
  return content.replace(LINE_ENDS, "\n").replace(UNWRITABLE, "\ufffd");
}
