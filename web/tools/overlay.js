/** The layer over the canvas with frames, handles and guides. In pixels, at any zoom. */

import { make } from "../ui/dom.js";
import { HANDLES } from "../canvas/geometry.js";
import { frameAround } from "./gestures.js";

/** @import {Box, Handle} from "../canvas/geometry.js" */
/** @import {Guide} from "../canvas/snap.js" */
/** @import {EditContext} from "./tools.js" */
/** @import {Transform} from "../types/messages.js" */

const CURSORS = ["nwse-resize", "ns-resize", "nesw-resize", "ew-resize"];
/** Smaller than this the sides have no handles: nothing would be left to take hold of. */
const LEAST_SIDE_PX = 56;
/** So many elements at most have a frame each besides the one around all. */
const MOST_FRAMES = 200;

export class Overlay {
  #context;
  #root = make("div", { class: "overlay", "aria-hidden": "true" });
  #frames = make("div", {});
  #guides = make("div", {});
  #marquee = make("div", { class: "marquee", hidden: "" });
  #box = make("div", { class: "selection", hidden: "" });
  /** @type {Map<Handle, HTMLElement>} */
  #handles = new Map();
  #frame = 0;
  #quiet = false;

  /** @param {EditContext} context */
  constructor(context) {
    this.#context = context;
    for (const [number, handle] of /** @type {Handle[]} */ (Object.keys(HANDLES)).entries()) {
      const node = make("div", { class: "handle", "data-handle": handle });
      node.style.left = `${50 + HANDLES[handle].x * 50}%`;
      node.style.top = `${50 + HANDLES[handle].y * 50}%`;
      node.classList.toggle("side", number % 2 === 1);
      this.#handles.set(handle, node);
    }
    const turn = make("div", { class: "handle turn", "data-handle": "turn" });
    this.#box.append(...this.#handles.values(), turn);
    this.#root.append(this.#frames, this.#guides, this.#box, this.#marquee);
    context.stage.frame.append(this.#root);
    const draw = () => this.#drawSoon();
    context.selection.on("changed", draw);
    context.motion.on("changed", draw);
    context.stage.on("moved", draw);
    context.scene.on("changed", draw);
    context.scene.on("replaced", draw);
    context.previews.on("changed", draw);
  }

  /** @param {boolean} quiet while something is typed there are no handles */
  setQuiet(quiet) {
    this.#quiet = quiet;
    this.#drawSoon();
  }

  /** @param {Guide[]} guides */
  showGuides(guides) {
    this.#guides.replaceChildren(...guides.map((guide) => this.#guide(guide)));
  }

  /** @param {Box | null} box in scene units */
  showMarquee(box) {
    this.#marquee.hidden = box === null;
    if (box) this.#place(this.#marquee, { ...box, rotation: 0 });
  }

  #drawSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { selection, scene, view } = this.#context;
    const ids = [...selection.ids].filter((id) => scene.has(id));
    const transforms = ids.map((id) => view.transformOf(id));
    const around = this.#quiet ? null : frameAround(transforms);
    this.#box.hidden = around === null;
    this.#box.classList.toggle("several", ids.length > 1);
    if (around) this.#drawBox(around);
    this.#drawFrames(ids.length > 1 && !this.#quiet ? transforms.slice(0, MOST_FRAMES) : []);
  }

  /** @param {Required<Transform>} around */
  #drawBox(around) {
    const { scale } = this.#context.stage;
    this.#place(this.#box, around);
    this.#box.classList.toggle("narrow", around.width * scale < LEAST_SIDE_PX);
    this.#box.classList.toggle("low", around.height * scale < LEAST_SIDE_PX);
    const turn = Math.round(around.rotation / 45);
    for (const [number, node] of [...this.#handles.values()].entries()) {
      node.style.cursor = CURSORS[(((number + turn) % 4) + 4) % 4] ?? "";
    }
  }

  /** @param {Required<Transform>[]} transforms */
  #drawFrames(transforms) {
    const frames = this.#frames;
    while (frames.childElementCount > transforms.length) frames.lastElementChild?.remove();
    while (frames.childElementCount < transforms.length) frames.append(make("div", { class: "frame" }));
    for (const [number, transform] of transforms.entries()) {
      const node = frames.children[number];
      if (node instanceof HTMLElement) this.#place(node, transform);
    }
  }

  /**
   * @param {Guide} guide
   * @returns {HTMLElement}
   */
  #guide({ axis, at, from, to, gap }) {
    const node = make("div", { class: gap ? `guide gap along-${axis}` : `guide along-${axis}` });
    const upright = axis === "x";
    const [x, y] = upright ? [at, from] : [from, at];
    const { scale } = this.#context.stage;
    const length = Math.max(1, (to - from) * scale);
    const { left, top } = this.#pixels(x, y);
    node.style.transform = `translate(${left}px, ${top}px)`;
    node.style[upright ? "height" : "width"] = `${length}px`;
    if (gap) node.append(make("span", { class: "gap-size" }, String(Math.round(to - from))));
    return node;
  }

  /**
   * @param {HTMLElement} node
   * @param {Box & {rotation: number}} place
   */
  #place(node, { x, y, width, height, rotation }) {
    const { scale } = this.#context.stage;
    const { left, top } = this.#pixels(x, y);
    const turn = rotation ? ` rotate(${rotation}deg)` : "";
    node.style.transform = `translate(${left}px, ${top}px)${turn}`;
    node.style.width = `${width * scale}px`;
    node.style.height = `${height * scale}px`;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {{left: number, top: number}} in pixels of the frame
   */
  #pixels(x, y) {
    const { scale } = this.#context.stage;
    const sight = this.#context.stage.visible();
    return { left: (x - sight.x) * scale, top: (y - sight.y) * scale };
  }
}
