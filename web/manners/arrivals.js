/** Tells whether somebody has just come into the call, so that a chime says so. Pure. */

/** In a larger call people come and go all the time. */
const MOST_IN_CALL = 6;
/** Whoever was away for less has only loaded their page anew. */
const AWAY_MS = 10_000;

export class CallArrivals {
  #now;
  /** Others in the call when it was looked at last; `null`: we were not in it. @type {Set<string> | null} */
  #before = null;
  /** When somebody was seen in it last. @type {Map<string, number>} */
  #seen = new Map();

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * @param {boolean} inCall we are in it
   * @param {Iterable<string>} others peer ids of those who are in it
   * @returns {boolean} one of them has come, who was not there, into a call that is small enough for it to matter
   */
  look(inCall, others) {
    const before = this.#before;
    if (!inCall) {
      this.#before = null;
      this.#seen.clear();
      return false;
    }
    const present = new Set(others);
    const now = this.#now();
    const isNew = (/** @type {string} */ id) => now - (this.#seen.get(id) ?? -Infinity) > AWAY_MS;
    const came = before !== null && [...present].some((id) => !before.has(id) && isNew(id));
    for (const id of [...(before ?? []), ...present]) this.#seen.set(id, now);
    this.#before = present;
    return came && present.size + 1 <= MOST_IN_CALL;
  }
}
