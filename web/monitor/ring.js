/** Ring buffer of the last five minutes of a call, a sample a second. Pure. */

/** @import {Sample} from "./sample.js" */

export const KEPT_MS = 300_000;
const PLACES = 300;

export class SampleRing {
  /** @type {Sample[]} */
  #places = [];
  /** Of the oldest, once all places are taken. */
  #first = 0;

  /** @param {Sample} sample later than those before */
  add(sample) {
    if (this.#places.length < PLACES) {
      this.#places.push(sample);
      return;
    }
    this.#places[this.#first] = sample;
    this.#first = (this.#first + 1) % PLACES;
  }

  /**
   * Those of the last five minutes, also where a hidden page got fewer than one a second.
   *
   * @returns {Sample[]} oldest first
   */
  get samples() {
    const all = [...this.#places.slice(this.#first), ...this.#places.slice(0, this.#first)];
    const from = (all.at(-1)?.time ?? 0) - KEPT_MS;
    return all.filter(({ time }) => time > from);
  }

  /**
   * @param {number} count
   * @returns {Sample[]} the latest, oldest first
   */
  last(count) {
    return this.samples.slice(-count);
  }
}
