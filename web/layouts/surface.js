/** View over the stage in the layouts Speaker and Grid: one picture large, or all of them in pages that can be swiped. */

import { coalesce } from "../lib/coalesce.js";
import { text } from "../text/layouts.js";
import { icon, make, setText } from "../ui/dom.js";
import { Face } from "./face.js";
import { paged } from "./packing.js";

/** @import {FaceHooks} from "./face.js" */

const GAP_PX = 10;
/** Of a camera that was never seen. */
const UNKNOWN_ASPECT = 16 / 9;

export class Surface {
  #root;
  #hooks;
  /** By stream id. @type {Map<string, Face>} */
  #faces = new Map();
  #pages = make("div", { class: "surface-pages", tabindex: "-1" });
  #earlier = make("button", { type: "button", class: "surface-turn", "data-turn": "earlier", "aria-label": text.earlier }, icon("chevron-down"));
  #later = make("button", { type: "button", class: "surface-turn", "data-turn": "later", "aria-label": text.later }, icon("chevron-down"));
  #count = make("span", { class: "surface-count" });
  #bar = make("div", { class: "surface-bar", hidden: "" }, this.#earlier, this.#count, this.#later);
  /** @type {readonly string[]} */
  #ids = [];
  /** What is laid out now. */
  #laid = "";
  #sight;
  #layOutSoon = coalesce(() => this.#layOut());

  /**
   * @param {HTMLElement} root
   * @param {FaceHooks} hooks
   */
  constructor(root, hooks) {
    this.#root = root;
    this.#hooks = hooks;
    root.setAttribute("role", "region");
    root.setAttribute("aria-label", text.surface);
    root.append(this.#pages, this.#bar);
    this.#sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        for (const face of this.#faces.values()) if (face.node === target) face.play(isIntersecting);
      }
    }, { root: this.#pages });
    new ResizeObserver(this.#layOutSoon).observe(this.#pages);
    hooks.videos.on("sized", this.#layOutSoon);
    this.#earlier.addEventListener("click", () => this.#turn(-1));
    this.#later.addEventListener("click", () => this.#turn(1));
    this.#pages.addEventListener("scrollend", () => this.#showPage());
  }

  /** @returns {Iterable<Face>} */
  get faces() {
    return this.#faces.values();
  }

  /** @param {readonly string[]} streamIds in order; none: the canvas is seen */
  show(streamIds) {
    this.#root.hidden = streamIds.length === 0;
    if (streamIds.join() === this.#ids.join()) return;
    this.#ids = streamIds;
    for (const [streamId, face] of this.#faces) {
      if (streamIds.includes(streamId)) continue;
      this.#sight.unobserve(face.node);
      face.close();
      this.#faces.delete(streamId);
    }
    for (const streamId of streamIds) {
      if (this.#faces.has(streamId)) continue;
      const face = new Face(streamId, this.#pages, this.#hooks);
      this.#faces.set(streamId, face);
      this.#sight.observe(face.node);
    }
    this.#layOut();
  }

  /** Give each picture its cell, and the cells their pages. */
  #layOut() {
    const box = { width: this.#pages.clientWidth, height: this.#pages.clientHeight };
    if (this.#ids.length === 0 || box.width === 0) return;
    const aspects = this.#ids.map((streamId) => this.#hooks.videos.aspectOf(streamId) ?? UNKNOWN_ASPECT);
    const { columns, width, height, perPage, pages } = paged(aspects, box, GAP_PX);
    const laid = JSON.stringify([this.#ids, columns, Math.floor(width), Math.floor(height), perPage]);
    if (laid === this.#laid) return;
    this.#laid = laid;
    const { style } = this.#pages;
    style.setProperty("--columns", String(columns));
    style.setProperty("--cell-width", `${Math.floor(width)}px`);
    style.setProperty("--cell-height", `${Math.floor(height)}px`);
    while (this.#pages.children.length > pages) this.#pages.lastElementChild?.remove();
    while (this.#pages.children.length < pages) this.#pages.append(make("div", { class: "surface-page" }));
    for (const [index, streamId] of this.#ids.entries()) {
      const page = this.#pages.children[Math.floor(index / perPage)];
      const face = this.#faces.get(streamId);
      if (!page || !face) continue;
      const there = page.children[index % perPage];
      if (there !== face.node) page.insertBefore(face.node, there ?? null);
      face.attach();
      face.fit();
    }
    this.#bar.hidden = pages < 2;
    this.#showPage();
  }

  /** @param {1 | -1} way */
  #turn(way) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#pages.scrollBy({ left: way * this.#pages.clientWidth, behavior: isCalm ? "instant" : "smooth" });
  }

  #showPage() {
    const pages = this.#pages.children.length;
    const page = Math.round(this.#pages.scrollLeft / Math.max(1, this.#pages.clientWidth)) + 1;
    setText(this.#count, text.page(page, pages));
    this.#earlier.disabled = page <= 1;
    this.#later.disabled = page >= pages;
  }
}
