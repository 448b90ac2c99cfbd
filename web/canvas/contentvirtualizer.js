/**
 * Virtualizes the content of elements: those in sight have it at once, those near it in moments when
 * nothing else is to be done, and none of those far away has any. A scene may have 20,000 elements. Of what is
 * costly to draw only as much is drawn as a browser can keep; the rest are cards.
 */

import { allot } from "./allotment.js";
import { grown, holds, overlap } from "./geometry.js";
import { cardFor, definitionOf } from "../kinds/kinds.js";
import { coalesce } from "../lib/coalesce.js";

/** @import {Content, Drawn, Kind, Tile} from "../kinds/definition.js" */
/** @import {Box} from "./geometry.js" */
/** @import {Stage} from "./stage.js" */
/** @import {Transform} from "../types/messages.js" */

/**
 * An element's node and its state: `tile` of a stream, which is drawn always and has no other content; `at` and
 * `bounds`: where it was put, `drawn`: of one that says so itself; `pixels`: what its content is sharp for; `card`: its content only says what it is, or is
 * to; `memo`: for the computation of its cost.
 *
 * @typedef {object} ElementNode
 * @property {string} id
 * @property {HTMLElement} node
 * @property {Kind} kind
 * @property {Tile<any> | null} tile
 * @property {Content<any> | null} content
 * @property {Required<Transform> | null} at
 * @property {Drawn | null} drawn
 * @property {Box | null} bounds
 * @property {number} pixels
 * @property {boolean} card
 * @property {{key?: string, pixels?: number}} memo
 */

/** @import {Claim} from "./allotment.js" */

/** In screens on each side: content is made there before it is seen, and taken off beyond. */
const NEAR = 0.5;
const FAR = 2;
/** How long at a time, so that a frame is not missed by much; at most as long as the browser was busy with the frame before. */
const SLICE_MS = 10;
const LONGEST_SLICE_MS = 60;
/** What is costly takes about so long after this task, when it is drawn. */
const COSTLY_MS = 6;
/** Of the bounds of what is drawn, on a device with little memory (W3C Device Memory; gigabytes). */
const SHARE = "deviceMemory" in navigator && Number(navigator.deviceMemory) <= 4 ? 0.5 : 1;
/** Pictures are drawn anew when they are this much too coarse, or too fine. */
const TOO_COARSE = 1.4;

export class ContentVirtualizer {
  #stage;
  #nodes;
  /** What has been looked through; content is there already. @type {Box | null} */
  #covered = null;
  /** @type {ElementNode[]} */
  #waiting = [];
  #next = 0;
  #held = false;
  /** When the last slice ended, if there is more to do. */
  #pausedAt = Infinity;
  #goOn = coalesce(() => this.#work());
  /** All that is to have content has it. */
  settled = () => {};

