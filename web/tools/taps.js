/** Detection of double taps and double clicks. Pure. */

const DOUBLE_MS = 400;
const DOUBLE_PX = 24;

/** A tap at a moment in milliseconds, at a place in pixels, on an element or on none. */
/** @typedef {{time: number, x: number, y: number, id: string | null}} Tap */

export class Taps {
  /** @type {Tap} */
  #last = { time: -Infinity, x: 0, y: 0, id: null };

  /**
   * @param {Tap} tap
   * @returns {boolean} it is the second of two; a third one begins anew
   */
  isDouble(tap) {
    const last = this.#last;
    const double =
      tap.time - last.time < DOUBLE_MS &&
      Math.hypot(tap.x - last.x, tap.y - last.y) < DOUBLE_PX &&
      tap.id === last.id;
    this.#last = double ? { ...tap, time: -Infinity } : tap;
    return double;
  }
}
