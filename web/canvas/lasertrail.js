/** The trail of a laser: what it has pointed at in the last second. It is stored nowhere. */

import { lineOf } from "../kinds/ink/outline.js";
import { distinct } from "../kinds/ink/spline.js";
import { svg } from "../kinds/parts/drawing.js";

/** @import {InkPoint} from "../kinds/ink/spline.js" */

const FADES_MS = 1_200;
/** The trail grows thinner in so many steps. */
const STEPS = 4;

export class LaserTrail {
  node = svg("g", { class: "laser" });
  /** @type {{point: InkPoint, at: number}[]} */
  #trail = [];
  #frame = 0;
  #over = false;

  /** @param {{color: string, width: number}} look width in scene units */
  constructor({ color, width }) {
    this.node.style.color = color;
    for (let step = 1; step <= STEPS; step++) {
      this.node.append(svg("path", { class: "glow", "stroke-width": (width * 2.6 * step) / STEPS }));
      this.node.append(svg("path", { class: "core", "stroke-width": (width * step) / STEPS }));
    }
  }

  /** @param {readonly InkPoint[]} points */
  add(points) {
    const at = performance.now();
    for (const point of points) this.#trail.push({ point, at });
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => this.#fade());
    this.#paint();
  }

  /** It was let go: what is there still fades. */
  end() {
    this.#over = true;
    this.draw();
  }

  #fade() {
    this.#frame = 0;
    const since = performance.now() - FADES_MS;
    const kept = this.#trail.findIndex(({ at }) => at >= since);
    this.#trail = kept < 0 ? this.#trail.slice(this.#over ? Infinity : -1) : this.#trail.slice(kept);
    this.#paint();
    if (this.#over && this.#trail.length === 0) this.node.remove();
    else if (this.#over || this.#trail.length > 1) this.#frame = requestAnimationFrame(() => this.#fade());
  }

  #paint() {
    const now = performance.now();
    for (const [at, path] of [...this.node.children].entries()) {
      const step = Math.floor(at / 2);
      // The youngest part is drawn in every step, the oldest in the thinnest alone.
      const since = now - FADES_MS * (1 - step / STEPS);
      const points = distinct(this.#trail.filter(({ at: when }) => when >= since).map(({ point }) => point));
      path.setAttribute("d", points.length > 0 ? lineOf(points) : "");
    }
  }
}
