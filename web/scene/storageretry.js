/** Retry of edits that the server cannot store: after growing pauses, until it can again. Pure but for its timer. */

/** The first pause before a retry. It doubles up to the longest. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

export class StorageRetry {
  #release;
  #changed;
  #pause = PAUSE_MS;
  #pausing = false;
  #troubled = false;

  /**
   * @param {() => void} release tries again
   * @param {(troubled: boolean) => void} changed the trouble has begun, or is over
   */
  constructor(release, changed) {
    this.#release = release;
    this.#changed = changed;
  }

  /**
   * @param {boolean} held nothing is sent now
   * @param {boolean} stored something just was
   */
  watch(held, stored) {
    if (held && !this.#pausing) this.#releaseLater();
    if (stored && !held) this.#pause = PAUSE_MS;
    const troubled = held || (this.#troubled && !stored);
    if (troubled === this.#troubled) return;
    this.#troubled = troubled;
    this.#changed(troubled);
  }

  #releaseLater() {
    this.#pausing = true;
    setTimeout(() => {
      this.#pausing = false;
      this.#release();
    }, this.#pause);
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
  }
}
