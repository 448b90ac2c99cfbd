/**
 * The camera over the canvas. Elements are placed in scene units inside one node, the space; to
 * pan and to zoom is to change the one transform of that node.
 */

import { make } from "../ui/dom.js";
import { Emitter } from "../lib/emitter.js";
import { boxToFit } from "./extent.js";
import { freeBox } from "./freebox.js";

/** @import {Edge} from "./freebox.js" */
/** @import {Box} from "./geometry.js" */

/** @typedef {{left: number, top: number, scale: number, fitted: boolean}} Camera where the stage looks, to come back to */

/** By hand; to show all there is it may be less. */
export const MIN_SCALE = 0.1;
const MIN_FIT_SCALE = 0.05;
export const MAX_SCALE = 8;
/** How much of the frame `fit` leaves free around a box, and `reveal` beside it. */
const AIR_PX = 24;
/** One step of zooming, by a key or a button. */
const ZOOM_STEP = 1.25;
/** A box is not blown up beyond this to fill the window. */
const MAX_FIT_SCALE = 2;
/** After this long without motion the picture is drawn anew, sharp. */
const SETTLE_MS = 160;
/** Distance of the dots of the ground in scene units, and at most on the screen. */
const DOTS = 22;
const WIDEST_DOTS_PX = 32;

/**
 * `moved`: the camera has another place or scale; `settled`: it has come to rest since.
 *
 * @typedef {{moved: null, settled: null}} StageEvents
 */

/** @extends {Emitter<StageEvents>} */
export class Stage extends Emitter {
  #viewport = { width: 1280, height: 720 };
  #ground = make("div", { class: "ground" });
  /** Where the origin of the scene is in the frame, in pixels. */
  #left = 0;
  #top = 0;
  #width = 0;
  #height = 0;
  /** Nobody has moved the camera: it goes on showing all of the viewport. */
  #fitted = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #settledScale = 0;
  /** @type {{node: HTMLElement, edge: Edge | (() => Edge)}[]} */
  #bars = [];
  #barSizes = new ResizeObserver(() => this.#barsChanged());
  /** Pixels per scene unit. */
  scale = 1;
  /** It has not come to rest yet. */
  moving = false;

