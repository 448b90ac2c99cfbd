/** Named timers of one owner: one of each name, and all of them cleared at once. */

/** @template {string} Name */
export class Timers {
  /** @type {Map<Name, ReturnType<typeof setTimeout>>} */
  #running = new Map();

  /**
   * Start a timer, in the place of the one of that name.
   *
   * @param {Name} name
   * @param {number} delay milliseconds
   * @param {() => void} act
   */
  start(name, delay, act) {
    this.clear(name);
    const timer = setTimeout(() => {
      this.#running.delete(name);
      act();
    }, delay);
    this.#running.set(name, timer);
  }

  /** @param {Name} name */
  isRunning(name) {
    return this.#running.has(name);
  }

  /** @param {Name} name */
  clear(name) {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  clearAll() {
    for (const name of [...this.#running.keys()]) this.clear(name);
  }
}
