/** Strokes of the others while they are drawn, until the element is there; the trail of a laser fades. */

import { MARKER_WIDTH } from "../kinds/ink/outline.js";
import { layerOver } from "./inklayer.js";
import { LaserTrail } from "./lasertrail.js";
import { LiveStroke } from "./livestroke.js";
import { decodeTrace } from "./trace.js";

/** @import {Stage} from "./stage.js" */
/** @import {BegunStroke, PeerStroke} from "../types/messages.js" */

/** Of whom nothing more is heard for so long, nothing will be. */
const SILENT_MS = 5_000;
/** So many are shown at a time; the oldest gives way. */
const MOST = 64;
/** So many points of one are shown. */
const MOST_POINTS = 8_000;

/** @typedef {{peerId: string, begin: BegunStroke, drawn: LiveStroke | LaserTrail, count: number, heardAt: number}} Shown */

export class PeerStrokes {
  #layer;
  /** By the number of the stroke. @type {Map<number, Shown>} */
  #shown = new Map();
  #frame = 0;
  /** @type {Set<Shown>} */
  #changed = new Set();
  #sweep = 0;

  /** @param {Stage} stage */
  constructor(stage) {
    this.#layer = layerOver(stage);
  }

  /** @param {PeerStroke} message */
  take({ n, d = "", begin, from_peer_id }) {
    if (begin && from_peer_id && !this.#shown.has(n)) this.#begin(n, from_peer_id, begin);
    const shown = this.#shown.get(n);
    if (!shown) return; // it began before we came
    if (d === "") return this.#end(n, shown);
    const points = decodeTrace(d, shown.begin, shown.begin.pressure ?? false);
    shown.count += points.length;
    if (shown.count > MOST_POINTS) return;
    shown.heardAt = performance.now();
    shown.drawn.add(points);
    this.#changed.add(shown);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /**
   * An element is there: it takes the place of what was seen of it while it was made.
   *
   * @param {string} id
   * @param {() => void} draw called before that goes
   */
  settle(id, draw) {
    for (const [n, { begin, drawn }] of this.#shown) {
      if (begin.id !== id || begin.brush === "laser") continue;
      draw();
      this.#remove(n, drawn);
    }
  }

  /** @param {string} peerId who has left */
  forget(peerId) {
    for (const [n, shown] of this.#shown) if (shown.peerId === peerId) this.#remove(n, shown.drawn);
  }

  clear() {
    for (const [n, { drawn }] of this.#shown) this.#remove(n, drawn);
  }

  /**
   * @param {number} n
   * @param {string} peerId
   * @param {BegunStroke} begin
   */
  #begin(n, peerId, begin) {
    // Nobody draws two at a time: the earlier one waits for its element, which a slow line may bring late.
    for (const oldest of this.#shown.keys()) {
      if (this.#shown.size < MOST) break;
      this.#remove(oldest, /** @type {Shown} */ (this.#shown.get(oldest)).drawn);
    }
    const { color, size, brush = "pen" } = begin;
    const drawn = brush === "laser"
      ? new LaserTrail({ color, width: size })
      : new LiveStroke({ color, width: brush === "marker" ? size * MARKER_WIDTH : size, brush });
    this.#shown.set(n, { peerId, begin, drawn, count: 0, heardAt: performance.now() });
    drawn.node.dataset["strokeOf"] = peerId;
    this.#layer.show(drawn.node);
    this.#sweep ||= window.setTimeout(() => this.#removeSilent(), SILENT_MS);
  }

  /**
   * @param {number} n
   * @param {Shown} shown
   */
  #end(n, { drawn }) {
    if (drawn instanceof LaserTrail) {
      drawn.end();
      this.#shown.delete(n);
    } else this.#remove(n, drawn);
  }

  /**
   * @param {number} n
   * @param {LiveStroke | LaserTrail} drawn
   */
  #remove(n, drawn) {
    this.#shown.delete(n);
    drawn.node.remove();
  }

  #draw() {
    this.#frame = 0;
    for (const { drawn } of this.#changed) drawn.draw();
    this.#changed.clear();
  }

  #removeSilent() {
    const now = performance.now();
    this.#sweep = 0;
    let next = Infinity;
    for (const [n, { heardAt, drawn }] of this.#shown) {
      const left = heardAt + SILENT_MS - now;
      if (left > 0) next = Math.min(next, left);
      else this.#remove(n, drawn);
    }
    if (next < Infinity) this.#sweep = window.setTimeout(() => this.#removeSilent(), next);
  }
}