  /**
   * @param {Stage} stage
   * @param {ReadonlyMap<string, ElementNode>} nodes by element id
   */
  constructor(stage, nodes) {
    this.#stage = stage;
    this.#nodes = nodes;
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
    if (held) for (const element of this.#nodes.values()) if (!element.tile) drop(element);
    this.look();
  }

  /** @param {ElementNode} element gets its content now, if it has none; what is costly gets it when its turn comes */
  fill(element) {
    if (this.#held || element.tile || element.content || !element.at) return;
    if (isCostly(element) && !isLight(element)) this.look();
    else this.#make(element, false);
  }

  /**
   * @param {ElementNode} element
   * @param {boolean} card
   */
  #make(element, card) {
    if (!element.at) return;
    element.card = card;
    const { node, kind } = element;
    element.content = card ? cardFor(node, kind) : definitionOf(kind).content(node);
    element.content.resize?.(element.at.width, element.at.height);
    if (element.drawn) element.content.draw?.(element.drawn);
    this.#sharpen(element);
    element.content.show(element.kind);
  }

  /** Do what is due, for a short while; then let the page draw and listen, and go on. */
  #work() {
    const now = performance.now();
    // Each frame in which something has come costs by all that is there: in a large scene few long slices are done sooner.
    const end = now + Math.min(Math.max(SLICE_MS, now - this.#pausedAt), LONGEST_SLICE_MS);
    let later = 0;
    this.#pausedAt = Infinity;
    if (!this.#covered) this.#plan();
    while (this.#next < this.#waiting.length) {
      const element = this.#waiting[this.#next++];
      if (element && this.#nodes.get(element.id) === element) {
        if (element.content) this.#sharpen(element);
        else this.#make(element, element.card);
        if (isCostly(element) && !isLight(element) && !element.card) later += COSTLY_MS;
      }
      if (performance.now() + later > end) return this.#pause();
    }
    this.#waiting = [];
    this.settled();
  }

  #pause() {
    this.#pausedAt = performance.now();
    this.#goOn();
  }

  /** Look through all elements: what needs content, what is seen first, and what does not. */
  #plan() {
    const seen = this.#stage.visible();
    const near = grown(seen, NEAR);
    const far = grown(seen, FAR);
    const pixels = this.#pixels();
    const drawn = this.#held ? null : this.#allot(seen, near);
    /** @type {ElementNode[]} */
    const now = [];
    /** @type {ElementNode[]} */
    const later = [];
    for (const element of drawn ? this.#nodes.values() : []) {
      if (!element.bounds || element.tile) continue;
      if (element.content && !overlap(element.bounds, far)) empty(element);
      const isSeen = overlap(element.bounds, seen);
      const card = isCostly(element) && !drawn?.has(element);
      if (element.content && card !== element.card) exchange(element);
      if (element.content && !isCoarse(element, pixels)) continue;
      if (!element.content) element.card = card;
      if (isSeen) now.push(element);
      else if (overlap(element.bounds, near) && !card && !definitionOf(element.kind).cost?.onlyInSight) later.push(element);
    }
    this.#covered = near;
    this.#waiting = now.concat(later);
    this.#next = 0;
  }

  /**
   * @param {Box} seen
   * @param {Box} near
   * @returns {Set<ElementNode>} those of what is costly that are drawn
   */
  #allot(seen, near) {
    /** @type {(Claim & {element: ElementNode})[]} */
    const claims = [];
    let order = 0;
    for (const element of this.#nodes.values()) {
      order++;
      const { bounds, kind, at, memo } = element;
      const { cost } = definitionOf(kind);
      if (!bounds || !at || !cost || !(overlap(bounds, near) || (element.content && !element.card))) continue;
      const [width, height] = [at.width * this.#stage.scale, at.height * this.#stage.scale];
      claims.push({
        element,
        bounds: cost.bounds,
        pixels: cost.pixels?.(kind, { width: at.width, height: at.height, scale: this.#pixels(), memo }) ?? 0,
        marks: cost.marks?.(kind) ?? 0,
        area: width * height,
        side: Math.min(width, height),
        order: at.z_index * 1e6 + order,
        seen: overlap(bounds, seen),
        drawn: element.content !== null && !element.card,
      });
    }
    return new Set([...allot(claims, SHARE)].map(({ element }) => element));
  }

  /** @param {ElementNode} element */
  #sharpen(element) {
    const pixels = this.#pixels();
    if (!element.content?.sharpen || !isCoarse(element, pixels)) return;
    element.pixels = pixels;
    element.content.sharpen(pixels);
  }

  #pixels() {
    return this.#stage.scale * devicePixelRatio;
  }
}

/** @param {ElementNode} element */
function isCostly({ kind }) {
  return definitionOf(kind).cost !== undefined;
}

/** @param {ElementNode} element */
function isLight({ kind }) {
  return definitionOf(kind).cost?.light === true;
}

/** @param {ElementNode} element loses its content, unless somebody is at work in it */
function empty(element) {
  if (!element.node.contains(document.activeElement)) drop(element);
}

/** @param {ElementNode} element gets other content, unless somebody is at work in what it has */
function exchange(element) {
  const { activeElement } = document;
  if (activeElement === element.node || !element.node.contains(activeElement)) drop(element);
}

/** @param {ElementNode} element */
function drop(element) {
  element.content?.close?.();
  element.content = null;
  element.card = false;
  element.pixels = 0;
  element.node.replaceChildren();
}

/**
 * @param {ElementNode} element
 * @param {number} pixels for a scene unit now
 */
function isCoarse(element, pixels) {
  if (!element.content?.sharpen) return false;
  return element.pixels * TOO_COARSE < pixels || element.pixels > pixels * TOO_COARSE * 2;
}
