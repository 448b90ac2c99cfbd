/**
 * The window onto the canvas: turns scene units into pixels so that the scene's viewport fits,
 * and scrolls to what lies beyond it.
 */

import { Emitter } from "../emitter.js";

/** @import {Transform} from "../types/messages.js" */

/** @typedef {{left: number, top: number, right: number, bottom: number}} Bounds */

const ZOOM_STEP = 1.25;
const MAX_ZOOM = 8;
const MIN_ZOOM = 0.5;

/** @extends {Emitter<{scaled: null}>} */
export class Stage extends Emitter {
  #frame;
  #space;
  #viewport = { width: 1280, height: 720 };
  #zoom = 1;
  /** @type {Bounds} */
  #bounds = { left: 0, top: 0, right: 1280, bottom: 720 };
  /** Pixels per scene unit. */
  scale = 1;

  /**
   * @param {HTMLElement} frame scrolls
   * @param {HTMLElement} space inside it, as large as the scene
   */
  constructor(frame, space) {
    super();
    this.#frame = frame;
    this.#space = space;
    new ResizeObserver(() => this.#rescale()).observe(frame);
  }

  /** @param {{width: number, height: number}} viewport in scene units */
  setViewport(viewport) {
    this.#viewport = viewport;
    this.#rescale();
  }

  /**
   * What the scene takes up beyond its viewport can be scrolled to.
   *
   * @param {Bounds} bounds in scene units
   */
  setBounds({ left, top, right, bottom }) {
    const old = this.#bounds;
    this.#bounds = {
      left: Math.min(0, left),
      top: Math.min(0, top),
      right: Math.max(this.#viewport.width, right),
      bottom: Math.max(this.#viewport.height, bottom),
    };
    this.#layOut();
    if (old.left === this.#bounds.left && old.top === this.#bounds.top) return;
    this.emit("scaled", null);
    // The origin has moved within the space: scroll along, so that nothing jumps on the screen.
    this.#frame.scrollLeft += (old.left - this.#bounds.left) * this.scale;
    this.#frame.scrollTop += (old.top - this.#bounds.top) * this.scale;
  }

  /** @param {-1 | 0 | 1} direction smaller, fitting, larger */
  zoom(direction) {
    const factor = direction === 0 ? 1 : this.#zoom * ZOOM_STEP ** direction;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#frame;
    const middle = { x: scrollLeft + clientWidth / 2, y: scrollTop + clientHeight / 2 };
    const before = this.scale;
    this.#zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, factor));
    this.#rescale();
    const ratio = this.scale / before;
    this.#frame.scrollTo(middle.x * ratio - clientWidth / 2, middle.y * ratio - clientHeight / 2);
  }

  /**
   * Put a node of the space where an element is.
   *
   * @param {HTMLElement} node
   * @param {Required<Transform>} transform
   */
  place(node, { x, y, width, height, rotation, z_index }) {
    const left = (x - this.#bounds.left) * this.scale;
    const top = (y - this.#bounds.top) * this.scale;
    const turn = rotation ? ` rotate(${rotation}deg)` : "";
    node.style.transform = `translate(${left}px, ${top}px)${turn}`;
    node.style.width = `${width * this.scale}px`;
    node.style.height = `${height * this.scale}px`;
    node.style.zIndex = String(z_index);
  }

  #rescale() {
    // The outer size: it does not change when scroll bars come and go.
    const { offsetWidth, offsetHeight } = this.#frame;
    const free = offsetHeight - Number.parseFloat(getComputedStyle(this.#frame).paddingBottom);
    if (offsetWidth <= 0 || free <= 0) return;
    const { width, height } = this.#viewport;
    this.scale = Math.min(offsetWidth / width, free / height) * this.#zoom;
    this.#space.style.setProperty("--scale", String(this.scale));
    this.#layOut();
    this.emit("scaled", null);
  }

  #layOut() {
    const { left, top, right, bottom } = this.#bounds;
    this.#space.style.width = `${(right - left) * this.scale}px`;
    this.#space.style.height = `${(bottom - top) * this.scale}px`;
  }
}
