/** One stroke while it is drawn: what is far from its end is drawn once, so that a long one is no slower than a short one. */

import { paint } from "../kinds/ink/content.js";
import { formOf } from "../kinds/ink/outline.js";
import { distinct } from "../kinds/ink/spline.js";
import { svg } from "../kinds/parts/drawing.js";

/** @import {InkPoint} from "../kinds/ink/spline.js" */

/** So many points at the end are drawn anew with each that comes. */
const LOOSE = 48;

/** @typedef {{color: string, width: number, brush: "pen" | "marker" | "laser"}} LiveLook width in scene units */

export class LiveStroke {
  node = svg("g", {});
  #look;
  /** @type {InkPoint[]} */
  #points = [];
  /** So many of them are drawn for good. */
  #settled = 0;
  #end = svg("path", { class: "ink" });

  /** @param {LiveLook} look */
  constructor(look) {
    this.#look = look;
    this.node.classList.add("live-stroke", look.brush);
    this.node.append(this.#end);
  }

  /** @returns {readonly InkPoint[]} */
  get points() {
    return this.#points;
  }

  /** @param {readonly InkPoint[]} points more of them */
  add(points) {
    for (const point of distinct(points)) {
      const last = this.#points.at(-1);
      if (!last || last[0] !== point[0] || last[1] !== point[1]) this.#points.push(point);
    }
  }

  /** @param {readonly InkPoint[]} points in place of those before */
  replace(points) {
    this.#points = distinct(points);
    this.#settled = 0;
    this.node.replaceChildren(this.#end);
  }

  /** @param {readonly InkPoint[]} [ahead] where it may go next: drawn this time only */
  draw(ahead = []) {
    const last = this.#points.length - 1;
    if (last < 0) return this.#end.setAttribute("d", "");
    if (last - this.#settled > 2 * LOOSE) {
      const until = last - LOOSE;
      const part = svg("path", { class: "ink" });
      this.#paint(part, this.#points, this.#settled, until);
      this.#end.before(part);
      this.#settled = until;
    }
    const points = ahead.length > 0 ? distinct([...this.#points, ...ahead]) : this.#points;
    this.#paint(this.#end, points, this.#settled, points.length - 1);
  }

  /**
   * @param {SVGPathElement} path
   * @param {readonly InkPoint[]} points
   * @param {number} from
   * @param {number} to
   */
  #paint(path, points, from, to) {
    const { color, width } = this.#look;
    paint(path, formOf(points, width, from, to), { color, brush: "pen" });
  }
}
