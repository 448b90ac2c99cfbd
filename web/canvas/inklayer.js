/** The layer of strokes that are being drawn, here and elsewhere: over the canvas, in scene units. */

import { svg } from "../kinds/parts/drawing.js";

/** @import {Stage} from "./stage.js" */

/** @type {WeakMap<Stage, InkLayer>} */
const layers = new WeakMap();

/**
 * @param {Stage} stage
 * @returns {InkLayer} the one over it
 */
export function layerOver(stage) {
  const layer = layers.get(stage) ?? new InkLayer(stage);
  layers.set(stage, layer);
  return layer;
}

export class InkLayer {
  #stage;
  #space = svg("g", {});

  /** @param {Stage} stage */
  constructor(stage) {
    this.#stage = stage;
    const root = svg("svg", { class: "ink-layer", "aria-hidden": "true", focusable: "false" });
    root.append(this.#space);
    stage.space.after(root);
    stage.on("moved", () => this.#place());
    this.#place();
  }

  /** @param {SVGElement} node */
  show(node) {
    this.#space.append(node);
  }

  #place() {
    const { left, top, scale } = this.#stage.camera;
    this.#space.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
  }
}
