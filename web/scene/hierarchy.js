/** Index of the children of elements (rule STR1), and the elements above and below one. Pure. */

/** @type {ReadonlySet<string>} */
const NONE = new Set();

export class Hierarchy {
  /** @type {Map<string, string>} */
  #parents = new Map();
  /** @type {Map<string, Set<string>>} */
  #children = new Map();

  /**
   * Note the parent of an element, whether that is there or not.
   *
   * @param {string} id
   * @param {string | null | undefined} parent none, also where the element is gone
   */
  put(id, parent) {
    const before = this.#parents.get(id);
    if (before === (parent ?? undefined)) return;
    if (before !== undefined) {
      const siblings = this.#children.get(before);
      siblings?.delete(id);
      if (siblings?.size === 0) this.#children.delete(before);
      this.#parents.delete(id);
    }
    if (!parent) return;
    this.#parents.set(id, parent);
    const siblings = this.#children.get(parent);
    if (siblings) siblings.add(id);
    else this.#children.set(parent, new Set([id]));
  }

  clear() {
    this.#parents.clear();
    this.#children.clear();
  }

  /**
   * @param {string} id
   * @returns {ReadonlySet<string>} those that have it as parent
   */
  childrenOf(id) {
    return this.#children.get(id) ?? NONE;
  }
}

/**
 * The descendants of some elements, the nearest first, each once, whatever the parents are.
 *
 * @param {Iterable<string>} ids
 * @param {(id: string) => ReadonlySet<string>} childrenOf
 * @param {(id: string) => boolean} [goesOn] also below this one, and it is one of them
 * @returns {string[]}
 */
export function below(ids, childrenOf, goesOn = () => true) {
  /** @type {Set<string>} */
  const found = new Set();
  let level = [...ids];
  const above = new Set(level);
  while (level.length > 0) {
    /** @type {string[]} */
    const next = [];
    for (const parent of level) {
      for (const child of childrenOf(parent)) {
        if (found.has(child) || above.has(child) || !goesOn(child)) continue;
        found.add(child);
        next.push(child);
      }
    }
    level = next;
  }
  return [...found];
}

/**
 * Those above an element, the nearest first; also where the parents go round in a circle, it ends.
 *
 * @template {{parent?: string | null | undefined}} E
 * @param {string} id
 * @param {(id: string) => E | undefined} look
 * @returns {string[]} ids of elements that are there
 */
export function above(id, look) {
  /** @type {string[]} */
  const line = [];
  let parent = look(id)?.parent;
  while (parent && parent !== id && !line.includes(parent) && look(parent)) {
    line.push(parent);
    parent = look(parent)?.parent;
  }
  return line;
}
