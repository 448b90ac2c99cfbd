/** Memory of calls that are over: their peers and names. Bounded. Pure. */

const MAX_NAMES = 64;

export class EndedCalls {
  /** @type {Set<string>} */
  #peers = new Set();
  /** Names of calls, the latest last (rule SIG8). @type {Set<string>} */
  #names = new Set();

  /**
   * @param {string} peerId
   * @param {string[]} names of the call with that peer
   */
  add(peerId, names) {
    this.#peers.add(peerId);
    for (const name of names) this.addName(name);
  }

  /** @param {string} name */
  addName(name) {
    if (!name) return;
    this.#names.add(name);
    const [oldest] = this.#names;
    if (this.#names.size > MAX_NAMES && oldest) this.#names.delete(oldest);
  }

  /** @param {string} peerId another call with that peer begins, or the peer is gone */
  forget(peerId) {
    this.#peers.delete(peerId);
  }

  /** @param {string} peerId */
  hasPeer(peerId) {
    return this.#peers.has(peerId);
  }

  /** @param {string} name empty: it has none, so it is not known to be over */
  hasName(name) {
    return this.#names.has(name);
  }
}
