/** Content of ink: the stroke, and around it what can be hit. */

import { drawing, svg } from "../parts/drawing.js";
import { inkOf, seenWidth } from "../parts/strokes.js";
import { fitted, formOf, lineOf } from "./outline.js";

/** @import {Ink} from "../../types/messages.js" */
/** @import {Form} from "./outline.js" */

export class StrokeContent {
  #line = svg("path", { class: "ink" });
  /** Wider than a thin stroke, so that a finger hits it. */
  #reach = svg("path", { class: "ink-reach" });
  /** @type {Ink | null} */
  #ink = null;
  #width = 0;
  #height = 0;

  /** @param {HTMLElement} node */
  constructor(node) {
    const picture = drawing();
    picture.append(this.#reach, this.#line);
    node.append(picture);
  }

  /** @param {Ink} ink */
  show(ink) {
    this.#ink = ink;
    this.#draw();
  }

  /**
   * @param {number} width in scene units
   * @param {number} height
   */
  resize(width, height) {
    this.#width = width;
    this.#height = height;
    this.#draw();
  }

  #draw() {
    if (!this.#ink) return;
    const { points, width } = fitted(this.#ink, this.#width, this.#height);
    paint(this.#line, formOf(points, width), this.#ink);
    this.#reach.setAttribute("d", lineOf(points));
    this.#reach.style.setProperty("--brush", `${width}px`);
  }
}

/**
 * @param {SVGPathElement} path
 * @param {Form} form
 * @param {Pick<Ink, "color" | "brush">} look
 */
export function paint(path, { d, width }, { color, brush }) {
  path.setAttribute("d", d);
  const { style } = path;
  style.color = inkOf(color, "var(--ink)");
  style.stroke = width > 0 ? "currentColor" : "none";
  style.fill = width > 0 ? "none" : "currentColor";
  style.strokeWidth = width > 0 ? seenWidth(width) : "";
  path.classList.toggle("marker", brush === "marker");
}
