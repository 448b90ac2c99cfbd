/** The elements that follow others, such as arrows: which are drawn anew when an element is shown elsewhere. Pure. */

export class Followers {
  /** By the id of what is followed. @type {Map<string, Set<string>>} */
  #of = new Map();
  /** @type {Map<string, readonly string[]>} */
  #followed = new Map();

  /**
   * @param {string} id
   * @param {readonly string[]} followed ids of what it follows from now on
   */
  set(id, followed) {
    for (const one of this.#followed.get(id) ?? []) this.#of.get(one)?.delete(id);
    if (followed.length === 0) this.#followed.delete(id);
    else this.#followed.set(id, followed);
    for (const one of followed) {
      const others = this.#of.get(one);
      if (others) others.add(id);
      else this.#of.set(one, new Set([id]));
    }
  }

  /**
   * @param {string} id
   * @returns {Iterable<string>} ids of what follows it
   */
  of(id) {
    return this.#of.get(id) ?? [];
  }
}
