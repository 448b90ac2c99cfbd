/** The names of one call (rule SIG8): each side gives it one, and after glare it has two. Bounded. Pure. */

const MAX_NAMES = 8;

export class CallNames {
  /** @type {Set<string>} */
  #names;

  /** @param {string} own what this side calls the call */
  constructor(own) {
    this.#names = new Set([own]);
  }

  /** @returns {string[]} every name the call has had */
  get all() {
    return [...this.#names];
  }

  /**
   * Tell whether a signal is about this call, not about an earlier one. Clients that give their calls no names are
   * believed.
   *
   * @param {string} name empty: none was given
   */
  has(name) {
    return !name || this.#names.has(name);
  }

  /** @param {string} name that the other side gives it; empty: none */
  add(name) {
    if (name && this.#names.size < MAX_NAMES) this.#names.add(name);
  }
}
