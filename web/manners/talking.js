/** Detects speech in levels of a microphone, so that whoever speaks while muted is told. Pure. */

/** Louder is speech, as the root mean square; a muted person's keyboard and chair are quieter, or shorter. */
const LOUD = 0.03;
/** Within so many milliseconds… */
const WINDOW_MS = 1_500;
/** …so much of the time is loud when somebody speaks. */
const SHARE = 0.5;
/** Before it is said again. */
const PAUSE_MS = 60_000;

export class TalkDetector {
  /** The latest levels. @type {{at: number, loud: boolean}[]} */
  #levels = [];
  #saidAt = -Infinity;

  /**
   * @param {number} level the root mean square of the latest samples
   * @param {number} now milliseconds
   * @returns {boolean} they speak, and it is to be said
   */
  hear(level, now) {
    this.#levels.push({ at: now, loud: level > LOUD });
    const first = this.#levels[0]?.at ?? now;
    while ((this.#levels[0]?.at ?? now) < now - WINDOW_MS) this.#levels.shift();
    const loud = this.#levels.filter((one) => one.loud).length;
    const isLong = now - first >= WINDOW_MS; // else a cough would be half of what was heard
    if (!isLong || loud < SHARE * this.#levels.length || now - this.#saidAt < PAUSE_MS) return false;
    this.#saidAt = now;
    return true;
  }

  /** Nothing was heard: a new time of being muted begins. */
  reset() {
    this.#levels = [];
  }
}
