/**
 * Questions for changes that were missed, until they come: a question may be refused, and no refusal names it. Pure but for
 * its timer.
 */

/** It is asked again after that, and after twice as long each time. */
const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

export class MissedChanges {
  #ask;
  #timer = 0;

  /** @param {() => void} ask */
  constructor(ask) {
    this.#ask = ask;
  }

  /** Something is missing. @param {number} [pause] until it is asked again */
  want(pause = FIRST_MS) {
    this.#ask();
    this.#timer = globalThis.setTimeout(() => this.want(Math.min(2 * pause, LONGEST_MS)), pause);
  }

  /** Nothing is missing. */
  settle() {
    clearTimeout(this.#timer);
  }
}
