/** Sends a stroke while it is drawn: some twenty times a second, in few letters (rule INK5). */

import { encodeTrace } from "../../canvas/trace.js";
import { rounded } from "../../canvas/geometry.js";
import { thinned } from "./thinning.js";

/** @import {InkPoint} from "../../kinds/ink/spline.js" */
/** @import {BegunStroke, ClientMessage} from "../../types/messages.js" */

/** From one message to the next. */
const PAUSE_MS = 48;
/** Of one message; a pointer that is seen a thousand times a second has fewer. */
const MOST_AT_ONCE = 120;
/** Lines that are seen for a moment may be coarser than what is stored, by so much. */
const COARSER = 3;

export class StrokeSender {
  #send;
  #begin;
  #bound;
  #origin;
  /** @type {InkPoint[]} */
  #waiting = [];
  /** @type {InkPoint | null} */
  #last = null;
  #sentAt = -Infinity;
  #begun = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(message: ClientMessage) => void} send
   * @param {Omit<BegunStroke, "x" | "y">} begin
   * @param {InkPoint} from
   * @param {number} bound of what is stored, in scene units
   */
  constructor(send, begin, from, bound) {
    this.#send = send;
    this.#origin = { x: rounded(from[0]), y: rounded(from[1]) };
    this.#begin = { ...begin, ...this.#origin };
    this.#bound = bound * COARSER;
  }

  /** @param {readonly InkPoint[]} points more of them */
  add(points) {
    this.#waiting.push(...points);
    const left = this.#sentAt + PAUSE_MS - performance.now();
    if (left <= 0) this.#sendNow();
    else this.#timer ??= setTimeout(() => this.#sendNow(), left);
  }

  /** Send what waits: nothing more comes but the element. */
  finish() {
    if (this.#waiting.length > 0) this.#sendNow();
  }

  /** It becomes no element: the others see it no longer. */
  end() {
    clearTimeout(this.#timer);
    this.#waiting = [];
    if (this.#begun) this.#send({ type: "stroke" });
  }

  #sendNow() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    const points = this.#last ? thinned([this.#last, ...this.#waiting], this.#bound).slice(1) : this.#waiting;
    this.#waiting = [];
    const sent = points.slice(-MOST_AT_ONCE);
    this.#last = sent.at(-1) ?? this.#last;
    if (sent.length === 0) return;
    const d = encodeTrace(sent, this.#origin);
    this.#send(this.#begun ? { type: "stroke", d } : { type: "stroke", d, begin: this.#begin });
    this.#begun = true;
  }
}
