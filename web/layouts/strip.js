/** View of the strip: who is not seen on the canvas, a moving picture each, in a row or a column that scrolls. */

import { text } from "../text/layouts.js";
import { Face } from "./face.js";

/** @import {FaceHooks} from "./face.js" */

export class Strip {
  #root;
  #hooks;
  /** By stream id. @type {Map<string, Face>} */
  #faces = new Map();
  /** Only pictures that are scrolled into sight are drawn. */
  #sight;

  /**
   * @param {HTMLElement} root
   * @param {FaceHooks} hooks
   */
  constructor(root, hooks) {
    this.#root = root;
    this.#hooks = hooks;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", text.strip);
    this.#sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.#faceOf(target)?.play(isIntersecting);
    }, { root });
  }

  /** @returns {Iterable<Face>} */
  get faces() {
    return this.#faces.values();
  }

  /** @param {readonly string[]} streamIds in order */
  show(streamIds) {
    this.#root.hidden = streamIds.length === 0;
    for (const [streamId, face] of this.#faces) {
      if (streamIds.includes(streamId)) continue;
      const hadFocus = face.node.contains(document.activeElement);
      this.#sight.unobserve(face.node);
      face.close();
      this.#faces.delete(streamId);
      if (hadFocus) this.#root.querySelector("button")?.focus();
    }
    for (const [index, streamId] of streamIds.entries()) {
      const face = this.#faces.get(streamId) ?? this.#make(streamId);
      const there = this.#root.children[index];
      if (there !== face.node) this.#root.insertBefore(face.node, there ?? null);
    }
  }

  /** @param {string} streamId */
  #make(streamId) {
    const face = new Face(streamId, this.#root, this.#hooks);
    this.#faces.set(streamId, face);
    this.#sight.observe(face.node);
    return face;
  }

  /** @param {Element} node */
  #faceOf(node) {
    return [...this.#faces.values()].find((face) => face.node === node);
  }
}
