/** A picture on the canvas. */

import { make } from "../dom.js";
import { describeKind } from "./describe.js";
import { standIn } from "./standin.js";
import { text } from "../text/canvas.js";

/** @import {Image as Picture} from "../types/messages.js" */

export class PictureContent {
  #node;
  #src = "";
  /** @type {HTMLImageElement | null} */
  #picture = null;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
  }

  /** @param {Picture} kind */
  show(kind) {
    if (kind.src !== this.#src || !this.#picture) this.#load(kind.src);
    this.#picture?.setAttribute("alt", describeKind(kind));
  }

  /** @param {string} src */
  #load(src) {
    this.#src = src;
    // Nobody's server need know which canvas shows its picture: the link is what lets people in.
    const picture = make("img", { referrerpolicy: "no-referrer", draggable: "false", decoding: "async" });
    picture.addEventListener("load", () => picture.classList.add("loaded"));
    picture.addEventListener("error", () => {
      if (this.#picture !== picture) return;
      this.#picture = null;
      standIn(this.#node, "picture", text.pictureFailed);
    });
    this.#picture = picture;
    picture.src = src;
    this.#node.replaceChildren(picture);
  }
}