  /**
   * @param {HTMLElement} frame the window onto the canvas; bars lie over its edges
   * @param {HTMLElement} space the node inside it that holds the elements
   */
  constructor(frame, space) {
    super();
    this.frame = frame;
    this.space = space;
    frame.prepend(this.#ground);
    this.#resize();
    new ResizeObserver(() => this.#resize()).observe(frame);
  }

  /** @param {{width: number, height: number}} viewport what a newcomer sees, in scene units */
  setViewport({ width, height }) {
    if (width === this.#viewport.width && height === this.#viewport.height) return;
    this.#viewport = { width, height };
    if (this.#fitted) this.fit();
  }

  /**
   * @param {number} clientX
   * @param {number} clientY
   * @returns {{x: number, y: number}} in scene units
   */
  toScene(clientX, clientY) {
    const { left, top } = this.frame.getBoundingClientRect();
    return {
      x: (clientX - left - this.#left) / this.scale,
      y: (clientY - top - this.#top) / this.scale,
    };
  }

  /**
   * @param {number} x in scene units
   * @param {number} y
   * @returns {{x: number, y: number}} in pixels of the page
   */
  toClient(x, y) {
    const { left, top } = this.frame.getBoundingClientRect();
    return { x: left + this.#left + x * this.scale, y: top + this.#top + y * this.scale };
  }

  /** The part of the scene that the frame shows, also below bars. @returns {Box} */
  visible() {
    const { scale } = this;
    return {
      x: -this.#left / scale,
      y: -this.#top / scale,
      width: this.#width / scale,
      height: this.#height / scale,
    };
  }

  /** @returns {Camera} */
  get camera() {
    return { left: this.#left, top: this.#top, scale: this.scale, fitted: this.#fitted };
  }

  /** @param {Camera} camera to come back to */
  return({ left, top, scale, fitted }) {
    this.#fitted = fitted;
    this.#put(left, top, scale);
  }

  /**
   * Move what is seen, as if it were pushed.
   *
   * @param {number} dx in pixels
   * @param {number} dy
   */
  panBy(dx, dy) {
    this.#fitted = false;
    this.#put(this.#left + dx, this.#top + dy, this.scale);
  }

  /**
   * Zoom; what is at a point stays there.
   *
   * @param {number} factor
   * @param {number} clientX
   * @param {number} clientY
   */
  zoomAt(factor, clientX, clientY) {
    const { left, top } = this.frame.getBoundingClientRect();
    this.#zoom(this.scale * factor, clientX - left, clientY - top);
  }

  zoomIn() {
    this.zoomTo(this.scale * ZOOM_STEP);
  }

  zoomOut() {
    this.zoomTo(this.scale / ZOOM_STEP);
  }

  /** @param {number} scale pixels per scene unit; the middle stays where it is */
  zoomTo(scale) {
    const free = this.free();
    this.#zoom(scale, free.x + free.width / 2, free.y + free.height / 2);
  }

  /**
   * Show all there is, as far as it can be seen at once; of nothing the scene's viewport.
   *
   * @param {readonly Box[]} boxes of the elements, in scene units
   */
  fitAll(boxes) {
    const { width, height } = this.free();
    const most = { width: (width - 2 * AIR_PX) / MIN_FIT_SCALE, height: (height - 2 * AIR_PX) / MIN_FIT_SCALE };
    this.fit(boxToFit(boxes, most) ?? undefined);
  }

  /**
   * Show all of a box; without one all of the scene's viewport, also when the window changes.
   *
   * @param {Box} [box] in scene units
   */
  fit(box) {
    const free = this.free();
    const air = box ? AIR_PX : 0;
    this.#fitted = !box;
    const { x, y, width, height } = box ?? { x: 0, y: 0, ...this.#viewport };
    const across = (free.width - 2 * air) / Math.max(width, 1);
    const down = (free.height - 2 * air) / Math.max(height, 1);
    const scale = limited(Math.min(across, down, box ? MAX_FIT_SCALE : MAX_SCALE), MIN_FIT_SCALE);
    this.#put(
      free.x + free.width / 2 - (x + width / 2) * scale,
      free.y + free.height / 2 - (y + height / 2) * scale,
      scale,
    );
  }

  /**
   * Pan as little as shows a box; one that is larger than the frame fills it.
   *
   * @param {Box} box in scene units
   */
  reveal({ x, y, width, height }) {
    const free = this.free();
    const dx = leastShift(this.#left + x * this.scale, width * this.scale, free.x, free.width);
    const dy = leastShift(this.#top + y * this.scale, height * this.scale, free.y, free.height);
    if (dx || dy) this.panBy(dx, dy);
  }

  /** The part of the frame that no bar lies over, in pixels of the frame. @returns {Box} */
  free() {
    const { left, top } = this.frame.getBoundingClientRect();
    const frame = { x: 0, y: 0, width: this.#width, height: this.#height };
    const bars = this.#bars.flatMap(({ node, edge: at }) => {
      const edge = typeof at === "string" ? at : at();
      const box = node.getBoundingClientRect();
      return box.width && box.height ? [{ edge, x: box.left - left, y: box.top - top, width: box.width, height: box.height }] : [];
    });
    return freeBox(frame, bars);
  }

  /**
   * A bar lies over the frame: what is fitted, revealed or placed does not go under it, as long as it is in sight.
   *
   * @param {HTMLElement} node
   * @param {Edge | (() => Edge)} edge that it is at
   */
  reserve(node, edge) {
    this.#bars.push({ node, edge });
    this.#barSizes.observe(node);
    this.#barsChanged();
  }

  /** The bars have other sizes, or came or went. */
  #barsChanged() {
    const free = this.free();
    const { style } = this.frame.parentElement ?? this.frame;
    const sides = { left: free.x, top: free.y, right: this.#width - free.x - free.width, bottom: this.#height - free.y - free.height };
    for (const [side, value] of Object.entries(sides)) style.setProperty(`--free-${side}`, `${value}px`);
    if (this.#fitted) this.fit();
  }

  #resize() {
    const { offsetWidth, offsetHeight } = this.frame;
    if (offsetWidth <= 0 || offsetHeight <= 0) return;
    const dx = (offsetWidth - this.#width) / 2;
    const dy = (offsetHeight - this.#height) / 2;
    this.#width = offsetWidth;
    this.#height = offsetHeight;
    this.#barsChanged();
    if (!this.#fitted) this.#put(this.#left + dx, this.#top + dy, this.scale);
  }

  /**
   * @param {number} wished
   * @param {number} x of the point that stays, in pixels of the frame
   * @param {number} y
   */
  #zoom(wished, x, y) {
    const scale = limited(wished, Math.min(MIN_SCALE, this.scale));
    const ratio = scale / this.scale;
    this.#fitted = false;
    this.#put(x + (this.#left - x) * ratio, y + (this.#top - y) * ratio, scale);
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} scale
   */
  #put(left, top, scale) {
    this.#left = left;
    this.#top = top;
    this.scale = scale;
    this.moving = true;
    const { style } = this.space;
    style.willChange = "transform"; // while it moves, the picture there is may be moved as it is
    style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    this.#moveGround();
    if (this.#settledScale === 0) this.#settle();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), SETTLE_MS);
    this.emit("moved", null);
  }

  #settle() {
    this.moving = false;
    this.space.style.willChange = "";
    if (this.#settledScale !== this.scale) {
      this.#settledScale = this.scale;
      // A pixel in scene units, for what must not shrink with the picture: names, buttons, lines.
      this.space.style.setProperty("--unit", String(Math.min(8, Math.max(0.25, 1 / this.scale))));
    }
    this.emit("settled", null);
  }

  /** The dots lie still in the scene; seen from far there are fewer of them. */
  #moveGround() {
    let cell = DOTS * this.scale;
    while (cell < WIDEST_DOTS_PX / 2) cell *= 2;
    while (cell > WIDEST_DOTS_PX) cell /= 2;
    const x = modulo(this.#left + WIDEST_DOTS_PX, cell);
    const y = modulo(this.#top + WIDEST_DOTS_PX, cell);
    const { style } = this.#ground;
    const size = `${cell}px ${cell}px`;
    if (style.backgroundSize !== size) style.backgroundSize = size;
    style.transform = `translate(${x}px, ${y}px)`;
  }
}

/** @param {number} scale @param {number} least */
function limited(scale, least) {
  return Math.min(MAX_SCALE, Math.max(least, scale));
}

/**
 * @param {number} start of a stretch
 * @param {number} length
 * @param {number} from where the room for it begins
 * @param {number} room
 * @returns {number} the least shift that brings it inside, or lets it fill the room
 */
function leastShift(start, length, from, room) {
  const air = Math.min(AIR_PX, Math.max(0, (room - length) / 2));
  const toStart = from + air - start;
  const toEnd = from + room - air - (start + length);
  return Math.min(Math.max(0, Math.min(toStart, toEnd)), Math.max(toStart, toEnd));
}

/**
 * @param {number} value
 * @param {number} by
 */
function modulo(value, by) {
  return ((value % by) + by) % by;
}
