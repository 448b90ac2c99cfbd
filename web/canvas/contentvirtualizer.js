/**
 * Decides which elements have content: those that are seen at once, those near it in moments when
 * nothing else is to be done, and none of those far away. A scene may have 20,000 elements. Of what is
 * costly to draw only as much is drawn as a browser can keep; the rest are cards.
 */

import { allot } from "./allotment.js";
import { cardFor, contentFor, isCostly, isExpensive, pixelsOf } from "./content.js";
import { grown, holds, meet } from "./placing.js";
import { coalesce } from "../lib/coalesce.js";

/** @import {Content, Kind} from "./content.js" */
/** @import {Box, Stage} from "./stage.js" */
/** @import {Tile} from "../kinds/video/tile.js" */
/** @import {Transform} from "../types/messages.js" */

/**
 * An element's node and what is known about it: `tile` of a camera, which has its own content and
 * always has it; `at` and `bounds`: where it was put; `pixels`: what its content is sharp for; `card`: its
 * content only says what it is, or is to; `cost`: pixels of its picture, once they were looked at.
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
 * @property {boolean} card
 * @property {{src: string, pixels: number} | null} cost
 */

/** @import {Claim} from "./allotment.js" */

/** In screens on each side: content is made there before it is seen, and taken off beyond. */
const NEAR = 0.5;
const FAR = 2;
/** How long at a time, so that a frame is not missed by much. */
const SLICE_MS = 10;
/** Of the bounds of what is drawn, on a device with little memory (W3C Device Memory; gigabytes). */
const SHARE = "deviceMemory" in navigator && Number(navigator.deviceMemory) <= 4 ? 0.5 : 1;
/** Pictures are drawn anew when they are this much too coarse, or too fine. */
const TOO_COARSE = 1.4;

export class ContentVirtualizer {
  #stage;
  #shown;
  /** What has been looked through; content is there already. @type {Box | null} */
  #covered = null;
  /** @type {Shown[]} */
  #waiting = [];
  #next = 0;
  #held = false;
  #goOn = coalesce(() => this.#work());
  /** All that is to have content has it. */
  settled = () => {};

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

  /** @param {boolean} held nothing has content but cameras, from now on */
  hold(held) {
    this.#held = held;
    if (held) for (const shown of this.#shown.values()) if (!shown.tile) drop(shown);
    this.look();
  }

  /** @param {Shown} shown gets its content now, if it has none; what is costly gets it when its turn comes */
  fill(shown) {
    if (this.#held || shown.tile || shown.content || !shown.at) return;
    if (isCostly(shown.kind)) this.look();
    else this.#make(shown, false);
  }

  /**
   * @param {Shown} shown
   * @param {boolean} card
   */
  #make(shown, card) {
    if (!shown.at) return;
    shown.card = card;
    shown.content = (card ? cardFor : contentFor)(shown.node, shown.kind);
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
        else this.#make(shown, shown.card);
        // What is costly is drawn after this task, so each of them gets one.
        if (isCostly(shown.kind) && !shown.card) return this.#goOn();
      }
      if (performance.now() > end) return this.#goOn();
    }
    this.#waiting = [];
    this.settled();
  }

  /** Look through all elements: what needs content, what is seen first, and what does not. */
  #plan() {
    const seen = this.#stage.visible();
    const near = grown(seen, NEAR);
    const far = grown(seen, FAR);
    const pixels = this.#pixels();
    const drawn = this.#held ? null : this.#allot(seen, near);
    /** @type {Shown[]} */
    const now = [];
    /** @type {Shown[]} */
    const later = [];
    for (const shown of drawn ? this.#shown.values() : []) {
      if (!shown.bounds || shown.tile) continue;
      if (shown.content && !meet(shown.bounds, far)) empty(shown);
      const isSeen = meet(shown.bounds, seen);
      const card = isCostly(shown.kind) && !drawn?.has(shown);
      if (shown.content && card !== shown.card) exchange(shown);
      if (shown.content && !isCoarse(shown, pixels)) continue;
      if (!shown.content) shown.card = card;
      if (isSeen) now.push(shown);
      else if (meet(shown.bounds, near) && !card && !isExpensive(shown.kind)) later.push(shown);
    }
    this.#covered = near;
    this.#waiting = now.concat(later);
    this.#next = 0;
  }

  /**
   * @param {Box} seen
   * @param {Box} near
   * @returns {Set<Shown>} those of what is costly that are drawn
   */
  #allot(seen, near) {
    /** @type {(Claim & {shown: Shown})[]} */
    const claims = [];
    let order = 0;
    for (const shown of this.#shown.values()) {
      order++;
      const { bounds, kind, at } = shown;
      if (!bounds || !at || !isCostly(kind) || !(meet(bounds, near) || (shown.content && !shown.card))) continue;
      const [width, height] = [at.width * this.#stage.scale, at.height * this.#stage.scale];
      claims.push({
        shown,
        type: /** @type {Claim["type"]} */ (kind.type),
        pixels: pixelsOf(shown, this.#pixels()),
        area: width * height,
        side: Math.min(width, height),
        order: at.z_index * 1e6 + order,
        seen: meet(bounds, seen),
        drawn: shown.content !== null && !shown.card,
      });
    }
    return new Set([...allot(claims, SHARE)].map(({ shown }) => shown));
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
  if (!shown.node.contains(document.activeElement)) drop(shown);
}

/** @param {Shown} shown gets other content, unless somebody is at work in what it has */
function exchange(shown) {
  const { activeElement } = document;
  if (activeElement === shown.node || !shown.node.contains(activeElement)) drop(shown);
}

/** @param {Shown} shown */
function drop(shown) {
  shown.content?.close?.();
  shown.content = null;
  shown.card = false;
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
