/**
 * Decides which elements have content: those that are seen at once, those near it in moments when
 * nothing else is to be done, and none of those far away. A scene may have 20,000 elements.
 */

import { contentFor, isDear } from "./content.js";
import { grown, holds, meet } from "./placing.js";
import { soon } from "../soon.js";

/** @import {Content, Kind} from "./content.js" */
/** @import {Box, Stage} from "./stage.js" */
/** @import {Tile} from "./tile.js" */
/** @import {Transform} from "../types/messages.js" */

/**
 * An element's node and what is known about it: `tile` of a camera, which has its own content and
 * always has it; `at` and `bounds`: where it was put; `pixels`: what its content is sharp for.
 *
 * @typedef {object} Shown
 * @property {string} id
 * @property {HTMLElement} node
 * @property {Kind} kind
 * @property {Tile | null} tile
 * @property {Content | null} content
 * @property {Required<Transform> | null} at
 * @property {Box | null} bounds
 * @property {number} pixels
 */

/** In screens on each side: content is made there before it is seen, and taken off beyond. */
const NEAR = 0.5;
const FAR = 2;
/** How long at a time, so that a frame is not missed by much. */
const SLICE_MS = 10;
/** Pictures are drawn anew when they are this much too coarse, or too fine. */
const TOO_COARSE = 1.4;

export class Filler {
  #stage;
  #shown;
  /** What has been looked through; content is there already. @type {Box | null} */
  #covered = null;
  /** @type {Shown[]} */
  #waiting = [];
  #next = 0;
  #goOn = soon(() => this.#work());

  /**
   * @param {Stage} stage
   * @param {ReadonlyMap<string, Shown>} shown
   */
  constructor(stage, shown) {
    this.#stage = stage;
    this.#shown = shown;
    stage.on("moved", () => {
      if (!this.#covered || !holds(this.#covered, stage.visible())) this.look();
    });
    stage.on("settled", () => this.look());
  }

  /** Elements have come or moved, or the camera has: see what is to be done. */
  look() {
    this.#covered = null;
    this.#goOn();
  }

  /** @param {Shown} shown gets its content now, if it has none */
  fill(shown) {
    if (shown.tile || shown.content || !shown.at) return;
    shown.content = contentFor(shown.node, shown.kind);
    shown.content.resize?.(shown.at.width, shown.at.height);
    this.#sharpen(shown);
    shown.content.show(shown.kind);
  }

  /** Do what is due, for a short while; then let the page draw and listen, and go on. */
  #work() {
    const end = performance.now() + SLICE_MS;
    if (!this.#covered) this.#plan();
    while (this.#next < this.#waiting.length) {
      const shown = this.#waiting[this.#next++];
      if (shown && this.#shown.get(shown.id) === shown) {
        if (shown.content) this.#sharpen(shown);
        else this.fill(shown);
      }
      if (performance.now() > end) return this.#goOn();
    }
    this.#waiting = [];
  }

  /** Look through all elements: what needs content, what is seen first, and what does not. */
  #plan() {
    const seen = this.#stage.visible();
    const near = grown(seen, NEAR);
    const far = grown(seen, FAR);
    const pixels = this.#pixels();
    /** @type {Shown[]} */
    const now = [];
    /** @type {Shown[]} */
    const later = [];
    for (const shown of this.#shown.values()) {
      if (!shown.bounds || shown.tile) continue;
      if (shown.content && !meet(shown.bounds, far)) empty(shown);
      else if (shown.content && !isCoarse(shown, pixels)) continue;
      else if (meet(shown.bounds, seen)) now.push(shown);
      else if (meet(shown.bounds, near) && !isDear(shown.kind)) later.push(shown);
    }
    this.#covered = near;
    this.#waiting = now.concat(later);
    this.#next = 0;
  }

  /** @param {Shown} shown */
  #sharpen(shown) {
    const pixels = this.#pixels();
    if (!shown.content?.sharpen || !isCoarse(shown, pixels)) return;
    shown.pixels = pixels;
    shown.content.sharpen(pixels);
  }

  #pixels() {
    return this.#stage.scale * devicePixelRatio;
  }
}

/** @param {Shown} shown loses its content, unless somebody is at work in it */
function empty(shown) {
  if (shown.node.contains(document.activeElement)) return;
  shown.content?.close?.();
  shown.content = null;
  shown.pixels = 0;
  shown.node.replaceChildren();
}

/**
 * @param {Shown} shown
 * @param {number} pixels for a scene unit now
 */
function isCoarse(shown, pixels) {
  if (!shown.content?.sharpen) return false;
  return shown.pixels * TOO_COARSE < pixels || shown.pixels > pixels * TOO_COARSE * 2;
}
