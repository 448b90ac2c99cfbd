/** The minimap: all there is on the canvas, small, in a corner, with what is seen of it; a press or a drag on it moves the camera. */

import { unionOf } from "../canvas/geometry.js";
import { coalesce } from "../lib/coalesce.js";
import { streamOf } from "../scene/scene.js";
import { asBoolean, StoredRecord } from "../lib/stored.js";
import { icon, make } from "../ui/dom.js";
import { text } from "../text/tools.js";

/** @import {Box} from "../canvas/geometry.js" */
/** @import {EditContext} from "./tools.js" */

const SIZE = { width: 190, height: 124 };
const AIR_PX = 6;
/** Nothing is so small that it is not seen. */
const LEAST_PX = 2;

/** Where a scene unit is on the map, in pixels. @typedef {{scale: number, left: number, top: number}} MapPlace */

/**
 * @param {Box} world what is to be on the map, in scene units
 * @param {{width: number, height: number}} size of the map in pixels
 * @returns {MapPlace}
 */
export function mapPlace(world, { width, height }) {
  const scale = Math.min((width - 2 * AIR_PX) / Math.max(1, world.width), (height - 2 * AIR_PX) / Math.max(1, world.height));
  return {
    scale,
    left: (width - world.width * scale) / 2 - world.x * scale,
    top: (height - world.height * scale) / 2 - world.y * scale,
  };
}

/**
 * @param {MapPlace} place
 * @param {Box} box in scene units
 * @returns {Box} on the map
 */
export function onMap({ scale, left, top }, { x, y, width, height }) {
  return { x: left + x * scale, y: top + y * scale, width: Math.max(LEAST_PX, width * scale), height: Math.max(LEAST_PX, height * scale) };
}

export class Minimap {
  #context;
  #kept = new StoredRecord("browser", "canvas-server.minimap", { open: asBoolean });
  #canvas = make("canvas", { "aria-hidden": "true" });
  #sight = make("div", { class: "minimap-sight", "aria-hidden": "true" });
  #node;
  /** @type {MapPlace} */
  #place = { scale: 1, left: 0, top: 0 };
  /** While it is dragged the map stays as it is under the hand. */
  #dragging = false;
  #drawSoon = coalesce(() => this.#draw());

  /**
   * @param {EditContext} context
   * @param {HTMLElement} room around the stage
   */
  constructor(context, room) {
    this.#context = context;
    const close = make("button", { type: "button", class: "ghost", "aria-label": text.closeMinimap, title: text.closeMinimap }, icon("close"));
    close.addEventListener("click", () => this.toggle());
    this.#node = make("section", { class: "minimap", "aria-label": text.minimap, "data-minimap": "", hidden: "" }, this.#canvas, this.#sight, close);
    room.append(this.#node);
    this.#node.addEventListener("pointerdown", (event) => this.#down(event));
    for (const event of /** @type {const} */ (["changed", "replaced"])) context.scene.on(event, () => this.#drawSoon());
    context.stage.on("moved", () => this.#drawSoon());
    this.#show(this.#kept.read().open ?? false);
  }

  get isOpen() {
    return !this.#node.hidden;
  }

  toggle() {
    const hadFocus = this.#node.contains(document.activeElement);
    this.#show(!this.isOpen);
    this.#kept.write({ open: this.isOpen });
    if (hadFocus) this.#context.stage.frame.focus({ preventScroll: true });
  }

  /** @param {boolean} open */
  #show(open) {
    this.#node.hidden = !open;
    this.#draw();
  }

  #draw() {
    if (this.#node.hidden || this.#node.offsetWidth === 0) return;
    const { scene, stage } = this.#context;
    const sight = stage.visible();
    if (!this.#dragging) this.#drawElements(sight);
    const { x, y, width, height } = onMap(this.#place, sight);
    Object.assign(this.#sight.style, { translate: `${x}px ${y}px`, width: `${width}px`, height: `${height}px` });
    this.#node.toggleAttribute("data-empty", scene.size === 0);
  }

  /** @param {Box} sight */
  #drawElements(sight) {
    const { scene, view } = this.#context;
    const elements = [...scene.elements()].map(({ id, kind }) => ({ isTile: streamOf(kind) !== "", box: view.boundsOf(id) }));
    this.#place = mapPlace(unionOf([sight, ...elements.map(({ box }) => box)]) ?? sight, SIZE);
    const canvas = this.#canvas;
    const pixels = Math.min(2, devicePixelRatio || 1);
    [canvas.width, canvas.height] = [SIZE.width * pixels, SIZE.height * pixels];
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.scale(pixels, pixels);
    const style = getComputedStyle(this.#node);
    const [ink, accent] = [style.color, style.getPropertyValue("--accent")];
    for (const { isTile, box } of elements) {
      const { x, y, width, height } = onMap(this.#place, box);
      pen.globalAlpha = isTile ? 0.75 : 0.4;
      pen.fillStyle = isTile ? accent : ink;
      pen.fillRect(x, y, width, height);
    }
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button"))) return;
    event.preventDefault();
    this.#node.setPointerCapture(event.pointerId);
    this.#dragging = true;
    this.#look(event);
    const move = (/** @type {PointerEvent} */ moved) => this.#look(moved);
    this.#node.addEventListener("pointermove", move);
    this.#node.addEventListener("lostpointercapture", () => {
      this.#node.removeEventListener("pointermove", move);
      this.#dragging = false;
      this.#drawSoon();
    }, { once: true });
  }

  /** The middle of what is seen comes to the pointer. @param {PointerEvent} event */
  #look({ clientX, clientY }) {
    const { stage } = this.#context;
    const box = this.#canvas.getBoundingClientRect();
    const { scale, left, top } = this.#place;
    const at = { x: (clientX - box.left - left) / scale, y: (clientY - box.top - top) / scale };
    const sight = stage.visible();
    stage.panBy((sight.x + sight.width / 2 - at.x) * stage.scale, (sight.y + sight.height / 2 - at.y) * stage.scale);
  }
}
